"""The portal's page on which an officer of an agency corrects the hours and telephones of one service (ADR 75)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.directory.sifting import INVISIBLE
from services.notifications.domain.agency import NoSuchService
from services.notifications.domain.agency_correction import CorrectEntry, WithdrawCorrection
from services.notifications.upkeep.officers import ADDRESS, EDIT, Short, require_own
from services.notifications.upkeep.saying import Upkeep
from services.notifications.upkeep.wording import Entry, entries
from shared.access import Principal, SignedIn
from shared.pages import Text, say
from shared.phones import with_plain_digits
from shared.service import Kernel
from shared.typed import with_plain_line_breaks

MOST, LONGEST, FEWEST_DIGITS = 20, 200, 3
"""Lines of one kind, characters of a line, and digits of the shortest number that is dialled (112)."""

Lines = Annotated[str, Form(max_length=10_000)]


@dataclass(frozen=True, slots=True)
class Typed:
    """As it was sent: a line for each time and each number."""

    hours: str
    around_the_clock: bool
    phones: str


def typed_correction(hours: Lines = "", around_the_clock: Short = "", phones: Lines = "") -> Typed:
    """A dependency: what the browser sent."""
    return Typed(str(with_plain_line_breaks(hours)), bool(around_the_clock), str(with_plain_line_breaks(phones)))


@dataclass(frozen=True, slots=True)
class CorrectionPages:
    """Answers what an officer asks."""

    kernel: Kernel
    upkeep: Upkeep

    async def entry(self, principal: Principal, agency: str, service: str) -> Entry:
        """Raises: NotFound: no agency of theirs; NoSuchService."""
        require_own(principal, agency)
        known = await self.upkeep.known(agency)
        found = next((each for each in entries(known) if each.directory.service == service), None) if known.registered else None
        if found is None:
            raise NoSuchService
        return found

    async def page(
        self, request: Request, principal: Principal, agency: str, service: str, typed: Typed | None, errors: Mapping[str, Text]
    ) -> HTMLResponse:
        """The form, with what holds now, or as it was sent."""
        entry = await self.entry(principal, agency, service)
        shown = entry.shown
        told = {
            "entry": entry,
            "agency": agency,
            "typed": typed or Typed("\n".join(shown.hours), shown.around_the_clock, "\n".join(shown.phones)),
            "errors": errors,
            "action": EDIT,
            "zone": self.kernel.settings.time_zone,
        }
        return self.kernel.frame.page(request, "upkeep/correct.html", told, 422 if errors else 200)

    async def correct(self, principal: Principal, agency: str, service: str, typed: Typed) -> Mapping[str, Text]:
        """What is wrong with it, by field, and then nothing was changed. Raises: NotFound; NoSuchService."""
        require_own(principal, agency)
        hours, phones = _lines(typed.hours), _lines(with_plain_digits(typed.phones))
        errors = {field: wrong for field, lines in (("hours", hours), ("phones", phones)) if (wrong := _wrong(lines))}
        if "phones" not in errors and any(sum(each.isdecimal() for each in line) < FEWEST_DIGITS for line in phones):
            errors["phones"] = say("Tuliskan satu nomor telepon di setiap baris. Contoh: 021 555 0101 (hotline)")
        if errors:
            return errors
        now = self.kernel.clock.now()
        command = CorrectEntry(service=service, hours=hours, around_the_clock=typed.around_the_clock, phones=phones, by=principal.id, at=now)
        await self.upkeep.correct(agency, command)
        return {}

    async def withdraw(self, principal: Principal, agency: str, service: str) -> None:
        """Raises: NotFound: no agency of theirs."""
        require_own(principal, agency)
        await self.upkeep.correct(agency, WithdrawCorrection(service=service, by=principal.id, at=self.kernel.clock.now()))


def _lines(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.strip() for each in typed.split("\n") if each.strip()))


def _wrong(lines: tuple[str, ...]) -> Text | None:
    if len(lines) > MOST or any(len(each) > LONGEST for each in lines):
        return say("Paling banyak 20 baris, dan 200 huruf di setiap baris.")
    if any(INVISIBLE.search(each) for each in lines):
        return say("Ada huruf yang tidak terlihat: ketik lagi baris ini.")
    return None


def router(pages: CorrectionPages) -> APIRouter:
    """`/notifications/lembaga-saya/layanan`."""
    routes = APIRouter(prefix=EDIT, include_in_schema=False)

    @routes.get("")
    async def look(request: Request, principal: SignedIn, agency: str = "", service: str = "") -> HTMLResponse:
        return await pages.page(request, principal, agency, service, None, {})

    @routes.post("")
    async def correct(
        request: Request, principal: SignedIn, typed: Annotated[Typed, Depends(typed_correction)], agency: Short = "", service: Short = ""
    ) -> Response:
        if errors := await pages.correct(principal, agency, service, typed):
            return await pages.page(request, principal, agency, service, typed, errors)
        return RedirectResponse(ADDRESS, 303)

    @routes.post("/kembali")
    async def withdraw(principal: SignedIn, agency: Short = "", service: Short = "") -> Response:
        await pages.withdraw(principal, agency, service)
        return RedirectResponse(ADDRESS, 303)

    return routes
