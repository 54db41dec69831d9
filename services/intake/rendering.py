"""Rendering the pages of intake, and the questions that several of them ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from shared.school_day import national
from shared.service import Kernel

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())
_HOURS = range(7, 15)

DANGERS = (
    ("unsafe_now", "Tidak aman malam ini / Not safe tonight"), ("weapon", "Ada senjata / A weapon"), ("injury", "Ada luka / An injury"),
    ("suicide_attempt", "Ada percobaan bunuh diri / An attempt to die"), ("suicide_plan", "Ada rencana bunuh diri / A plan to die"),
    ("missing", "Tidak diketahui keberadaannya / Missing"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages say when nobody is on duty."""

    kernel: Kernel

    def page(self, name: str, told: Mapping[str, object] | None = None, status: int = 200) -> HTMLResponse:
        """The template of this name. told: what stands in it."""
        calendar = national(self.kernel.settings.time_zone)
        now = calendar.local(self.kernel.clock.now())
        on_duty = calendar.is_school_day(now.date()) and now.hour in _HOURS
        return HTMLResponse(_PAGES.get_template(name).render(on_duty=on_duty, **(told or {})), status)


def empty_addition() -> dict[str, object]:
    """What stands in the form for adding to a concern, before anything is typed."""
    return {"dangers": DANGERS, "nonce": str(uuid4()), "text": "", "facts": ()}
