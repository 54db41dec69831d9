"""Files that people hand over: read within bounds, recognised by content, redrawn without metadata, sealed in chunks (ADR 51)."""
