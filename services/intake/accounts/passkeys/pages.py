"""The addresses of passkeys: signing in with one, proving oneself again, making one by an invitation or beside another way."""

from __future__ import annotations

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.accounts.inviting import hash_of
from services.intake.accounts.offered import ACCOUNT, FIRST, wanted_path
from services.intake.accounts.passkeys.ceremonies import LONGEST_ANSWER
from services.intake.accounts.passkeys.showing import PasskeyPages
from services.intake.accounts.ways import Ways
from shared.access import SignedIn

_LONGEST_NAME = 60


def router(ways: Ways) -> APIRouter:
    """`/intake/masuk/passkey`, `/intake/undangan/{token}/passkey` and `/intake/akun/passkey`."""
    routes = APIRouter(prefix="/intake", include_in_schema=False)
    pages = PasskeyPages(ways)
    _signing_in(routes, pages)
    _accepting(routes, pages)
    _adding(routes, pages)
    return routes


def _signing_in(routes: APIRouter, pages: PasskeyPages) -> None:
    @routes.get("/masuk/passkey")
    async def ask(request: Request, who: SignedIn, next: str = "", again: str = "") -> Response:  # noqa: A002 - the name in the address
        pages.ways.office.require_way("passkey")
        return await pages.ask(request, who.id if again and who.session else None, wanted_path(next))

    @routes.post("/masuk/passkey")
    async def sign_in(
        request: Request,
        _: SignedIn,
        answer: str = Form("", max_length=LONGEST_ANSWER),
        next: str = Form(""),  # noqa: A002
    ) -> Response:
        pages.ways.office.require_way("passkey")
        return await pages.sign_in(request, answer, wanted_path(next))


def _accepting(routes: APIRouter, pages: PasskeyPages) -> None:
    @routes.get("/undangan/{token}/passkey")
    async def ask(request: Request, token: str, _: SignedIn) -> Response:
        pages.ways.office.require_way("passkey")
        return await pages.ask_to_make(request, await pages.ways.office.invited(request, token))

    @routes.post("/undangan/{token}/passkey")
    async def accept(
        request: Request, token: str, _: SignedIn, answer: str = Form("", max_length=LONGEST_ANSWER), name: str = Form("", max_length=_LONGEST_NAME)
    ) -> Response:
        pages.ways.office.require_way("passkey")
        person = await pages.ways.office.invited(request, token)
        made = await pages.made(request, person, answer, name)
        if isinstance(made, Response):
            return made
        await pages.ways.opening.accept(person, hash_of(token), made)
        return await pages.entered(request, person, FIRST)


def _adding(routes: APIRouter, pages: PasskeyPages) -> None:
    @routes.get("/akun/passkey")
    async def ask(request: Request, who: SignedIn) -> Response:
        pages.ways.office.require_way("passkey")
        return await pages.ask_to_make(request, who.id)

    @routes.post("/akun/passkey")
    async def add(
        request: Request, who: SignedIn, answer: str = Form("", max_length=LONGEST_ANSWER), name: str = Form("", max_length=_LONGEST_NAME)
    ) -> Response:
        pages.ways.office.require_way("passkey")
        made = await pages.made(request, who.id, answer, name)
        if isinstance(made, Response):
            return made
        await pages.ways.opening.add(who.id, made, keeping=who.session.id if who.session else None)
        return RedirectResponse(ACCOUNT, 303)
