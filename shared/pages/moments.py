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
_NEAR: dict[Language, str] = {"id": "EEEE, d MMMM", "en": "EEEE d MMMM"}
_DAYS: dict[Language, dict[int, str]] = {
    "id": {-1: "kemarin", 0: "hari ini", 1: "besok"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}
_HALF_A_YEAR = 182
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

    def near(self, told: datetime | str, now: datetime, zone: str = "") -> str:
        """As people say it who look at it now: `hari ini, 15.20`, `Selasa, 1 Desember, 15.20`; with the year where it is far off."""
        here = _read(told).astimezone(ZoneInfo(zone or self.zone))
        return f"{self.near_day(here, now, zone)}, {self.hour(here, zone)}"

    def near_until(self, told: datetime | str, now: datetime, zone: str = "") -> str:
        """The last moment for something, as people say it now. Midnight ends the day before: `besok`."""
        here = _read(told).astimezone(ZoneInfo(zone or self.zone))
        if here.time() != time():
            return self.near(told, now, zone)
        return self.near_day(here - timedelta(days=1), now, zone)

    def near_day(self, told: datetime | str, now: datetime, zone: str = "") -> str:
        """Such as `kemarin`, or `Selasa, 1 Desember`."""
        here = _read(told).astimezone(ZoneInfo(zone or self.zone))
        day, apart = here.date(), (here.date() - now.astimezone(here.tzinfo).date()).days
        pattern = _NEAR[self.language] if abs(apart) < _HALF_A_YEAR else _UNTIL
        return _DAYS[self.language].get(apart) or format_date(day, pattern, locale=self.language)

    def hour(self, told: datetime | str, zone: str = "") -> str:
        """Such as `15.20`."""
        return format_time(_read(told), _HOUR[self.language], tzinfo=ZoneInfo(zone or self.zone), locale=self.language)

    def number(self, told: float) -> str:
        """Such as `20.000`."""
        return format_decimal(told, locale=self.language)

    @property
    def filters(self) -> dict[str, Callable[..., str]]:
        """What templates call them."""
        return {
            "day": self.day, "moment": self.moment, "until": self.until, "near": self.near, "near_until": self.near_until,
            "near_day": self.near_day, "hour": self.hour, "number": self.number,
        }  # fmt: skip


def _read(told: datetime | str) -> datetime:
    return datetime.fromisoformat(told) if isinstance(told, str) else told
