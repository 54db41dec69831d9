"""The new school year of a school: lists that a coordinator confirms (ADR 70)."""
