"""Reports that came faster than people can read, and those who look at them (ADR 59)."""
