"""Where the public form ends: sent once, thrown away, or left in a hurry."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from services.intake.authors import author_of_form
from services.intake.flooding import Flooding
from services.intake.form.answers import Answers
from services.intake.form.drafts import COOKIE, Drafts, Ticket, ticket_of
from services.intake.form.showing import FORM, Showing
from services.intake.network import network_of
from services.intake.raising import Raising
from shared.access import Principal, SignedIn
from shared.asked import Asked
from shared.errors import Invalid, Unavailable
from shared.leaving import lead_away
from shared.message import TANGGAP, derived_id
from shared.service import Kernel

RECEIPT = f"{FORM}/tanda-terima"
_SCOPE = f"form POST {FORM}/kirim"
_ELSEWHERE = "https://www.google.com/"


class Sending:
    """Makes a concern of the answers."""

    def __init__(self, kernel: Kernel, raising: Raising, flooding: Flooding) -> None:
        self._kernel, self._raising, self._flooding = kernel, raising, flooding

    async def send(self, ticket: Ticket, answers: Answers, principal: Principal, network: str) -> str:
        """The receipt. network: from where it comes; kept nowhere.

        Raises: ValidationError, Invalid: an answer is missing or wrong. Unavailable: nothing was accepted.
        """
        told = ticket.sending(answers)
        asked = Asked(_SCOPE, told, await self._kernel.fingerprints.of(told.encode()), derived_id(TANGGAP, _SCOPE, told))
        concern = answers.concern()
        flooded = self._flooding.judged(network, concern.narrative, self._kernel.clock.now())
        return (await self._raising.accept(concern, asked, author_of_form(concern, principal), flooded)).receipt


def add_sending(routes: APIRouter, drafts: Drafts, showing: Showing, sending: Sending) -> None:
    @routes.post("/lapor/kirim")
    async def send(request: Request, principal: SignedIn) -> Response:
        ticket = ticket_of(request)
        answers = await drafts.read(ticket) if ticket else Answers()
        if ticket is None or not (answers.about or answers.receipt):
            return RedirectResponse(FORM, 303)
        if answers.receipt:
            return RedirectResponse(RECEIPT, 303)
        try:
            receipt = await sending.send(ticket, answers, principal, network_of(request))
        except (ValidationError, Invalid):
            wrong = answers.first_wrong(await showing.schools_of("sekolah")) or "sekolah"
            return RedirectResponse(f"{FORM}/{wrong}?periksa", 303)
        except Unavailable:
            return await showing.not_kept(request, "periksa", answers)
        return await _shown(request, ticket, receipt)

    async def _shown(request: Request, ticket: Ticket, receipt: str) -> Response:
        """From here on the concern is durable, whatever happens to the draft."""
        try:
            await drafts.keep(ticket, Answers(receipt=receipt))
        except Unavailable:
            return showing.receipt(request, receipt)
        return RedirectResponse(RECEIPT, 303)


def add_leaving(routes: APIRouter, drafts: Drafts) -> None:
    """Nothing of the form stays."""

    @routes.post("/lapor/hapus")
    async def forget(request: Request, _: SignedIn) -> Response:
        return await emptied(request, RedirectResponse(FORM, 303))

    @routes.get("/tinggalkan")
    async def leave(request: Request, _: SignedIn) -> Response:
        return await emptied(request, lead_away(request, _ELSEWHERE))

    async def emptied(request: Request, answer: Response) -> Response:
        """Takes with it what was typed. The browser goes at once, also where the database does not answer: nobody else can open the draft."""
        answer.headers["clear-site-data"] = '"cache"'
        answer.delete_cookie(COOKIE, path="/intake", httponly=True, samesite="lax")
        if ticket := ticket_of(request):
            await drafts.forget_if_possible(ticket)
        return answer
