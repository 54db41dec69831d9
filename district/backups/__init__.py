"""Backups: one encrypted file of one moment, the journal beside it, and the way back (architecture, decision 23; ADR 39)."""
