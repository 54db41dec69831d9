"""The outbox and the ladders' clock of a year: the rows that the outbox's projection gathers, without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifications.domain.alert import LAST_RESORT_STEP, AlertUndelivered
from services.notifications.gathered import Gathered
from services.notifications.projecting import _GATHERS
from shared.events import AlertExhausted, GuardianTold, StaffAlerted
from shared.eventstore.memory import InMemoryEventStore
from shared.message import Recorded


@dataclass
class Message:
    """A row of the outbox that is still to be sent."""

    id: UUID
    kind: str
    stream: str
    case: str
    receiver: str
    step: int
    due_at: datetime
    queued_at: datetime
    urgent: bool
    attempts: int = 0


@dataclass(frozen=True)
class Deadline:
    """The time of a rung of a ladder, or of a notice that nobody answered."""

    id: UUID
    stream: str
    kind: str
    step: int
    due_at: datetime
    school: str | None


@dataclass
class Outbox:
    """waiting: messages to staff and guardians; agencies work on tasks, which no year has. climbs: moments that are to come."""

    store: InMemoryEventStore
    waiting: dict[UUID, Message] = field(default_factory=dict)
    climbs: dict[UUID, Deadline] = field(default_factory=dict)
    turned: int = 0

    def turn(self) -> None:
        """Reads what is new."""
        for event in self.store.events[self.turned :]:
            rows = Gathered(1)
            if gather := _GATHERS.get(event.type):
                gather(rows, event)
            self._changed(rows, event)
            self.waiting |= {row["id"]: _message(row) for row in rows.queued if row["kind"] in ("alert", "notice")}
            self.climbs |= {row["id"]: _deadline(row) for row in rows.expected if row["kind"] in ("climb", "notice")}
        self.turned = len(self.store.events)

    def due(self, now: datetime) -> list[Message]:
        """What is to be sent, the urgent first."""
        due = (each for each in self.waiting.values() if each.due_at <= now)
        return sorted(due, key=lambda each: (not each.urgent, each.due_at, str(each.id)))

    def passed(self, now: datetime) -> list[Deadline]:
        """Moments that have come, the earliest first."""
        return sorted((each for each in self.climbs.values() if each.due_at <= now), key=lambda each: (each.due_at, str(each.id)))

    def moments(self) -> Iterator[datetime]:
        """When something is to be sent, or to climb."""
        yield from (each.due_at for each in self.waiting.values())
        yield from (each.due_at for each in self.climbs.values())

    # what changes rows, as `services.notifications.projecting` does ---------------------------------------------------

    def _changed(self, rows: Gathered, event: Recorded) -> None:
        match event.type:
            case "alert-acknowledged" | "notice-revoked":
                self._stop(event.stream)
            case "alert-exhausted":
                self._stop(event.stream)
                self._last_resort(rows, event)
            case "guardian-told":
                self._told(event)
            case "staff-alerted":
                told = StaffAlerted.model_validate_json(event.body)
                self._drop(event.stream, lambda each: (each.receiver, each.step) == (told.person, told.step))
            case "alert-undelivered":
                missed = AlertUndelivered.model_validate_json(event.body)
                self._drop(event.stream, lambda each: (each.receiver, each.step) == (missed.person, missed.step))

    def _last_resort(self, rows: Gathered, event: Recorded) -> None:
        told = AlertExhausted.model_validate_json(event.body)
        if told.person:
            rows.queue(event, "alert", told.case, told.person, step=LAST_RESORT_STEP, due_at=event.recorded_at, urgent=True)

    def _told(self, event: Recorded) -> None:
        told = GuardianTold.model_validate_json(event.body)
        if told.outcome == "acknowledged":
            self._nothing_expected(event.stream)
        if told.outcome != "unanswered":
            self._drop(event.stream, lambda each: each.receiver == told.guardian)

    def _stop(self, stream: str) -> None:
        self._drop(stream, lambda _: True)
        self._nothing_expected(stream)

    def _nothing_expected(self, stream: str) -> None:
        self.climbs = {key: each for key, each in self.climbs.items() if each.stream != stream}

    def _drop(self, stream: str, which: Callable[[Message], bool]) -> None:
        self.waiting = {key: each for key, each in self.waiting.items() if each.stream != stream or not which(each)}


def _message(row: dict[str, Any]) -> Message:
    names = ("id", "kind", "stream", "receiver", "step", "due_at", "queued_at", "urgent")
    return Message(case=row["case_id"], **{name: row[name] for name in names})


def _deadline(row: dict[str, Any]) -> Deadline:
    return Deadline(**{name: row[name] for name in ("id", "stream", "kind", "step", "due_at", "school")})
