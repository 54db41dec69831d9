"""One concern, from its first words to what its reporter may know about its end.

Personal text arrives sealed. The narrative is sealed once under the concern's own key and once under the key of each student it names, so that
nobody's label leaks into another student's file (architecture, decision 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, assert_never

from shared.decider import Decider
from shared.errors import Refused
from shared.events import (
    Category,
    Channel,
    ConcernContinued,
    ConcernKind,
    ConcernRaised,
    NamedPerson,
    OutcomeClass,
    ReporterKind,
    StudentRole,
)
from shared.events import Fact as Danger
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import ConcernText

# commands ----------------------------------------------------------------------------------------------------------


class NamedStudent(Fact):
    """A student whom the concern names. student: None if only a description is known. text: the narrative, sealed under this student's key."""

    student: str | None
    school: str
    role: StudentRole
    text: ConcernText
    description: ConcernText | None = None


class RaiseConcern(Fact):
    """Everything that a reporter said. narrative, reply_to: sealed under the concern's own key."""

    concern: str
    school: str
    kind: ConcernKind
    categories: tuple[Category, ...]
    facts: dict[Danger, bool]
    narrative: ConcernText
    students: tuple[NamedStudent, ...]
    people: tuple[NamedPerson, ...]
    channel: Channel
    reporter_kind: ReporterKind
    reporter: str | None
    reply_to: ConcernText | None
    happened_at: datetime | None


class AddToConcern(Fact):
    """The reporter adds or corrects; the first words stay.

    text: sealed under the concern's own key. texts: the same under the key of each student whom the concern identifies; nothing is kept about one who
    was erased. answers: the dangers that the reporter answers now.
    """

    addition: str
    text: ConcernText
    texts: dict[str, ConcernText]
    answers: dict[Danger, bool]


class MoveOn(Fact):
    """A person has read the concern, or works on it."""

    state: Literal["read", "in_progress"]


class End(Fact):
    """The case that this concern joined was closed. outcome: what the reporter may hear."""

    outcome: OutcomeClass


Command = RaiseConcern | AddToConcern | MoveOn | End


# events ------------------------------------------------------------------------------------------------------------


class ConcernReceived(Event):
    """The reporter's own words, and who said them. Private to intake."""

    type: Literal["concern-received"] = "concern-received"
    version: Literal[1] = 1
    concern: str
    school: str
    narrative: ConcernText
    channel: Channel
    reporter_kind: ReporterKind
    reporter: str | None
    reply_to: ConcernText | None


class ConcernAddedTo(Event):
    type: Literal["concern-added-to"] = "concern-added-to"
    version: Literal[1] = 1
    addition: str
    text: ConcernText


class ConcernMovedOn(Event):
    type: Literal["concern-moved-on"] = "concern-moved-on"
    version: Literal[1] = 1
    state: Literal["read", "in_progress"]


class ConcernEnded(Event):
    type: Literal["concern-ended"] = "concern-ended"
    version: Literal[1] = 1
    outcome: OutcomeClass


ConcernEvent = ConcernReceived | ConcernRaised | ConcernAddedTo | ConcernContinued | ConcernMovedOn | ConcernEnded


# state -------------------------------------------------------------------------------------------------------------

State = Literal["received", "read", "in_progress", "closed"]
_ORDER: tuple[State, ...] = ("received", "read", "in_progress", "closed")


@dataclass(frozen=True, slots=True)
class Concern:
    """What a decision needs. The reporter may see the state and, at the end, the outcome class.

    raised: what was told of each student. facts: the dangers that the reporter has answered so far, the latest answer to each.
    """

    concern: str | None = None
    school: str = ""
    reporter: str | None = None
    state: State = "received"
    outcome: OutcomeClass | None = None
    additions: frozenset[str] = frozenset()
    raised: tuple[ConcernRaised, ...] = ()
    facts: Mapping[Danger, bool] = field(default_factory=dict)
    reporter_kind: ReporterKind | None = None

    @property
    def identified(self) -> tuple[str, ...]:
        """The students whom the reporter knew, each once."""
        return tuple(dict.fromkeys(each.student for each in self.raised if each.student))


initial = Concern()


