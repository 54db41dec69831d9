"""The pages of the public form. What is sent leads to another page, so that neither *back* nor *reload* sends it again."""

from __future__ import annotations

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.intake.flooding import Flooding
from services.intake.form.answers import STEPS, Answers, Step
from services.intake.form.drafts import Drafts, Ticket, ticket_of
from services.intake.form.ending import RECEIPT, Sending, add_leaving, add_sending
from services.intake.form.lining_up import Lines, lining_up
from services.intake.form.showing import FORM, Showing
from services.intake.raising import Raising
from services.intake.views import Directory
from shared.access import SignedIn
from shared.errors import NotFound, Unavailable
from shared.service import Kernel


def router(kernel: Kernel, raising: Raising, directory: Directory, flooding: Flooding) -> APIRouter:
    """The pages under `/intake`. flooding: what comes faster than people read is held."""
    routes = APIRouter(prefix="/intake", include_in_schema=False, route_class=lining_up(Lines()))
    drafts, showing = Drafts(kernel.database, kernel.clock), Showing(kernel, directory)
    _add_pages(routes, drafts, showing)
    _add_steps(routes, drafts, showing)
    add_sending(routes, drafts, showing, Sending(kernel, raising, flooding))
    add_leaving(routes, drafts)
    return routes


def _add_pages(routes: APIRouter, drafts: Drafts, showing: Showing) -> None:
    @routes.get("/")
    async def start(_: SignedIn) -> RedirectResponse:
        return RedirectResponse(FORM)

    @routes.get("/lapor")
    async def first(request: Request, _: SignedIn) -> HTMLResponse:
        ticket = ticket_of(request)
        answers = await drafts.read(ticket) if ticket else Answers()
        page = await showing.step(request, "siapa", Answers() if answers.receipt else answers)
        if ticket is None:
            Ticket.fresh().give(page)
        return page

    @routes.get("/lapor/tanda-terima")
    async def receipt(request: Request, _: SignedIn) -> Response:
        ticket = ticket_of(request)
        answers = await drafts.read(ticket) if ticket else Answers()
        return showing.receipt(request, answers.receipt) if answers.receipt else RedirectResponse(FORM, 303)

    @routes.get("/lapor/{step}")
    async def page(step: str, request: Request, _: SignedIn) -> Response:
        wanted = next((each for each in STEPS if each == step), None)
        if wanted is None:
            raise NotFound("the form has no such page")
        ticket = ticket_of(request)
        answers = await drafts.read(ticket) if ticket else Answers()
        if answers.receipt:
            return RedirectResponse(RECEIPT, 303)
        if wanted != "siapa" and not answers.about:
            return RedirectResponse(FORM, 303)
        return await showing.step(request, wanted, answers, faulty="periksa" in request.query_params)


def _add_steps(routes: APIRouter, drafts: Drafts, showing: Showing) -> None:
    @routes.post("/lapor/siapa")
    async def who(request: Request, _: SignedIn, about: str = Form("")) -> Response:
        ticket = ticket_of(request)
        if ticket is None or not (await drafts.read(ticket)).receipt:
            return await typed(request, "siapa", {"about": about}, ticket)
        fresh = Ticket.fresh()  # another report; until now the receipt of the last one could be seen again
        answer = await typed(request, "siapa", {"about": about}, fresh)
        fresh.give(answer)
        return answer

    @routes.post("/lapor/apa")
    async def what(
        request: Request, _: SignedIn, narrative: str = Form(""), categories: list[str] = Form([]), facts: list[str] = Form([])
    ) -> Response:
        return await typed(request, "apa", {"narrative": narrative, "categories": tuple(categories), "facts": tuple(facts)}, ticket_of(request))

    @routes.post("/lapor/sekolah")
    async def school(request: Request, _: SignedIn, school: str = Form(""), description: str = Form("")) -> Response:
        return await typed(request, "sekolah", {"school": school, "description": description}, ticket_of(request))

    @routes.post("/lapor/kontak")
    async def contact(request: Request, _: SignedIn, reply_to: str = Form("")) -> Response:
        return await typed(request, "kontak", {"reply_to": reply_to}, ticket_of(request))

    async def typed(request: Request, step: Step, fields: dict[str, object], ticket: Ticket | None) -> Response:
        """Keeps one page's answers and leads on. Where they cannot be kept, the page comes back as it was and says so."""
        if ticket is None:
            return await showing.without_cookies(request, step, Answers().with_typed(fields))
        try:
            answers = (await drafts.read(ticket)).with_typed(fields)
            if answers.receipt:
                return RedirectResponse(RECEIPT, 303)
            await drafts.keep(ticket, answers)
            faulty = bool(answers.faults(step, await showing.schools_of(step)))
        except Unavailable:
            return await showing.not_kept(request, step, Answers().with_typed(fields))
        return RedirectResponse(f"{FORM}/{step}?periksa" if faulty else f"{FORM}/{STEPS[STEPS.index(step) + 1]}", 303)
