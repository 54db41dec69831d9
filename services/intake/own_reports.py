"""`/intake/laporan-saya`: what somebody who signs in has reported, and what became of it (people page, The desk).

What they reported without their name, or in confidence, does not stand here: only its receipt leads there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.state import Concern
from services.intake.form.questions import CATEGORIES
from services.intake.reporters import Reporters
from services.intake.standing import OUTCOMES, STATES
from shared.access import Principal, SignedIn
from shared.decider import load
from shared.pages import Text
from shared.service import Kernel

ADDRESS = "/intake/laporan-saya"

SHOWN = 50
"""The latest; older ones are long over."""

_AT_HOME = frozenset({"student", "guardian"})
_WRITTEN = "SELECT stream, recorded_at FROM event WHERE type = 'concern-received' AND actor = %s ORDER BY position DESC LIMIT %s"


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One row. about: what it was said to be about; nothing for whoever may share their telephone with those at home."""

    at: datetime
    state: Text
    outcome: Text | None
    about: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class OwnReports:
    """reporters: know whose a concern is."""

    kernel: Kernel
    reporters: Reporters

    async def of(self, principal: Principal) -> list[OwnReport]:
        """The latest first. Raises: Unavailable."""
        async with self.kernel.database.connection() as connection:
            written = await (await connection.execute(_WRITTEN, (principal.id, SHOWN))).fetchall()
        found = [(at, (await load(self.kernel.store, CONCERN, stream)).state) for stream, at in written]
        at_home = principal.roles <= _AT_HOME
        return [_row(at, concern, at_home) for at, concern in found if await self.reporters.is_theirs(concern, principal)]


def _row(at: datetime, concern: Concern, at_home: bool) -> OwnReport:
    state, _ = STATES[concern.state]
    said = () if at_home else dict.fromkeys(category for each in concern.raised for category in each.categories)
    return OwnReport(at, state, OUTCOMES.get(concern.outcome) if concern.outcome else None, tuple(CATEGORIES[each] for each in said))


def router(reports: OwnReports) -> APIRouter:
    """The page; nothing on it leads to a report, so whoever looks over a shoulder reads no word of it."""
    routes, page = APIRouter(include_in_schema=False), reports.kernel.frame.page

    @routes.get(ADDRESS)
    async def own_reports(request: Request, principal: SignedIn) -> HTMLResponse:
        return page(request, "own-reports.html", {"rows": await reports.of(principal)})

    return routes
