"""Families by link: the code that opens, the pages that a guardian sees, and what the school sees of a notice (people.md, By link)."""
