"""Who has it now instead, when somebody leaves, is absent or is suspended: the deputy, else the coordinator, else up the ladder
(domain page, "People come and go"). One answer for cases, activities, answers, approvals, commitments and alerts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.events import Role

WORKS: Role = "counsellor"
"""The role whose work a deputy takes over; whoever stands on a rung above may take it over as well."""

LADDER: tuple[Role, ...] = ("coordinator", "principal", "district-duty", "district-officer")
"""The roles that are asked in turn after the deputies. The district comes last and always can."""


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of one school and its district at one moment.

    by_role: people by the role they hold at this school, its cluster or the district, in a fixed order. away: who is on leave now.
    deputies: for somebody on leave, who stands in.
    """

    by_role: Mapping[str, Sequence[str]]
    away: frozenset[str] = frozenset()
    deputies: Mapping[str, str] = field(default_factory=dict)

    def only(self, *roles: str) -> Staff:
        """The same with the people of these roles alone: what goes past a school is for nobody there."""
        return replace(self, by_role={role: people for role, people in self.by_role.items() if role in roles})

    def present(self, *roles: str) -> tuple[str, ...]:
        """Who holds one of the roles and is not away, in the order of the roles."""
        found = (person for role in roles for person in self.by_role.get(role, ()))
        return tuple(dict.fromkeys(person for person in found if person not in self.away))


NOBODY = Staff({})


def reachable(staff: Staff, *roles: str) -> bool:
    """Somebody who holds one of the roles is there, or somebody stands in for them."""
    people = dict.fromkeys(person for role in roles for person in staff.by_role.get(role, ()))
    here = {person for others in staff.by_role.values() for person in others} - staff.away
    return any(person in here or any(each in here for each in _stand_ins(person, staff)) for person in people)


def successor(leaving: str | None, staff: Staff, *, excluded: Collection[str], deputies: Sequence[str] = ()) -> str | None:
    """Who goes on with what `leaving` had; None only where nobody is left at the school or in the district.

    leaving: None where nobody had it. excluded: who must not come near, because named in the case or suspended. deputies: of this case, by name; they
    go before the deputy of a leave. A deputy who is not there any more, is away, or holds no role that may do the work is passed over.
    """
    candidates = [*deputies, *_stand_ins(leaving, staff), *staff.present(*LADDER)]
    fit = frozenset(staff.present(WORKS, *LADDER)) - frozenset(excluded) - {leaving}
    return next((each for each in candidates if each in fit), None)


def _stand_ins(leaving: str | None, staff: Staff) -> Iterator[str]:
    """The deputy of the leave, then the deputy's own deputy where that one is away too, and so on; a circle ends."""
    seen = {leaving}
    person = staff.deputies.get(leaving or "")
    while person is not None and person not in seen:
        yield person
        seen.add(person)
        person = staff.deputies.get(person)
