"""One concern, from its first words to what its reporter may know about its end.

Personal text arrives sealed. The narrative is sealed once under the concern's own key and once under the key of each student it names, so that
nobody's label leaks into another student's file (architecture, decision 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.intake.domain import held as holding
from services.intake.domain.concern.events import (
    ConcernAddedTo,
    ConcernAnswered,
    ConcernEnded,
    ConcernEvent,
    ConcernMovedOn,
    ConcernReceived,
    with_letters,
)
from services.intake.domain.concern.state import ORDER, Concern, evolve, initial
from services.intake.domain.files import File, FileAttached, TooManyFiles, attached
from services.intake.domain.held import HELD_EVENTS, ConcernHeld, HeldCommand, kept_waiting
from services.intake.domain.revealed import NoteOpened, ReporterNameOpened, ReporterNameShown, ShowName, note_opened, shown
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
from shared.eventstore.upcasting import Upcasters
from shared.message import Fact
from shared.sealed import ConcernText


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
    if concern.concern is None or ORDER.index(command.state) <= ORDER.index(concern.state):
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
