"""Files that came with a concern, for whoever may read its words (ADR 51). They lie sealed at intake; the key came with the event."""
