"""One concern, from its first words to what its reporter may know about its end.

Personal text arrives sealed. The narrative is sealed once under the concern's own key and once under the key of each student it names, so that
nobody's label leaks into another student's file (architecture, decision 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.intake.domain import held as holding
from services.intake.domain.files import File, FileAttached, TooManyFiles, attached
from services.intake.domain.held import HELD_EVENTS, ConcernHeld, Held, HeldCommand, HeldEvent, HeldLetThrough, kept_waiting
from services.intake.domain.revealed import NoteOpened, ReporterNameOpened, ReporterNameShown, Revealed, ShowName, note_opened, shown
from shared.attachments.kinds import MOST_OF_ONE
from shared.decider import Decider
from shared.errors import Refused
from shared.events import (
    Category,
    Channel,
    ConcernAttached,
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
from shared.eventstore.upcasting import Json, Upcasters
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


class Flooded(Fact):
    """It came over the rate. alike: how many of the same words came shortly before. crowd: how many came from its network, which is kept nowhere."""

    alike: int
    crowd: int
    at: datetime


class RaiseConcern(Fact):
    """Everything that a reporter said. narrative, reply_to: sealed under the concern's own key. receipt: SHA-256 of the secret, in hexadecimal.

    flooded: it is held until somebody looks at it.
    """

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
    receipt: str
    happened_at: datetime | None
    flooded: Flooded | None = None


class AddToConcern(Fact):
    """The reporter adds or corrects; the first words stay.

    text: sealed under the concern's own key. texts: the same under the key of each student whom the concern identifies; nothing is kept about one who
    was erased. answers: the dangers that the reporter answers now. files: what came with the words.
    """

    addition: str
    text: ConcernText
    texts: dict[str, ConcernText]
    answers: dict[Danger, bool]
    files: tuple[File, ...] = ()


class KeepAnswer(Fact):
    """Whoever has the case wrote to the reporter, so they have read it. text: as it was sealed there."""

    answer: str
    text: ConcernText


class MoveOn(Fact):
    """A person has read the concern, or works on it."""

    state: Literal["read", "in_progress"]


class End(Fact):
    """The case that this concern joined was closed. outcome: what the reporter may hear."""

    outcome: OutcomeClass


Command = RaiseConcern | AddToConcern | KeepAnswer | MoveOn | End | NoteOpened | ShowName | HeldCommand


# events ------------------------------------------------------------------------------------------------------------


class ConcernReceived(Event):
    """The reporter's own words, and who said them. Private to intake.

    receipt: SHA-256 of the secret that was given, in hexadecimal; None where an earlier release gave letters.
    """

    type: Literal["concern-received"] = "concern-received"
    version: Literal[2] = 2
    concern: str
    school: str
    narrative: ConcernText
    channel: Channel
    reporter_kind: ReporterKind
    reporter: str | None
    reply_to: ConcernText | None
    receipt: str | None


class ConcernAddedTo(Event):
    type: Literal["concern-added-to"] = "concern-added-to"
    version: Literal[1] = 1
    addition: str
    text: ConcernText


class ConcernAnswered(Event):
    """What was written back, for the holder of the receipt. text: sealed where it was written, under a key of the case."""

    type: Literal["concern-answered"] = "concern-answered"
    version: Literal[1] = 1
    answer: str
    text: ConcernText


class ConcernMovedOn(Event):
    type: Literal["concern-moved-on"] = "concern-moved-on"
    version: Literal[1] = 1
    state: Literal["read", "in_progress"]


class ConcernEnded(Event):
    type: Literal["concern-ended"] = "concern-ended"
    version: Literal[1] = 1
    outcome: OutcomeClass


ConcernEvent = (
    ConcernReceived | ConcernRaised | ConcernAddedTo | ConcernContinued | FileAttached | ConcernAttached
    | ConcernAnswered | ConcernMovedOn | ConcernEnded | Revealed | HeldEvent
)  # fmt: skip


def with_letters(first: Json) -> Json:
    """Version 1 of `concern-received`: its receipt was of letters, and nothing of it was kept here."""
    return {**first, "receipt": None}


# state -------------------------------------------------------------------------------------------------------------

State = Literal["received", "read", "in_progress", "closed"]
_ORDER: tuple[State, ...] = ("received", "read", "in_progress", "closed")


@dataclass(frozen=True, slots=True)
class Concern:
    """What a decision needs. The reporter may see the state and, at the end, the outcome class.

    raised: what was told of each student. facts: the dangers that the reporter has answered so far, the latest answer to each. receipt: what was kept
    of it; None where it is of letters. answers: what was written back. files: the ids of what came along.
    held: what waits to be told, where it came over the rate. opened: to whom its confidential reporter's name was opened.
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
    receipt: str | None = None
    answers: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    held: Held | None = None
    opened: tuple[ReporterNameOpened, ...] = ()

    @property
    def identified(self) -> tuple[str, ...]:
        """The students whom the reporter knew, each once."""
        return tuple(dict.fromkeys(each.student for each in self.raised if each.student))


