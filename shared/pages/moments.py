"""Days, times and numbers as a person at the school reads them: in their language and on the school's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from shared.pages.languages import Language

_DAY: dict[Language, str] = {"id": "EEEE, d MMMM y", "en": "EEEE d MMMM y"}
_MOMENT: dict[Language, str] = {"id": "d MMMM y, HH.mm", "en": "d MMMM y, HH:mm"}
_UNTIL = "d MMMM y"
_HOUR: dict[Language, str] = {"id": "HH.mm", "en": "HH:mm"}


@dataclass(frozen=True, slots=True)
class Moments:
    """zone: where none is named, such as `Asia/Jakarta`. A text in ISO 8601 is read as a moment."""

    language: Language
    zone: str

    def day(self, told: date | datetime | str, zone: str = "") -> str:
        """Such as `Jumat, 27 November 2026`."""
        day = date.fromisoformat(told) if isinstance(told, str) and "T" not in told else told
        if isinstance(day, str | datetime):
            return format_datetime(_read(day), _DAY[self.language], tzinfo=ZoneInfo(zone or self.zone), locale=self.language)
        return format_date(day, _DAY[self.language], locale=self.language)

    def moment(self, told: datetime | str, zone: str = "") -> str:
        """Such as `27 November 2026, 15.20`."""
        return format_datetime(_read(told), _MOMENT[self.language], tzinfo=ZoneInfo(zone or self.zone), locale=self.language)

    def until(self, told: datetime | str, zone: str = "") -> str:
        """The last moment for something. Midnight ends the day before and is said as that day, such as `27 November 2026`."""
        here = _read(told).astimezone(ZoneInfo(zone or self.zone))
        return format_date(here.date() - timedelta(days=1), _UNTIL, locale=self.language) if here.time() == time() else self.moment(told, zone)

    def hour(self, told: datetime | str, zone: str = "") -> str:
        """Such as `15.20`."""
        return format_time(_read(told), _HOUR[self.language], tzinfo=ZoneInfo(zone or self.zone), locale=self.language)

    def number(self, told: float) -> str:
        """Such as `20.000`."""
        return format_decimal(told, locale=self.language)

    @property
    def filters(self) -> dict[str, Callable[..., str]]:
        """What templates call them."""
        return {"day": self.day, "moment": self.moment, "until": self.until, "hour": self.hour, "number": self.number}


def _read(told: datetime | str) -> datetime:
    return datetime.fromisoformat(told) if isinstance(told, str) else told