def evolve(concern: Concern, event: ConcernEvent) -> Concern:
    match event:
        case ConcernReceived():
            return replace(concern, concern=event.concern, school=event.school, reporter=event.reporter, reporter_kind=event.reporter_kind)
        case ConcernRaised():
            return replace(concern, raised=(*concern.raised, event), facts=event.facts)
        case ConcernAddedTo():
            return replace(concern, additions=concern.additions | {event.addition})
        case ConcernContinued():
            return replace(concern, facts=event.facts)
        case ConcernMovedOn():
            return replace(concern, state=event.state)
        case ConcernEnded():
            return replace(concern, state="closed", outcome=event.outcome)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchConcern(Refused):
    """There is nothing to add to."""

    code = "no-such-concern"
    indonesian = "Laporan ini tidak ditemukan."
    english = "There is no such concern."


def decide(command: Command, concern: Concern) -> Sequence[ConcernEvent]:
    match command:
        case RaiseConcern():
            return _raise(command, concern)
        case AddToConcern():
            return _add(command, concern)
        case MoveOn():
            return _move_on(command, concern)
        case End():
            return _end(command, concern)
        case _:
            assert_never(command)


def _raise(command: RaiseConcern, concern: Concern) -> Sequence[ConcernEvent]:
    if concern.concern is not None:
        return []  # raised before: nothing new
    told = {name: getattr(command, name) for name in ("concern", "narrative", "channel", "reporter_kind", "reporter", "reply_to")}
    received = ConcernReceived(school=command.school, **told)
    return [received, *(_about(student, command) for student in command.students)]


def _about(named: NamedStudent, command: RaiseConcern) -> ConcernRaised:
    others = tuple(each.student for each in command.students if each.student and each.student != named.student)
    return ConcernRaised(
        concern=command.concern,
        school=named.school,
        student=named.student,
        role=named.role,
        kind=command.kind,
        categories=command.categories,
        facts=command.facts,
        text=named.text,
        description=named.description,
        others=others,
        people=command.people,
        guardians_unsafe=any(_is_unnamed(person, "guardian") for person in command.people),
        desk="district" if any(_is_unnamed(person, "staff") for person in command.people) else "school",
        channel=command.channel,
        reporter_kind=command.reporter_kind,
        reporter=command.reporter,
        happened_at=command.happened_at,
    )


def _is_unnamed(person: NamedPerson, relation: str) -> bool:
    """An accused guardian or member of staff whom the reporter could not name (domain.md, Intake)."""
    return person.person is None and person.relation == relation and person.role == "accused"


def _add(command: AddToConcern, concern: Concern) -> Sequence[ConcernEvent]:
    if concern.concern is None:
        raise NoSuchConcern
    if command.addition in concern.additions:
        return []
    return [ConcernAddedTo(addition=command.addition, text=command.text), *_continued(command, concern)]


def _continued(command: AddToConcern, concern: Concern) -> list[ConcernContinued]:
    """One event for each student who is identified, and one for all who are not."""
    known = [_told_of(command, concern, student, text) for student in concern.identified if (text := command.texts.get(student))]
    unknown = [each for each in concern.raised if each.student is None]
    return [*known, _told_of(command, concern, None, command.text)] if unknown else known


def _told_of(command: AddToConcern, concern: Concern, student: str | None, text: ConcernText) -> ConcernContinued:
    about = [each for each in concern.raised if each.student == student]
    first = about[0]
    return ConcernContinued(
        concern=first.concern,
        addition=command.addition,
        school=first.school,
        student=student,
        students=1 if student else len(about),
        role=first.role,
        kind=first.kind,
        categories=first.categories,
        answers=command.answers,
        facts={**concern.facts, **command.answers},
        text=text,
        people=first.people,
        guardians_unsafe=first.guardians_unsafe,
        desk=first.desk,
        reporter_kind=first.reporter_kind,
    )


def _move_on(command: MoveOn, concern: Concern) -> Sequence[ConcernEvent]:
    """The status never goes back. If there are several cases, the furthest one counts."""
    if concern.concern is None or _ORDER.index(command.state) <= _ORDER.index(concern.state):
        return []
    return [ConcernMovedOn(state=command.state)]


def _end(command: End, concern: Concern) -> Sequence[ConcernEvent]:
    if concern.concern is None or concern.state == "closed":
        return []
    return [ConcernEnded(outcome=command.outcome)]


CONCERN: Decider[Command, Concern, ConcernEvent] = Decider(
    initial, decide, evolve, EventCodec(ConcernReceived, ConcernRaised, ConcernAddedTo, ConcernContinued, ConcernMovedOn, ConcernEnded)
)
