"""Pages of what may stand without a case: groups, partnerships, consultations; each found, read, taken a step further, and put on paper (ADR 71)."""
