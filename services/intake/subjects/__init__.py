"""What a person may ask of their own data (UU PDP, articles 30 to 41): copies, corrections, rest, objections, each within 3 × 24 hours (ADR 50)."""
