"""How somebody stands to a case now, and what that gives: decided from the reviewed file alone, in every service (domain.md, Who is who; ADR 31)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.access import Principal
from shared.rights.matrix import LEVELS, Level, Matrix, Relation, RelationRow
from shared.rights.people import CasePeople


@dataclass(frozen=True, slots=True)
class Standing:
    """relations: how somebody stands to a case, in the order of the file. rows: of these relations."""

    relations: tuple[Relation, ...]
    rows: tuple[RelationRow, ...]

    @property
    def sees(self) -> Level:
        """The most that one relation gives; nothing for whoever is kept away, or stands in none."""
        if any(row.keeps_away for row in self.rows):
            return "nothing"
        return min((row.sees for row in self.rows), key=LEVELS.index, default="nothing")

    @property
    def needs_reason(self) -> bool:
        """Every relation that gives this much asks why."""
        giving = [row for row in self.rows if row.sees == self.sees]
        return bool(giving) and all(row.reason for row in giving)


def standing(matrix: Matrix, principal: Principal, people: CasePeople, now: datetime) -> Standing:
    """Every relation in which the principal stands to the case."""
    found = [name for name, row in matrix.relations.items() if _holds(row, principal, people) and RELATED[name](principal, people, now)]
    return Standing(tuple(found), tuple(matrix.relations[name] for name in found))


def _holds(row: RelationRow, principal: Principal, people: CasePeople) -> bool:
    """One of the row's roles holds at the row's school, from which the principal is not on leave; a row without roles asks for none."""
    place = school_of(row, people)
    return not row.roles or (place is not None and principal.works_at(place, *row.roles))


def school_of(row: RelationRow, people: CasePeople) -> str | None:
    """The school at which the roles of a relation must hold."""
    return {"case": people.school, "elsewhere": people.elsewhere, "receiving": people.receiving}[row.at]


Related = Callable[[Principal, CasePeople, datetime], bool]


def _at_school(people: CasePeople) -> bool:
    """What goes past the school is nobody's there (domain.md, Intake)."""
    return people.desk == "school"


def _has(principal: Principal, people: CasePeople, _: datetime) -> bool:
    return _at_school(people) and principal.id in people.has


def _deputises(principal: Principal, people: CasePeople, now: datetime) -> bool:
    return _at_school(people) and people.deputy(principal.id, now)


def _was_given_to_nobody(_: Principal, people: CasePeople, __: datetime) -> bool:
    return _at_school(people) and not people.given


def _nobody_has(_: Principal, people: CasePeople, __: datetime) -> bool:
    return _at_school(people) and not people.has


def _always(*_: object) -> bool:
    return True


RELATED: Mapping[Relation, Related] = {
    "named": lambda principal, people, _: principal.id in people.named,
    "suspended": lambda principal, people, _: principal.id in people.suspended,
    "assigned": _has,
    "deputy": _deputises,
    "unassigned": _was_given_to_nobody,
    "nobodys": _nobody_has,
    "coordinator": lambda _, people, __: _at_school(people),
    "took-over": lambda principal, people, _: principal.id in people.officers,
    "colleague": lambda _, people, __: _at_school(people),
    "principal": lambda _, people, __: _at_school(people),
    "escalated": lambda _, people, __: people.escalated,
    "duty": _always,
    "auditor": _always,
    "present": lambda _, people, __: _at_school(people),
    "receiver": _always,
    "asked": lambda principal, people, _: principal.id in people.asked,
}
"""What must have happened in the case, besides the role that the file asks for."""
