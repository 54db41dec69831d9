"""Who is kept away from a case: everybody whom a concern names, until a ruling or a finding frees them, and whoever is suspended
(domain.md, Conflicts).
"""

from __future__ import annotations

from collections.abc import Collection

from services.cases.domain.case.conflict import Conflicts
from services.cases.domain.case.moves import Moves
from services.cases.domain.successor import Staff


def kept_away(said: Collection[str], conflicts: Conflicts, moves: Moves) -> frozenset[str]:
    """said: everybody whom the concerns name, also those of a case that was merged into this one."""
    return frozenset(said) - conflicts.freed | conflicts.suspended.union(*(each.suspended for each in moves.taken.values()))


def left_to_district(named: Collection[str], staff: Staff) -> tuple[str, ...]:
    """To whom of the district the case is left; nobody where a duty officer is free of it anyway. The district always can.

    Whoever writes a concern chooses whom it names. If it names all duty officers, it goes to the district's officers whom it does not name, else to
    those who are on duty all the same. Who declared an own conflict, or was ruled to be in one, stays away.
    """
    duty, officers = staff.present("district-duty"), staff.present("district-officer")
    if not set(duty) <= set(named):
        return ()
    return tuple(each for each in officers if each not in named) or duty or officers
