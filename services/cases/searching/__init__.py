"""Finding a case by its student's name, without a name in any table (people.md, The desk; ADR 46)."""
