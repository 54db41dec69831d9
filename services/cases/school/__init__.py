"""What a school says of itself: rota, calendar, paper; and what it still lacks (people.md, The desk; ADR 46)."""
