"""*Panduan*: two pages of paper for each role, made of the same words as the pages (people.md, The desk; ADR 56)."""
