"""A day is a day of the school: its zone, its week, its holidays and half days (domain page, "People come and go").

Everything that asks for a date, an age or school days asks a `Calendar`; nothing else in the services knows a zone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Zone = Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
"""The zones of Indonesia: WIB, WITA and WIT."""

_LONGEST = 400
"""Days after which a calendar without school days would be searched in vain."""

_DAY = timedelta(days=1)


class _Days(BaseModel):
    """first, last: both days are included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date
    name: Annotated[str, Field(max_length=200)]

    @model_validator(mode="after")
    def _forwards(self) -> _Days:
        if self.last < self.first:
            raise ValueError("it ends on or after the day it begins")
        return self

    def holds(self, day: date) -> bool:
        """Whether it is one of these days."""
        return self.first <= day <= self.last


class Holiday(_Days):
    """No school."""


class HalfDay(_Days):
    """School until an hour, such as the last day before the holidays. until: local time."""

    until: time

    @field_validator("until")
    @classmethod
    def _local(cls, until: time) -> time:
        if until.tzinfo is not None or until == time():
            raise ValueError("an hour of the school's day without an offset, for example 10:30")
        return until


class Calendar(BaseModel):
    """The days of a school. school_days: 1 Monday to 7 Sunday. A day that is holiday and half day is a holiday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str = "Asia/Jakarta"
    school_days: Annotated[frozenset[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)] = frozenset({1, 2, 3, 4, 5})
    holidays: tuple[Holiday, ...] = ()
    half_days: tuple[HalfDay, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone, for example Asia/Jakarta, Asia/Makassar or Asia/Jayapura") from error
        return zone

    # days ----------------------------------------------------------------------------------------------------------

    def local(self, moment: datetime) -> datetime:
        """The moment as the school's clock shows it."""
        return moment.astimezone(ZoneInfo(self.zone))

    def day(self, moment: datetime) -> date:
        """The school's date at a moment."""
        return self.local(moment).date()

    def midnight(self, day: date) -> datetime:
        """When the school's day begins."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def age(self, born: date, moment: datetime) -> int:
        """Full years at a moment. A birthday begins at the school's midnight; that of 29 February, in other years, on 1 March."""
        day = self.day(moment)
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def is_school_day(self, day: date) -> bool:
        """Neither a weekend nor a holiday; a half day is a school day."""
        return day.isoweekday() in self.school_days and not any(each.holds(day) for each in self.holidays)

    # school days and school time -----------------------------------------------------------------------------------

    def after(self, start: datetime, days: int) -> datetime:
        """The same time of day, that many school days later; the day of `start` never counts. Where a half day is over by then, the next one."""
        local = self.local(start)
        left = days
        for _ in range(_LONGEST):
            if left <= 0 and (days <= 0 or self._at_school(local)):
                break
            local += _DAY
            left -= self.is_school_day(local.date())
        return local.astimezone(start.tzinfo)

    def later(self, start: datetime, minutes: float) -> datetime:
        """When so many minutes of school days have passed: weekends, holidays and the rest of half days stand still.

        A school day has 1,440 minutes, from midnight to midnight. The moment itself is one of a school day. Without school days the time passes as it
        does elsewhere.
        """
        left = timedelta(minutes=minutes)
        for begins, ends in self._school_time(start):
            if left < ends - begins:
                return (begins + left).astimezone(start.tzinfo)
            left -= ends - begins
        return start + timedelta(minutes=minutes)

    def _school_time(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of school days from a moment on, in UTC, where a day is as long as it is."""
        first = self.day(start)
        for number in range(_LONGEST):
            day = first + number * _DAY
            if not self.is_school_day(day):
                continue
            begins, ends = _midnight(self.zone, day), self._ends(day)
            if ends > start:
                yield max(begins, start.astimezone(UTC)), ends

    def _at_school(self, local: datetime) -> bool:
        return self.is_school_day(local.date()) and local <= self._ends(local.date())

    def _ends(self, day: date) -> datetime:
        until = min((each.until for each in self.half_days if each.holds(day)), default=None)
        return datetime.combine(day, until, ZoneInfo(self.zone)).astimezone(UTC) if until else _midnight(self.zone, day + _DAY)


@lru_cache(maxsize=4096)
def _midnight(zone: str, day: date) -> datetime:
    """When a day begins, in UTC. Every concern that comes in asks it of the same few days."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


class Layer(BaseModel):
    """What is said of the calendar at one place: of the district, of a kind of school, or of one school. None, and empty: nothing is said here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: Zone | None = None
    school_days: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=400)] = ()
    half_days: Annotated[tuple[HalfDay, ...], Field(max_length=400)] = ()


def layered(base: Calendar, *layers: Layer | None) -> Calendar:
    """The calendar of a school. layers: from the district's to its own; the nearest zone and week count, holidays and half days add up."""
    said = [each for each in layers if each]
    zones = [each.zone for each in said if each.zone]
    weeks = [frozenset(each.school_days) for each in said if each.school_days]
    return Calendar(
        zone=zones[-1] if zones else base.zone,
        school_days=weeks[-1] if weeks else base.school_days,
        holidays=(*base.holidays, *(holiday for each in said for holiday in each.holidays)),
        half_days=(*base.half_days, *(half_day for each in said for half_day in each.half_days)),
    )


@cache
def national(zone: str) -> Calendar:
    """The calendar where nobody has said anything. zone: the district's."""
    said = tomllib.loads((Path(__file__).parent / "calendar.toml").read_text(encoding="utf-8"))
    return Calendar.model_validate(said | {"zone": zone})
