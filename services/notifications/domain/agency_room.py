"""Whether an agency has room: a question that names nobody, and its answer, kept with its time (ADR 57)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.domain.task.table import SILENCE
from shared.message import Event, Fact

SAME_QUESTION = timedelta(hours=24)
"""So long a question that waits for its answer is not asked again: several schools that look for a place at once are one question."""

RoomChannel = Literal["api", "portal", "link", "phone"]


class AskForRoom(Fact):
    """by: whoever asks. The agency is not told who, of which school, or about whom."""

    by: str
    at: datetime


class TellRoom(Fact):
    """answer: the id of what was sent, so that one sent twice is one. by: who says it; staff who note a call."""

    answer: str
    has_room: bool
    channel: RoomChannel
    by: str
    at: datetime


RoomCommand = AskForRoom | TellRoom


class RoomAsked(Event):
    """The agency is asked whether it has room. number: of the question."""

    type: Literal["room-asked"] = "room-asked"
    version: Literal[1] = 1
    agency: str
    number: int
    by: str
    at: datetime


class RoomTold(Event):
    """The agency said whether it has room. It may say so without being asked."""

    type: Literal["room-told"] = "room-told"
    version: Literal[1] = 1
    agency: str
    answer: str
    has_room: bool
    channel: RoomChannel
    by: str
    at: datetime


RoomEvent = RoomAsked | RoomTold


@dataclass(frozen=True, slots=True)
class Room:
    """asked: the last question; told: the last answer. waits: the question has no answer yet."""

    asked: RoomAsked | None = None
    told: RoomTold | None = None
    waits: bool = False


UNASKED = Room()


def evolve(room: Room, event: RoomEvent) -> Room:
    match event:
        case RoomAsked():
            return replace(room, asked=event, waits=True)
        case RoomTold():
            return replace(room, told=event, waits=False)
        case _:
            assert_never(event)


def decide(command: RoomCommand, room: Room, agency: str) -> Sequence[RoomEvent]:
    match command:
        case AskForRoom(by=by, at=at):
            if room.asked and room.waits and at - room.asked.at < SAME_QUESTION:
                return []
            return [RoomAsked(agency=agency, number=room.asked.number + 1 if room.asked else 1, by=by, at=at)]
        case TellRoom():
            if room.told and room.told.answer == command.answer:
                return []
            return [RoomTold(agency=agency, **{name: getattr(command, name) for name in TellRoom.model_fields})]
        case _:
            assert_never(command)


def has_waited_too_long(outcome: Outcome, since: datetime) -> bool:
    """Whether somebody has to phone: it will never arrive, or is not tried again before a working day is over. since: when it was to be sent."""
    match outcome:
        case Accepted():
            return False
        case Never():
            return True
        case Later(when=when):
            return when is not None and when - since > SILENCE["routine"]
        case _:
            assert_never(outcome)
