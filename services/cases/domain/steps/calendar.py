"""The school calendar: school days, holidays, the zone in which a day begins. Clocks in school days count none of the days between."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_LONGEST = 400
"""Days after which a calendar without school days would be searched in vain."""


class Holiday(BaseModel):
    """Both days included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date
    name: str

    @model_validator(mode="after")
    def _forwards(self) -> Holiday:
        if self.last < self.first:
            raise ValueError("a holiday ends on or after the day it begins")
        return self


class Calendar(BaseModel):
    """school_days: 1 Monday to 7 Sunday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str = "Asia/Jakarta"
    school_days: Annotated[frozenset[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1)] = frozenset({1, 2, 3, 4, 5})
    holidays: tuple[Holiday, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone, for example Asia/Jakarta, Asia/Makassar or Asia/Jayapura") from error
        return zone

    def is_school_day(self, day: date) -> bool:
        """Neither a weekend nor a holiday."""
        return day.isoweekday() in self.school_days and not any(each.first <= day <= each.last for each in self.holidays)

    def after(self, start: datetime, days: int) -> datetime:
        """The same time of day, that many school days later; the day of `start` never counts."""
        local = start.astimezone(ZoneInfo(self.zone))
        left = days
        for _ in range(_LONGEST):
            if left <= 0:
                break
            local += timedelta(days=1)
            left -= self.is_school_day(local.date())
        return local.astimezone(start.tzinfo)
