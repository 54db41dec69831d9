"""Where a case is and where it goes: with whom it was merged, at which school it is, where its student is, whether the law holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Part
from services.cases.domain.steps.deadline import Due
from shared.events import Category, ConcernKind, Fact, PersonRole, Relation, ReporterKind, StudentRole, Urgency

Desk = Literal["school", "district"]


class CarriedPerson(Part):
    """Somebody whom a carried concern names."""

    person: str
    relation: Relation
    role: PersonRole


class Carried(Part):
    """What the case that goes on must know of a concern of a merged one: its codes, never its words, so that no reader list widens.

    case: that has its strand. acknowledged: a person had taken it in hand before the merge.
    """

    case: str
    concern: str
    at: AwareDatetime
    role: StudentRole
    kind: ConcernKind
    categories: tuple[Category, ...]
    facts: dict[Fact, bool]
    people: tuple[CarriedPerson, ...]
    guardians_unsafe: bool
    desk: Desk
    reporter_kind: ReporterKind
    acknowledged: bool


class Carrying(Part):
    """Everything that goes with a merged case. clocks: of its level, that still run. suspended: from it, for a conflict."""

    concerns: tuple[Carried, ...] = ()
    urgency: Urgency = "low"
    desk: Desk = "school"
    clocks: tuple[Due, ...] = ()
    suspended: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    safety_review: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class There:
    """Who took a case in hand at the school where the student was then, while it was at another one."""

    person: str
    school: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the roster has the student. school: None where it has them no more. at: since when that is known.

    heard: concerns that were in nobody's hand then.
    """

    school: str | None
    at: datetime
    heard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """A transfer that waits for its receipt. act: that asked it."""

    act: str
    to: str
    by: str
    receipt_by: datetime


@dataclass(frozen=True, slots=True)
class Moves:
    """merged_into: the case that goes on instead. taken: cases that rest in this one, with what came along. past_school: one of them was of the
    district's desk, and so this one stays. asked: a transfer that waits for its
    receipt. schools: that gave a receipt, in order. held_by: who set the legal hold.

    student: where the student is, if that is not where the case is, or was said since. given_by: schools that gave the case away, as long as the
    roster has said nothing new. wanted_by: who of the student's school asked for the case. settle_by: until when the case must be transferred, kept
    or closed; None where nothing is to be settled.
    """

    merged_into: str | None = None
    taken: Mapping[str, Carrying] = field(default_factory=dict)
    past_school: bool = False
    linked: frozenset[str] = frozenset()
    asked: Asked | None = None
    schools: tuple[str, ...] = ()
    held_by: str | None = None
    student: Elsewhere | None = None
    given_by: frozenset[str] = frozenset()
    wanted_by: str | None = None
    settle_by: datetime | None = None

    @property
    def carried(self) -> tuple[Carried, ...]:
        """Every concern that came with a merged case."""
        return tuple(concern for each in self.taken.values() for concern in each.concerns)


NONE = Moves()


def taken(moves: Moves, merged: str, takes: Carrying) -> Moves:
    """With a case that rests here from now on."""
    past_school = moves.past_school or takes.desk == "district"
    return replace(moves, taken={**moves.taken, merged: takes}, past_school=past_school, linked=moves.linked | frozenset(takes.linked))
