"""The public form: who, what, which school, how to be reached, check, receipt. It works without scripts and asks one thing at a time (ADR 27)."""
