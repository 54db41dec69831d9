"""Whether an agency has room, as it said when it was asked. An answer counts for a fortnight; its age is told with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

HOLDS = timedelta(days=14)
"""So long an answer counts: places come and go."""

RoomCode = Literal["room-now", "room-once", "room-waits"]
"""It has room or is full now; it had or was, and that is long ago; it was asked and has not answered."""


@dataclass(frozen=True, slots=True)
class RoomSaid:
    """has_room: None where it never said. told_at: when it did. asked_at: when it was asked last."""

    has_room: bool | None = None
    told_at: datetime | None = None
    asked_at: datetime | None = None

    def days(self, now: datetime) -> int | None:
        """The age of the answer, in whole days."""
        return (now - self.told_at).days if self.told_at else None

    def holds(self, now: datetime) -> bool:
        """Whether the answer is young enough to count."""
        return self.told_at is not None and now - self.told_at <= HOLDS

    def waits(self) -> bool:
        """Whether it was asked and has not answered since."""
        return self.asked_at is not None and (self.told_at is None or self.told_at < self.asked_at)

    def compared(self, now: datetime) -> Iterator[tuple[RoomCode, bool | None, int]]:
        """What is to be told of it: which comparison, whether it fits (None: nobody knows), and of how many days ago."""
        if self.told_at is not None:
            yield ("room-now", self.has_room, (now - self.told_at).days) if self.holds(now) else ("room-once", None, (now - self.told_at).days)
        if self.asked_at is not None and self.waits():
            yield "room-waits", None, (now - self.asked_at).days


NOTHING_SAID = RoomSaid()
