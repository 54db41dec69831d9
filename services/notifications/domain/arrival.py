"""A child whom another district sends here: announced by its message, answered by a person of ours, passed on to a school of ours (ADR 66).

What was disclosed is never kept here. Until a school of ours has it as a concern, it stays with the sender, who tells it to whoever accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from services.notifications.domain.outcome import Accepted, Never, Outcome, Undeliverable
from services.notifications.domain.task.moving import Move, PackageClosed, allowed
from services.notifications.domain.task.table import TABLE, TERMINAL, DeclineReason
from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.retelling import retold
from shared.sealed import AnswerText

Priority = Literal["routine", "urgent", "stat"]
Purpose = Literal["referral", "transfer"]
"""transfer: the child goes to school here from now on, and the case with it."""


class Announce(Fact):
    """The message came. district: as it is registered here. task: the sender's id of it."""

    arrival: str
    district: str
    task: str
    purpose: Purpose
    priority: Priority
    respond_by: datetime


class Answer(Fact):
    """What a person of ours says, by the table of every referral."""

    move: Move


class ReadArrival(Fact):
    """Somebody reads what was disclosed."""

    by: str


class PassOn(Fact):
    """A person says which school of ours it goes to."""

    school: str
    by: str


class NoteConcern(Fact):
    """The school has it as a concern."""

    concern: str


class NoteCancelAsked(Fact):
    """The sender asks to cancel. Where the work has ended already there is nothing left to cancel."""


class NoteAttempt(Fact):
    """What became of sending an answer. number: of the answer."""

    number: int
    outcome: Outcome


Command = Announce | Answer | ReadArrival | PassOn | NoteConcern | NoteCancelAsked | NoteAttempt


class ArrivalAnnounced(Event):
    type: Literal["arrival-announced"] = "arrival-announced"
    version: Literal[1] = 1
    arrival: str
    district: str
    task: str
    purpose: Purpose
    priority: Priority
    respond_by: datetime


class ArrivalAnswered(Event):
    """An answer that goes to the sender. number: of the answers, from 1. state: where it stands by that, as in the table."""

    type: Literal["arrival-answered"] = "arrival-answered"
    version: Literal[1] = 1
    arrival: str
    district: str
    answer: str
    number: int
    trigger: str
    state: str
    by: str
    reason: DeclineReason | None
    note: AnswerText | None
    at: datetime | None


class ArrivalRead(Event):
    type: Literal["arrival-read"] = "arrival-read"
    version: Literal[1] = 1
    by: str


class ArrivalPassed(Event):
    type: Literal["arrival-passed"] = "arrival-passed"
    version: Literal[1] = 1
    arrival: str
    school: str
    by: str


class ArrivalBecameConcern(Event):
    type: Literal["arrival-became-concern"] = "arrival-became-concern"
    version: Literal[1] = 1
    arrival: str
    concern: str


class ArrivalCancelAsked(Event):
    type: Literal["arrival-cancel-asked"] = "arrival-cancel-asked"
    version: Literal[1] = 1
    arrival: str
    state: str


class ArrivalAnswersArrived(Event):
    """The sender took a message. Each holds every answer so far: so all up to this one are there. number: of the last of them."""

    type: Literal["arrival-answers-arrived"] = "arrival-answers-arrived"
    version: Literal[1] = 1
    number: int


class ArrivalUndelivered(Event):
    """An answer can not reach the sender."""

    type: Literal["arrival-undelivered"] = "arrival-undelivered"
    version: Literal[1] = 1
    number: int
    why: Undeliverable


ArrivalEvent = (
    ArrivalAnnounced | ArrivalAnswered | ArrivalRead | ArrivalPassed | ArrivalBecameConcern | ArrivalCancelAsked
    | ArrivalAnswersArrived | ArrivalUndelivered
)  # fmt: skip


class NoSuchArrival(Refused):
    code = "no-such-arrival"
    status = 404
    indonesian = "Kiriman ini tidak ada."
    english = "No other district sent this."


class AlreadyPassedOn(Refused):
    code = "already-passed-on"
    indonesian = "Kiriman ini sudah diteruskan ke sekolah lain; sekolah itu yang memindahkan kasusnya."
    english = "This was passed on to another school already: that school transfers the case."


@dataclass(frozen=True, slots=True)
class Arrival:
    """state: as the table has it, by our own answers. answers: in order. arrived: the number up to which the sender has them.

    lost: numbers of answers that did not get to the sender, neither by their own message nor by a later one.
    """

    announced: ArrivalAnnounced | None = None
    state: str = "requested"
    answers: tuple[ArrivalAnswered, ...] = ()
    accepted: bool = False
    school: str | None = None
    concern: str | None = None
    lost: frozenset[int] = frozenset()
    arrived: int = 0

    @property
    def open(self) -> bool:
        """Whether the sender tells us what was disclosed."""
        at_once = self.announced is not None and self.announced.priority == "stat"
        return self.state not in TERMINAL - {"completed"} and (self.accepted or at_once)


