"""What is found out late is not overdue at once: an older release did not expect it, or it was written down, or came to this case, long after it
happened. Whoever is to do it has a day before the ladder hears; else all its rungs would hear in the same moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.deadline import Deadline
from shared.school_day import Calendar

_A_DAY = timedelta(days=1)


def with_a_day(wanted: Expected, known: Deadline | None, now: datetime | None, calendar: Calendar | None) -> Expected | None:
    """The same, due at the earliest a day after it is first set, and from then on by that day.

    known: the deadline that stands. calendar: of the school; None where every day counts: there no day that was left makes it later than a day from
    now, should it have become urgent since. now: None where nobody says; then it waits for whatever is said next.
    """
    if now is None:
        return replace(wanted, due=max(wanted.due, known.expected)) if known else None
    if wanted.due >= now + _A_DAY:
        return wanted
    if known is None:
        return replace(wanted, due=a_day_after(now, calendar))
    stands = max(wanted.due, known.expected)
    return replace(wanted, due=stands if calendar else min(stands, max(wanted.due, now + _A_DAY)))


def a_day_after(now: datetime, calendar: Calendar | None) -> datetime:
    """calendar: of the school; None where every day counts."""
    return calendar.after(now, 1) if calendar else now + _A_DAY
