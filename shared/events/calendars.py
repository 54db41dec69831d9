"""What is said of the school calendar."""

from __future__ import annotations

from typing import Literal

from shared.message import PublicEvent
from shared.school_day import Layer

DISTRICT = "district"
"""Whose calendar it is, where it is everybody's."""


def calendar_of_kind(level: str) -> str:
    """The name of the calendar of a kind of school."""
    return f"kind:{level}"


def calendar_of_school(school: str) -> str:
    """The name of the calendar of one school."""
    return f"school:{school}"


class CalendarChanged(PublicEvent):
    """What is said of the school calendar, for the whole district, a kind of school or one school. It replaces what was said of the same before."""

    type: Literal["calendar-changed"] = "calendar-changed"
    version: Literal[1] = 1
    of: str
    layer: Layer

    @property
    def ordering_key(self) -> str:
        return "calendar"
