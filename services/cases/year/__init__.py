"""What cases says before a school's new year begins (ADR 70)."""
