"""Quiet hours: at night no phone at home lights up. A message waits for the morning of its school; what cannot wait is a call by a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shared.school_day import Calendar

_WRITTEN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """begin, end: by the clock of a school. They may go over midnight; where both are the same there are none."""

    begin: time
    end: time

    @classmethod
    def read(cls, written: str) -> QuietHours:
        """From `20:00-06:00`. Raises: ValueError: it is not so written."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise ValueError("quiet hours are written as 20:00-06:00")
        hour, minute, until_hour, until_minute = map(int, found.groups())
        return cls(time(hour, minute), time(until_hour, until_minute))

    def after(self, moment: datetime, calendar: Calendar) -> datetime:
        """The moment, or where it is quiet at the school then the end of these hours."""
        local = calendar.local(moment)
        if not self._is_quiet(local.time()):
            return moment
        day = local.date() + timedelta(days=1) if self.begin > self.end and local.time() >= self.begin else local.date()
        return datetime.combine(day, self.end, local.tzinfo)

    def _is_quiet(self, at: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end
