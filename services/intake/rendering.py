"""Rendering the public pages of intake, and the questions that several of them ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.intake.form.questions import DANGERS
from shared.school_day import national
from shared.service import Kernel

_HOURS = range(7, 15)


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages say when nobody is on duty."""

    kernel: Kernel

    def page(self, request: Request, name: str, told: Mapping[str, object] | None = None, status: int = 200) -> HTMLResponse:
        """The template of this name. told: what stands in it."""
        calendar = national(self.kernel.settings.time_zone)
        now = calendar.local(self.kernel.clock.now())
        on_duty = calendar.is_school_day(now.date()) and now.hour in _HOURS
        return self.kernel.frame.page(request, name, {"on_duty": on_duty} | dict(told or {}), status)


def empty_addition() -> dict[str, object]:
    """What stands in the form for adding to a concern, before anything is typed."""
    return {"dangers": DANGERS.items(), "nonce": str(uuid4()), "text": "", "facts": (), "which": False}
