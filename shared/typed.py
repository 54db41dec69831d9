"""What a person typed, made the same whichever way it came. A browser counts a line break as one character and sends two (CR, LF); a client on
another system sends LF alone. Every text is counted and kept with LF.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError


def with_plain_line_breaks(typed: object) -> object:
    """The text with each line break as one LF; anything else than a text is left for the field's own check."""
    return typed.replace("\r\n", "\n").replace("\r", "\n") if isinstance(typed, str) else typed


AS_TYPED = BeforeValidator(with_plain_line_breaks)
"""Written last on the type of a field that a person fills, so that it comes before the limits are counted."""

_FIRST, _AFTER_LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Nobody means a moment outside: it is a slip of the finger, and no date can be reckoned on from the end of all years."""


def is_meant(moment: datetime) -> bool:
    """Whether anybody means such a moment."""
    return _FIRST <= moment < _AFTER_LAST


def _meant(moment: datetime) -> datetime:
    if not is_meant(moment):
        raise PydanticCustomError("datetime_not_meant", "a moment between 1970 and 2199")
    return moment


When = Annotated[AwareDatetime, AfterValidator(_meant)]
"""A moment that a person or another system says. What is stored is read as it lies."""


def moment_of(typed: str, zone: ZoneInfo) -> datetime | None:
    """From a browser's own field for a moment, such as `2026-11-30T08:00`, in a zone; None where there is none, or it is none that anybody means."""
    try:
        told = datetime.fromisoformat(typed)
    except ValueError:
        return None
    moment = told if told.tzinfo else told.replace(tzinfo=zone)
    return moment if is_meant(moment) else None


_MOST_DIGITS = 15
"""So many a spreadsheet keeps exactly; Python itself refuses to read some thousands."""


def whole_number(told: str) -> int | None:
    """From digits that somebody or another system wrote; None for anything else, and for more digits than any number of ours has."""
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _MOST_DIGITS else None
