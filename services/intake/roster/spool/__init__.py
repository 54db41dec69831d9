"""What an import has read and made so far, on the disk and not in memory (ADR 76)."""
