"""Kotak masuk: what somebody was told, one entry a case, without content: that something waits, how it stands, and where to open it.

No channel counts on it. It is where people look who have lost a message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.notifications.case_people import KeptPeople
from services.notifications.views import Reader, received
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.eventstore.projection import Projection
from shared.pages import Text, say
from shared.pages.navigation import READS_CASES
from shared.service import Kernel

STATES: Mapping[str, Text] = {
    "queued": say("menunggu dikirim"),
    "sending": say("sedang dikirim"),
    "sent": say("belum ditangani"),
    "acknowledged": say("sudah ditangani"),
    "failed": say("tidak sampai lewat pesan"),
    "cancelled": say("tidak perlu lagi"),
}
"""Of a message to a member of staff."""

_OVER = frozenset({"acknowledged", "cancelled"})
"""States in which nothing waits for the reader any more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """at: to the hour unless it is urgent, so that nobody finds out by the clock who reported without a name.

    address: of its case, of the list of cases, or of the first page. over: nothing waits any more.
    """

    at: datetime
    urgent: bool
    state: Text
    address: str
    over: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """Looks up a person's own messages."""

    kernel: Kernel
    outbox: Projection

    async def of(self, principal: Principal) -> Sequence[Entry]:
        """Nothing of a case that names the person, or from which they were suspended. Raises: StillBuilding, BehindWrite, Unavailable."""
        schools = principal.schools()
        found = await received(self.outbox, Reader(principal.id, None if schools == EVERYWHERE else tuple(sorted(schools))))
        people = await KeptPeople(self.kernel.database).of({each["case"]: each["school"] for each in found if each["case"]})
        away = {case for case, each in people.items() if principal.id in each.named | each.suspended}
        told = one_a_case([each for each in found if each["case"] not in away])
        return sorted((_entry(each, _leads_to(principal, each["case"])) for each in told), key=urgent_first)


def one_a_case(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The newest message about each case, and of those that still wait where there are any: an alert that climbed a ladder was told many times.

    rows: newest first.
    """
    found = dict[str, Mapping[str, Any]]()
    for each in sorted(rows, key=lambda row: row["state"] in _OVER):
        found.setdefault(each["case"] or f"{each['queued_at']}", each)
    return list(found.values())


def urgent_first(entry: Entry) -> tuple[bool, bool, float]:
    """By the time that is shown: the order tells no more than the page."""
    return entry.over, not entry.urgent, -entry.at.timestamp()


def _leads_to(principal: Principal, case: str | None) -> str:
    """A teacher reads no case: what was asked of them waits on their first page."""
    if not principal.holds(*READS_CASES):
        return "/cases/menunggu"
    return f"/cases/cases/{case}" if case else "/cases/menunggu"


def _entry(row: Mapping[str, Any], address: str) -> Entry:
    at = row["queued_at"] if row["urgent"] else row["queued_at"].replace(minute=0, second=0, microsecond=0)
    return Entry(at, row["urgent"], STATES.get(row["state"], STATES["sent"]), address, row["state"] in _OVER)


def router(inbox: Inbox) -> APIRouter:
    """`/notifications/kotak-masuk`."""
    routes = APIRouter(prefix="/notifications", include_in_schema=False)

    @routes.get("/kotak-masuk")
    async def look(request: Request, principal: SignedIn) -> HTMLResponse:
        entries = await inbox.of(principal)
        return inbox.kernel.frame.page(request, "inbox/inbox.html", {"entries": entries, "zone": inbox.kernel.settings.time_zone})

    return routes