initial = Concern()


def evolve(concern: Concern, event: ConcernEvent) -> Concern:
    match event:
        case ConcernReceived():
            told = {name: getattr(event, name) for name in ("concern", "school", "reporter", "reporter_kind", "receipt")}
            return replace(concern, **told)
        case ConcernRaised():
            return replace(concern, raised=(*concern.raised, event), facts=event.facts)
        case ConcernAddedTo():
            return replace(concern, additions=concern.additions | {event.addition})
        case ConcernContinued():
            return replace(concern, facts=event.facts)
        case FileAttached():
            return replace(concern, files=concern.files | {event.attachment})
        case ConcernAttached():
            return concern  # the same file, as others hear of it
        case ConcernAnswered():
            return replace(concern, answers=concern.answers | {event.answer})
        case ConcernMovedOn():
            return replace(concern, state=event.state)
        case ConcernEnded():
            return replace(concern, state="closed", outcome=event.outcome)
        case _:
            return _evolve_revealed(concern, event) if isinstance(event, Revealed) else _evolve_held(concern, event)


def _evolve_revealed(concern: Concern, event: Revealed) -> Concern:
    """A look changes nothing of what may be looked at."""
    return replace(concern, opened=(*concern.opened, event)) if isinstance(event, ReporterNameOpened) else concern


def _evolve_held(concern: Concern, event: HeldEvent) -> Concern:
    """While it is held, it is about whom it will be told."""
    about = concern.raised
    if isinstance(event, ConcernHeld):
        about = event.waiting
    elif isinstance(event, HeldLetThrough):
        about = ()
    facts = about[0].facts if isinstance(event, ConcernHeld) else concern.facts
    return replace(concern, held=holding.evolve(concern.held, event), raised=about, facts=facts)


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
        case KeepAnswer():
            return _keep_answer(command, concern)
        case MoveOn():
            return _move_on(command, concern)
        case End():
            return _end(command, concern)
        case NoteOpened():
            return note_opened(command, concern.opened) if concern.reporter_kind == "confidential" else []
        case ShowName():
            return shown(command, concern.opened)
        case _:
            return holding.decide(command, concern.held)


def _raise(command: RaiseConcern, concern: Concern) -> Sequence[ConcernEvent]:
    if concern.concern is not None:
        return []  # raised before: nothing new
    told = {name: getattr(command, name) for name in ("concern", "narrative", "channel", "reporter_kind", "reporter", "reply_to", "receipt")}
    received = ConcernReceived(school=command.school, **told)
    raised = tuple(_about(student, command) for student in command.students)
    if flooded := command.flooded:
        return [received, ConcernHeld(concern=command.concern, school=command.school, waiting=raised, **flooded.model_dump())]
    return [received, *raised]


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
        reporter=None if command.reporter_kind == "confidential" else command.reporter,
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
    if len(concern.files) + len(command.files) > MOST_OF_ONE:
        raise TooManyFiles
    said = ConcernAddedTo(addition=command.addition, text=command.text)
    continued, files = _continued(command, concern), attached(command.addition, command.files, concern.raised)
    if concern.held is None:
        return [said, *continued, *files]
    mine = [each for each in files if isinstance(each, FileAttached)]
    return [said, *mine, *kept_waiting(concern.held, continued, [each for each in files if isinstance(each, ConcernAttached)])]


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


def _keep_answer(command: KeepAnswer, concern: Concern) -> Sequence[ConcernEvent]:
    if concern.concern is None or command.answer in concern.answers:
        return []
    return [ConcernAnswered(answer=command.answer, text=command.text), *_move_on(MoveOn(state="read"), concern)]


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
    initial,
    decide,
    evolve,
    EventCodec(
        ConcernReceived,
        ConcernRaised,
        ConcernAddedTo,
        ConcernContinued,
        FileAttached,
        ConcernAttached,
        ConcernAnswered,
        ConcernMovedOn,
        ConcernEnded,
        ReporterNameOpened,
        ReporterNameShown,
        *HELD_EVENTS,
        upcasters=Upcasters({("concern-received", 1): with_letters, ("concern-held", 1): holding.without_a_crowd}),
    ),
)
