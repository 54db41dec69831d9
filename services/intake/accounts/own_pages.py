"""One's own account: the ways in. What changes how one signs in asks for a fresh proof."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.accounts.offered import ACCOUNT as OWN
from services.intake.accounts.office import AccountOffice
from services.intake.accounts.password_pages import PasswordForm, Sent
from services.intake.accounts.saying import KINDS
from services.intake.accounts.ways import Ways
from services.intake.domain.account import Account, AddCredentials, RemoveCredential
from services.intake.domain.sign_in_name import NameTaken
from shared.access import Principal, SignedIn
from shared.errors import NotFound, NotSignedIn, Sentences

_Field = Annotated[str, Form(max_length=8000)]
_CODES = 10


def own_router(office: AccountOffice, ways: Ways) -> APIRouter:
    """`/intake/akun`."""
    routes = APIRouter(prefix=OWN, include_in_schema=False)
    _account(routes, office, ways)
    _password(routes, office)
    _removing(routes, office)
    return routes


def _account(routes: APIRouter, office: AccountOffice, ways: Ways) -> None:
    @routes.get("")
    async def account(request: Request, principal: SignedIn) -> HTMLResponse:
        mine = await office.accounts.of(principal.id)
        told = {
            "name": await office.name_of(principal.id),
            "credentials": await _credentials(office, principal.id, mine),
            "codes_left": _CODES - len(mine.used) if mine.of("recovery-codes") else None,
            "password": bool(mine.of("password")),
            "allowed": office.kernel.settings.sign_in_ways,
            "ways": ways.offered,
        }
        return office.kernel.frame.page(request, "accounts/own.html", told)


async def _credentials(office: AccountOffice, person: str, account: Account) -> list[dict[str, object]]:
    kept = {each.credential: each for each in await office.accounts.verifiers.of(person)}
    shown = [each for each in account.credentials.values() if each.kind in ("passkey", "openid", "password")]
    return [
        {"id": each.id, "kind": KINDS[each.kind], "added": kept[each.id].added_at, "used": kept[each.id].used_at} for each in shown if each.id in kept
    ]


def _password(routes: APIRouter, office: AccountOffice) -> None:
    form = PasswordForm(office)
    about = {"action": f"{OWN}/sandi", "came_from": OWN, "asks_name": True}

    @routes.get("/sandi")
    async def empty(request: Request, principal: SignedIn) -> HTMLResponse:
        office.require_way("password")
        return await form.page(request, "accounts/password.html", principal.id, about)

    @routes.post("/sandi")
    async def sent(request: Request, principal: SignedIn, box: _Field = "", name: _Field = "", password: _Field = "", code: _Field = "") -> Response:
        office.require_way("password")
        told = Sent(box, name, password, code)
        if again := await form.sent_before(request, principal.id, told):
            return again
        read = await form.read(principal.id, told)
        if read.flaws:
            return await form.page(request, "accounts/password.html", principal.id, about, read, 422)
        prepared = await form.prepared(principal.id, read)
        command = AddCredentials(person=principal.id, credentials=prepared.credentials)
        try:
            await office.accounts.change(command, form.occasion(principal.id), keep=prepared.keep, keeping=_here(principal))
        except NameTaken:
            taken = read.saying({"name": Sentences(NameTaken.indonesian, NameTaken.english)})
            return await form.page(request, "accounts/password.html", principal.id, about, taken, 409)
        return form.codes_page(request, prepared.codes)


def _removing(routes: APIRouter, office: AccountOffice) -> None:
    @routes.get("/hapus/{credential}")
    async def ask(request: Request, credential: str, principal: SignedIn) -> HTMLResponse:
        """Raises: NotFound."""
        held = (await office.accounts.of(principal.id)).credentials.get(credential)
        if held is None:
            raise NotFound
        return office.kernel.frame.page(request, "accounts/remove.html", {"kind": KINDS[held.kind], "credential": credential})

    @routes.post("/hapus/{credential}")
    async def remove(credential: str, principal: SignedIn) -> Response:
        """Raises: NeedsWayIn: it is the last one; Unavailable."""
        command = RemoveCredential(person=principal.id, credential=credential)
        await office.accounts.change(command, PasswordForm(office).occasion(principal.id), keeping=_here(principal))
        return RedirectResponse(OWN, 303)


def _here(principal: Principal) -> str:
    """The session that goes on. Raises: NotSignedIn: a token cannot change an account."""
    if principal.session is None:
        raise NotSignedIn
    return principal.session.id