initial = Arrival()


def evolve(arrival: Arrival, event: ArrivalEvent) -> Arrival:
    match event:
        case ArrivalAnnounced():
            return replace(arrival, announced=event)
        case ArrivalAnswered():
            accepted = arrival.accepted or event.state == "accepted"
            return replace(arrival, answers=(*arrival.answers, event), state=event.state, accepted=accepted)
        case ArrivalPassed():
            return replace(arrival, school=event.school)
        case ArrivalBecameConcern():
            return replace(arrival, concern=event.concern)
        case ArrivalCancelAsked():
            return replace(arrival, state=event.state)
        case ArrivalAnswersArrived():
            return replace(arrival, arrived=event.number, lost=frozenset(each for each in arrival.lost if each > event.number))
        case ArrivalUndelivered():
            return replace(arrival, lost=arrival.lost | {event.number})
        case ArrivalRead():
            return arrival
        case _:
            assert_never(event)


def decide(command: Command, arrival: Arrival) -> Sequence[ArrivalEvent]:
    if isinstance(command, Announce):
        return [] if arrival.announced else [retold(ArrivalAnnounced, command)]
    if arrival.announced is None:
        raise NoSuchArrival
    match command:
        case Answer(move=move):
            return _answer(move, arrival, arrival.announced)
        case ReadArrival(by=by):
            _require_open(arrival)
            return [ArrivalRead(by=by)]
        case PassOn():
            return _pass_on(command, arrival, arrival.announced)
        case NoteConcern(concern=concern):
            return [] if arrival.concern else _became_concern(concern, arrival, arrival.announced)
        case NoteCancelAsked():
            found = TABLE.get((arrival.state, "I", "request-cancel"))
            return [ArrivalCancelAsked(arrival=arrival.announced.arrival, state=found[0])] if found else []
        case NoteAttempt(number=number, outcome=outcome):
            return [] if number <= arrival.arrived else _attempted(number, outcome, arrival)
        case _:
            assert_never(command)


def _attempted(number: int, outcome: Outcome, arrival: Arrival) -> Sequence[ArrivalEvent]:
    """A district is kept away from nothing."""
    match outcome:
        case Accepted():
            return [ArrivalAnswersArrived(number=number)]
        case Never(why=why) if number not in arrival.lost and why != "kept-away":
            return [ArrivalUndelivered(number=number, why=why)]
        case _:
            return []


def _answer(move: Move, arrival: Arrival, announced: ArrivalAnnounced) -> Sequence[ArrivalEvent]:
    if any(each.answer == move.transition for each in arrival.answers):
        return []
    state, _ = allowed(move, arrival.state)
    said = {"by": move.by, "reason": move.reason, "note": move.note, "at": move.at}
    place = {"arrival": announced.arrival, "district": announced.district, "number": len(arrival.answers) + 1}
    return [ArrivalAnswered(answer=move.transition, trigger=move.trigger, state=state, **place, **said)]


def _became_concern(concern: str, arrival: Arrival, announced: ArrivalAnnounced) -> Sequence[ArrivalEvent]:
    """Where the child moves here, that is what the sender waits for: the case there may be closed, because a school here has it."""
    became = ArrivalBecameConcern(arrival=announced.arrival, concern=concern)
    receipt = Move(transition=f"received-{announced.arrival}", actor="R", trigger="outcome", by="service:notifications")
    if announced.purpose == "referral" or (arrival.state, receipt.actor, receipt.trigger) not in TABLE:
        return [became]
    return [became, *_answer(receipt, arrival, announced)]


def _require_open(arrival: Arrival) -> None:
    if not arrival.open:
        raise PackageClosed


def _pass_on(command: PassOn, arrival: Arrival, announced: ArrivalAnnounced) -> Sequence[ArrivalEvent]:
    if arrival.school == command.school:
        return []
    if arrival.school is not None:
        raise AlreadyPassedOn
    if not arrival.accepted:
        raise PackageClosed
    _require_open(arrival)
    return [ArrivalPassed(arrival=announced.arrival, school=command.school, by=command.by)]


ARRIVAL: Decider[Command, Arrival, ArrivalEvent] = Decider(
    initial,
    decide,
    evolve,
    EventCodec(
        ArrivalAnnounced,
        ArrivalAnswered,
        ArrivalRead,
        ArrivalPassed,
        ArrivalBecameConcern,
        ArrivalCancelAsked,
        ArrivalAnswersArrived,
        ArrivalUndelivered,
    ),
)


def arrival_stream(arrival: str) -> str:
    """Where an arrival is kept."""
    return f"arrival-{arrival}"
