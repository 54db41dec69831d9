"""The pages behind an invitation's link: what one chooses, and a password with its codes. Opening them changes nothing: mail scanners open links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.intake.accounts.inviting import hash_of
from services.intake.accounts.office import AccountOffice
from services.intake.accounts.password_pages import PasswordForm, Sent
from services.intake.accounts.ways import Ways
from services.intake.domain.account import Accept
from services.intake.domain.sign_in_name import NameTaken
from shared.access import SignedIn
from shared.errors import Sentences

_Field = Annotated[str, Form(max_length=8000)]


def invitation_router(office: AccountOffice, ways: Ways) -> APIRouter:
    """`/intake/undangan/{token}` and what one chooses there."""
    routes = APIRouter(prefix="/intake/undangan", include_in_schema=False)
    form = PasswordForm(office)

    @routes.get("/{token}")
    async def choose(request: Request, token: str, _: SignedIn) -> HTMLResponse:
        await office.invited(request, token)
        settings = office.kernel.settings
        told = {"token": token, "allowed": settings.sign_in_ways, "ways": ways.offered, "district": settings.district}
        return office.kernel.frame.page(request, "accounts/invited.html", told)

    @routes.get("/{token}/sandi")
    async def empty(request: Request, token: str, _: SignedIn) -> HTMLResponse:
        office.require_way("password")
        person = await office.invited(request, token)
        return await form.page(request, "accounts/password.html", person, _about(token))

    @routes.post("/{token}/sandi")
    async def sent(
        request: Request, token: str, _: SignedIn, box: _Field = "", name: _Field = "", password: _Field = "", code: _Field = ""
    ) -> Response:
        office.require_way("password")
        told = Sent(box, name, password, code)
        if again := await form.sent_before(request, await office.inviting.holder_of(token), told):
            return again
        person = await office.invited(request, token)
        read = await form.read(person, told)
        if read.flaws:
            return await form.page(request, "accounts/password.html", person, _about(token), read, 422)
        prepared = await form.prepared(person, read)
        command = Accept(person=person, invitation=hash_of(token), at=office.kernel.clock.now(), credentials=prepared.credentials)
        try:
            await office.accounts.change(command, form.occasion(person), keep=prepared.keep)
        except NameTaken:
            taken = read.saying({"name": Sentences(NameTaken.indonesian, NameTaken.english)})
            return await form.page(request, "accounts/password.html", person, _about(token), taken, 409)
        answer = form.codes_page(request, prepared.codes)
        await office.enter(request, answer, person, level="two-factor", way="password")
        return answer

    return routes


def _about(token: str) -> Mapping[str, object]:
    return {"action": f"/intake/undangan/{token}/sandi", "came_from": f"/intake/undangan/{token}", "asks_name": True}
