"""Rendering the public pages of intake, and the questions that several of them ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.intake.form.questions import DANGERS
from shared.attachments.kinds import ACCEPTED
from shared.school_day import Calendar, national
from shared.service import Kernel

_HOURS = range(7, 15)
_LONGEST_BREAK = 120
"""Days that a break may have, so that a calendar without school days is no endless search."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages say when nobody is on duty."""

    kernel: Kernel

    def page(self, request: Request, name: str, told: Mapping[str, object] | None = None, status: int = 200) -> HTMLResponse:
        """The template of this name. told: what stands in it."""
        calendar = national(self.kernel.settings.time_zone)
        read_from = somebody_reads(calendar, self.kernel.clock.now())
        known = {"on_duty": read_from is None, "read_from": read_from, "zone": calendar.zone}
        return self.kernel.frame.page(request, name, known | dict(told or {}), status)


def somebody_reads(calendar: Calendar, now: datetime) -> datetime | None:
    """When the school's people are there again to read what comes in; None while they are."""
    local = calendar.local(now)
    if calendar.is_school_day(local.date()) and local.hour in _HOURS:
        return None
    days = (local.date() + timedelta(days=number) for number in range(_LONGEST_BREAK))
    opens = (calendar.midnight(day) + timedelta(hours=_HOURS.start) for day in days if calendar.is_school_day(day))
    return next((each for each in opens if each > now), None)


def empty_addition() -> dict[str, object]:
    """What stands in the form for adding to a concern, before anything is typed."""
    return {"dangers": DANGERS.items(), "nonce": str(uuid4()), "text": "", "facts": (), "which": False, "accepted": ACCEPTED}
