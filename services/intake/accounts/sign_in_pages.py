"""The page where one signs in, and the one where one proves again who one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.accounts.hashing import SignInBusy
from services.intake.accounts.office import AccountOffice, network_of
from services.intake.accounts.pacing import TriedTooOften
from services.intake.accounts.setting_up import Typed
from services.intake.accounts.signing_in import SignInRefused
from shared.access import Principal, SignedIn
from shared.errors import NotSignedIn, Sentences
from shared.pages import path_of_ours

OWN = "/intake/akun"

_Field = Annotated[str, Form(max_length=1000)]


def sign_in_router(office: AccountOffice) -> APIRouter:
    """`/intake/masuk` and `/intake/bukti`."""
    routes = APIRouter(prefix="/intake", include_in_schema=False)
    _sign_in(routes, office)
    _prove(routes, office)
    return routes


def _sign_in(routes: APIRouter, office: AccountOffice) -> None:
    @routes.get("/masuk")
    async def sign_in(request: Request, _: SignedIn) -> HTMLResponse:
        return _page(office, request, "sign_in.html", {"next": path_of_ours(request.query_params.get("next")) or ""})

    @routes.post("/masuk")
    async def enter(request: Request, _: SignedIn, name: _Field = "", password: _Field = "", code: _Field = "", next: _Field = "") -> Response:  # noqa: A002
        """Raises: NoPlaceNow; Unavailable."""
        wanted = path_of_ours(next)
        try:
            proved = await office.signing_in.proved(Typed(name, password, code), network_of(request))
        except (SignInRefused, TriedTooOften, SignInBusy) as refused:
            return _again(office, request, "sign_in.html", {"next": wanted or "", "name": name}, refused)
        answer = RedirectResponse(wanted or OWN, 303)
        await office.enter(answer, proved.person, level="two-factor", way=proved.way)
        return answer


def _prove(routes: APIRouter, office: AccountOffice) -> None:
    @routes.get("/bukti")
    async def prove(request: Request, principal: SignedIn) -> HTMLResponse:
        return _page(office, request, "prove.html", await _about(office, principal, request.query_params.get("next")))

    @routes.post("/bukti")
    async def proved(request: Request, principal: SignedIn, password: _Field = "", code: _Field = "", next: _Field = "") -> Response:  # noqa: A002
        """Raises: NotSignedIn: it is no session; Unavailable."""
        if principal.session is None:
            raise NotSignedIn
        try:
            shown = await office.signing_in.proved_again(principal.id, Typed("", password, code), network_of(request))
        except (SignInRefused, TriedTooOften, SignInBusy) as refused:
            return _again(office, request, "prove.html", await _about(office, principal, next), refused)
        await office.sessions.prove(principal.session.id, level="two-factor", way=shown.way)
        return RedirectResponse(path_of_ours(next) or OWN, 303)


async def _about(office: AccountOffice, principal: Principal, wanted: object) -> Mapping[str, object]:
    account = await office.accounts.of(principal.id)
    kinds = {each.kind for each in account.credentials.values()}
    return {"next": path_of_ours(wanted) or "", "kinds": kinds}


def _page(office: AccountOffice, request: Request, template: str, told: Mapping[str, object], status: int = 200) -> HTMLResponse:
    given = {"name": "", "wait": 0, "ways": office.kernel.settings.sign_in_ways, "kinds": set()}
    return office.kernel.frame.page(request, f"accounts/{template}", {**given, **told}, status)


def _again(
    office: AccountOffice, request: Request, template: str, told: Mapping[str, object], refused: SignInRefused | TriedTooOften | SignInBusy
) -> HTMLResponse:
    """The form as it was, without what is secret."""
    wait = refused.wait if isinstance(refused, TriedTooOften) else refused.retry_after if isinstance(refused, SignInBusy) else 0
    errors = {"name" if template == "sign_in.html" else "password": Sentences(SignInRefused.indonesian, SignInRefused.english)}
    page = _page(office, request, template, {**told, "wait": wait, "errors": {} if wait else errors}, refused.status)
    if wait:
        page.headers["retry-after"] = str(wait)
    return page
