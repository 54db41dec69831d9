"""The directory of partner agencies: read from HSDS 3.0, kept, searched for a receiver that fits, written as HSDS again (ADR 40)."""
