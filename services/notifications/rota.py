"""Who is told in place of somebody who is away: only people who are there. A pure function of the rota and the roster."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def standing_in(person: str, away: Mapping[str, str | None], there: Collection[str]) -> str | None:
    """The person, or who stands in for them, also for a deputy who is away too; None where that ends with nobody.

    away: people on leave, each with their deputy. there: who is staff or holds a post, and is not suspended. A circle of deputies ends with nobody.
    """
    seen: set[str] = set()
    found: str | None = person
    while found is not None and found in away and found not in seen:
        seen.add(found)
        found = away[found]
    return found if found in there and found not in away else None
