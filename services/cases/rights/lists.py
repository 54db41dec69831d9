"""What somebody sees of the lists: which schools, and how much of them (domain.md, Who is who)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.access import EVERYWHERE, Principal

OF_THE_SCHOOL = ("counsellor", "coordinator", "principal")
_ABOVE_THE_SCHOOL = ("supervisor", "district-officer")
_OF_THE_DISTRICT = ("district-duty", "auditor")


def schools_of(principal: Principal) -> str:
    """Which schools somebody may see, as the read models' wall takes it: ids with commas, `*` for the district, nothing for nobody.

    `desk:` before an id adds what goes past that school to the district's desk. Of a school from which they are on leave they see nothing.
    """
    if principal.kind == "service" or principal.schools(*_OF_THE_DISTRICT):
        return "*"
    above = principal.schools(*_ABOVE_THE_SCHOOL)
    return "*" if above == EVERYWHERE else ",".join(sorted({*principal.schools(), *above, *(f"desk:{school}" for school in above)} - principal.away))


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the lists somebody sees. whole: schools where it is everything; late: where it is what climbed the ladder or was escalated."""

    whole: frozenset[str]
    late: frozenset[str] = frozenset()


def sight_of(principal: Principal, *roles: str) -> Sight:
    """roles: of a school that see everything there; those of the district's duty do so everywhere (domain.md, Who is who)."""
    if principal.kind == "service" or principal.schools(*_OF_THE_DISTRICT):
        return Sight(EVERYWHERE)
    return Sight(principal.schools(*(roles or OF_THE_SCHOOL)), principal.schools(*_ABOVE_THE_SCHOOL))
