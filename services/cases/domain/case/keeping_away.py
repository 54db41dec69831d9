"""Staff who are family of a student in these incidents, by the roster: kept away at once, though nobody has said so (domain.md, Conflicts; ADR 74).

It is the claim of a conflict that anybody may make, made by the roster: a leader who is not in conflict rules on it within a school day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.cases.domain.case import conflict
from services.cases.domain.case.conflict import BY_THE_ROSTER, DeclareConflict, Ground
from services.cases.domain.case.state import Case
from services.cases.domain.case.suspending import claim
from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.policy import Policy
from shared.events import StudentRole
from shared.message import Event, Fact
from shared.school_day import Calendar

_GROUNDS: Mapping[StudentRole, Ground] = {"affected": "family-of-victim", "accused": "family-of-accused"}


class Told(NamedTuple):
    """What one concern says of its students. act: that it is about. again: it says of a guardian what no ruling before could know."""

    act: str
    student: str | None
    role: StudentRole
    others: tuple[str, ...]
    again: bool


class NoteFamily(Fact):
    """Whom the roster has as family of the students of this case's incidents now, said after the concerns were."""

    act: str
    relatives: Relatives
    at: datetime
    policy: Policy


def note_family(command: NoteFamily, case: Case) -> Sequence[Event]:
    """Whoever became family after a concern was told is kept away like those who were before. Nothing where the case is over."""
    return [] if case.closed else keep_all_away(command.act, command.relatives, command.at, command.policy.calendar, case)[0]


def keep_all_away(act: str, relatives: Relatives, at: datetime, calendar: Calendar, case: Case) -> tuple[list[Event], Case]:
    """The same of every concern of the case, and the case after it: also for one that opens again, which heard of nobody while it was closed."""
    claimed: list[Event] = []
    for told in _all_told(act, case):
        said, case = keep_away(told, relatives, at, calendar.after(at, 1), case)
        claimed += said
    return claimed, case


def _all_told(act: str, case: Case) -> Iterator[Told]:
    """Of its own strands, and of concerns that came with a merged case, which are about the same student."""
    for strand in case.strands:
        said = strand.concern
        yield Told(f"{act}/{said.concern}", case.student, said.role, said.others, again=False)
    yield from (Told(f"{act}/{each.concern}", case.student, each.role, (), again=False) for each in case.moves.carried)


def keep_away(told: Told, relatives: Relatives, at: datetime, rule_by: datetime, case: Case) -> tuple[list[Event], Case]:
    """What is claimed of them, and the case after it. case: with the concern. Whoever was ruled not to be in conflict stays free."""
    said: list[Event] = []
    for person, ground in _relatives(told, relatives).items():
        if person in case.named or _is_settled(person, told, case):
            continue
        conflicted = DeclareConflict(
            act=f"{told.act}/{person}",
            by=BY_THE_ROSTER,
            at=at,
            person=person,
            ground=ground,
            rule_by=rule_by,
            staff=relatives.staff,
            family=frozenset({person}),
        )
        claimed = claim(conflicted, case)
        said += claimed
        case = _after(claimed, case)
    return said, case


def _is_settled(person: str, told: Told, case: Case) -> bool:
    """They were ruled not to be in conflict as family, or the roster's own claim waits for its ruling."""
    waiting = case.conflicts.waiting.get(person)
    ruled = person in case.conflicts.cleared & case.conflicts.family
    return (ruled and not told.again) or (waiting is not None and waiting.by == BY_THE_ROSTER)


def _relatives(told: Told, relatives: Relatives) -> Mapping[str, Ground]:
    """Who works there and is a guardian of the victim, of the accused, or of another student of the incident, whose part this case does not know."""
    staff, found = relatives.on_the_staff, dict[str, Ground]()
    for student, ground in _students(told):
        found |= {guardian: ground for guardian in relatives.guardians.get(student, ()) if guardian in staff and guardian not in found}
    return found


def _students(told: Told) -> Iterator[tuple[str, Ground]]:
    if told.student and told.role in _GROUNDS:
        yield told.student, _GROUNDS[told.role]
    yield from ((other, "other") for other in told.others)


def _after(claimed: Sequence[Event], case: Case) -> Case:
    known = case.conflicts
    for event in claimed:
        known = conflict.evolve(known, event) if isinstance(event, ActEvent) else known
    return case.changed(conflicts=known)
