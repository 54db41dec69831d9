"""Time is passed as an argument: services ask a clock, and a decision is given a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The current time, with its time zone."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock for tests. It stands still until it is set."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment
