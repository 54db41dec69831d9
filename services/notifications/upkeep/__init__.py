"""How the directory stays true: agencies are asked whether they have room, reminded of an old entry, and mend their own (ADR 57)."""
