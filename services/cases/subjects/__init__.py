"""What cases has of one person, for that person: in words, without what is of others (ADR 50)."""
