"""*Petugas dinas*: the district's own people, appointed and dismissed on a page (domain.md, People come and go; ADR 53)."""
