"""Partner agencies: the link and the pages by which they answer, and what staff see of a referral that is on its way (people.md, By link; ADR 48)."""
