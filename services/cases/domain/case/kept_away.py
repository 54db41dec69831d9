"""Who is kept away from a case: everybody whom a concern names, until a ruling or a finding frees them, and whoever is suspended
(domain.md, Conflicts).
"""

from __future__ import annotations

from collections.abc import Collection

from services.cases.domain.case.conflict import Conflicts
from services.cases.domain.case.moves import Moves


def kept_away(said: Collection[str], conflicts: Conflicts, moves: Moves) -> frozenset[str]:
    """said: everybody whom the concerns name, also those of a case that was merged into this one."""
    return frozenset(said) - conflicts.freed | conflicts.suspended.union(*(each.suspended for each in moves.taken.values()))
