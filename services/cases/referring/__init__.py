"""*Rujuk ke lembaga*: what is needed, who could receive the student, with which consent, what the agency will read; then one append (ADR 44)."""
