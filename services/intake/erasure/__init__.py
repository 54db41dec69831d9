"""A person's data ends (ADR 50): asked, agreed by every service, destroyed, purged, and said in a signed receipt."""
