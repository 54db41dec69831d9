"""The time, as an argument: shells ask a clock, decisions get a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, with a zone."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """For tests: stands still until it is set."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment
