"""The addresses of issuers' accounts: to an issuer and back, to sign in, to accept an invitation, to link one more, to prove oneself again."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.intake.accounts.inviting import hash_of
from services.intake.accounts.offered import FIRST, wanted_path
from services.intake.accounts.openid.client import Returned
from services.intake.accounts.openid.travelling import Travels
from services.intake.accounts.ways import Ways
from shared.access import SignedIn


def router(ways: Ways) -> APIRouter:
    """`/intake/masuk/openid/{issuer}` and what leads there."""
    routes = APIRouter(prefix="/intake", include_in_schema=False)
    travels = Travels(ways)
    _departing(routes, ways, travels)
    _arriving(routes, ways, travels)
    return routes


def _departing(routes: APIRouter, ways: Ways, travels: Travels) -> None:
    office = ways.office

    @routes.get("/masuk/openid/{issuer}")
    async def sign_in(request: Request, issuer: str, who: SignedIn, next: str = "", again: str = "") -> Response:  # noqa: A002 - the name in the address
        office.require_way("openid")
        if again and who.session:
            return await travels.depart(request, issuer, "proof", wanted_path(next), person=who.id)
        return await travels.depart(request, issuer, "sign-in", wanted_path(next))

    @routes.get("/undangan/{token}/openid/{issuer}")
    async def accept(request: Request, token: str, issuer: str, _: SignedIn) -> Response:
        office.require_way("openid")
        person = await office.invited(request, token)
        return await travels.depart(request, issuer, "accept", FIRST, person=person, invitation=hash_of(token))

    @routes.post("/akun/openid/{issuer}")
    async def link(request: Request, issuer: str, who: SignedIn) -> Response:
        """A page with a link: a form of ours may lead to nobody else's address, and nobody is led into linking by a mere link."""
        office.require_way("openid")
        return await travels.announce(request, issuer, who.id)

    @routes.get("/keluar/openid/{issuer}")
    async def leave(request: Request, issuer: str, _: SignedIn) -> Response:
        return await travels.leave(request, issuer)


def _arriving(routes: APIRouter, ways: Ways, travels: Travels) -> None:
    @routes.get("/masuk/openid/{issuer}/selesai")
    async def arrive(
        request: Request,
        issuer: str,
        who: SignedIn,
        code: str | None = None,
        state: str | None = None,
        iss: str | None = None,
        error: str | None = None,
    ) -> Response:
        ways.office.require_way("openid")
        return await travels.arrive(request, issuer, who, Returned(code, state, iss, error))

    @routes.get("/masuk/terhenti")
    async def stopped(request: Request, _: SignedIn, why: str = "") -> Response:
        return travels.stopped(request, why)
