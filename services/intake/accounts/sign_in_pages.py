"""The page where one signs in, and the one where one proves again who one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.accounts.hashing import SignInBusy
from services.intake.accounts.offered import ACCOUNT as OWN
from services.intake.accounts.offered import FIRST, query
from services.intake.accounts.office import AccountOffice
from services.intake.accounts.pacing import TriedTooOften
from services.intake.accounts.setting_up import Typed
from services.intake.accounts.signing_in import SignInRefused
from services.intake.accounts.ways import Ways
from services.intake.network import network_of
from shared.access import Principal, SignedIn
from shared.errors import NotSignedIn, Sentences
from shared.pages import path_of_ours
from shared.pages.navigation import first_page

_Field = Annotated[str, Form(max_length=1000)]


def sign_in_router(office: AccountOffice, ways: Ways) -> APIRouter:
    """`/intake/masuk`, `/intake/mulai` and `/intake/bukti`."""
    routes = APIRouter(prefix="/intake", include_in_schema=False)
    shown = _Shown(office, ways)
    _sign_in(routes, office, shown)
    _prove(routes, office, shown)
    return routes


def _sign_in(routes: APIRouter, office: AccountOffice, shown: _Shown) -> None:
    @routes.get("/masuk")
    async def sign_in(request: Request, principal: SignedIn, next: str = "", again: str = "") -> Response:  # noqa: A002 - the name in the address
        wanted = path_of_ours(next) or ""
        if again and principal.session:
            return RedirectResponse(f"/intake/bukti{query(wanted or OWN)}", 303)
        return shown.sign_in(request, wanted)

    @routes.get("/mulai")
    async def begin(principal: SignedIn) -> Response:
        return RedirectResponse(first_page(principal.roles), 303)

    @routes.post("/masuk")
    async def enter(request: Request, _: SignedIn, name: _Field = "", password: _Field = "", code: _Field = "", next: _Field = "") -> Response:  # noqa: A002
        """Raises: NoPlaceNow, WayNotOffered; Unavailable."""
        office.require_way("password")
        wanted = path_of_ours(next) or ""
        try:
            proved = await office.signing_in.proved(Typed(name, password, code), network_of(request))
        except (SignInRefused, TriedTooOften, SignInBusy) as refused:
            return shown.again(shown.sign_in(request, wanted, name, refused), refused)
        answer = RedirectResponse(wanted or FIRST, 303)
        await office.enter(request, answer, proved.person, level="two-factor", way=proved.way)
        return answer


def _prove(routes: APIRouter, office: AccountOffice, shown: _Shown) -> None:
    @routes.get("/bukti")
    async def prove(request: Request, principal: SignedIn, next: str = "") -> Response:  # noqa: A002
        return await shown.prove(request, principal, path_of_ours(next) or OWN)

    @routes.post("/bukti")
    async def proved(request: Request, principal: SignedIn, password: _Field = "", code: _Field = "", next: _Field = "") -> Response:  # noqa: A002
        """Raises: NotSignedIn: it is no session; NoPlaceNow, WayNotOffered; Unavailable."""
        office.require_way("password")
        if principal.session is None:
            raise NotSignedIn
        wanted = path_of_ours(next) or OWN
        try:
            proof = await office.signing_in.proved_again(principal.id, Typed("", password, code), network_of(request))
        except (SignInRefused, TriedTooOften, SignInBusy) as refused:
            return shown.again(await shown.prove(request, principal, wanted, refused), refused)
        answer = RedirectResponse(wanted, 303)
        await office.enter(request, answer, principal.id, level="two-factor", way=proof.way)
        return answer


_Wrong = SignInRefused | TriedTooOften | SignInBusy


@dataclass(frozen=True, slots=True)
class _Shown:
    """The two forms, empty or as they were, without what is secret."""

    office: AccountOffice
    ways: Ways

    def sign_in(self, request: Request, wanted: str, name: str = "", wrong: _Wrong | None = None) -> HTMLResponse:
        told = {"next": wanted, "name": name, "query": query(wanted) if wanted else ""}
        return self._page(request, "accounts/sign_in.html", told, "name", wrong)

    async def prove(self, request: Request, principal: Principal, wanted: str, wrong: _Wrong | None = None) -> HTMLResponse:
        account = await self.office.accounts.of(principal.id)
        kinds = {each.kind for each in account.credentials.values()}
        told = {"next": wanted, "kinds": kinds, "query": query(wanted, again=True)}
        return self._page(request, "accounts/prove.html", told, "password", wrong)

    def again(self, page: HTMLResponse, wrong: _Wrong) -> HTMLResponse:
        """With what a machine reads of it."""
        page.status_code = wrong.status
        if wait := _wait(wrong):
            page.headers["retry-after"] = str(wait)
        return page

    def _page(self, request: Request, template: str, told: Mapping[str, object], field: str, wrong: _Wrong | None) -> HTMLResponse:
        errors = {field: Sentences(SignInRefused.indonesian, SignInRefused.english)} if isinstance(wrong, SignInRefused) else {}
        allowed = self.office.kernel.settings.sign_in_ways
        given = {"errors": errors, "wait": _wait(wrong) if wrong else 0, "allowed": allowed, "ways": self.ways.offered}
        return self.office.kernel.frame.page(request, template, {**given, **told})


def _wait(wrong: _Wrong) -> int:
    match wrong:
        case TriedTooOften():
            return wrong.wait
        case SignInBusy():
            return wrong.retry_after
        case _:
            return 0
