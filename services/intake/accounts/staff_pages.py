"""A school's staff and their accounts: invite by mail or on paper, recover by two people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.accounts import codes
from services.intake.accounts.inviting import Link
from services.intake.accounts.office import AccountOffice
from services.intake.accounts.staff import INVITES, RECOVERS, Staff
from services.intake.domain.account import Way
from shared.access import EVERYWHERE, Principal, SignedIn
from shared.errors import NotFound

_Field = Annotated[str, Form(max_length=200)]
_LIST = "/intake/akun-staf"


def staff_router(office: AccountOffice) -> APIRouter:
    """`/intake/akun-staf`."""
    routes = APIRouter(prefix=_LIST, include_in_schema=False)
    staff = Staff(office)
    _listing(routes, office, staff)
    _inviting(routes, office, staff)
    return routes


def _listing(routes: APIRouter, office: AccountOffice, staff: Staff) -> None:
    @routes.get("")
    async def members(request: Request, principal: SignedIn, school: str = "") -> HTMLResponse:
        """Raises: NotFound: a school that is not theirs."""
        theirs = await _schools(office, principal)
        chosen = school or (theirs[0][0] if theirs else "")
        if chosen not in dict(theirs):
            raise NotFound
        told = {
            "schools": theirs,
            "school": chosen,
            "members": await staff.of(principal, chosen),
            "invites": principal.holds(*INVITES),
            "alone": principal.holds("system-administrator", "district-duty"),
        }
        return office.kernel.frame.page(request, "accounts/staff.html", told)


async def _schools(office: AccountOffice, principal: Principal) -> list[tuple[str, str]]:
    mine = principal.schools(*RECOVERS)
    every = [(str(each["school"]), str(each["name"])) for each in await office.directory.schools()]
    return every if mine == EVERYWHERE else [each for each in every if each[0] in mine]


def _inviting(routes: APIRouter, office: AccountOffice, staff: Staff) -> None:
    @routes.post("/undang")
    async def invite(request: Request, principal: SignedIn, person: _Field = "", way: Way = Form("paper")) -> Response:
        return await _handed_over(office, request, person, way, await staff.invite(principal, person, way))

    @routes.post("/pulihkan")
    async def ask(principal: SignedIn, person: _Field = "") -> Response:
        await staff.ask_recovery(principal, person)
        return RedirectResponse(_LIST, 303)

    @routes.post("/kunci")
    async def lock(principal: SignedIn, person: _Field = "") -> Response:
        await staff.lock(principal, person)
        return RedirectResponse(_LIST, 303)

    @routes.post("/buka-kunci")
    async def unlock(principal: SignedIn, person: _Field = "") -> Response:
        await staff.unlock(principal, person)
        return RedirectResponse(_LIST, 303)

    @routes.post("/tegaskan")
    async def agree(request: Request, principal: SignedIn, person: _Field = "", way: Way = Form("paper")) -> Response:
        return await _handed_over(office, request, person, way, await staff.recover(principal, person, way))


async def _handed_over(office: AccountOffice, request: Request, person: str, way: Way, link: Link) -> HTMLResponse:
    """On paper the link is shown this once; mailed, it is not shown at all."""
    told = {
        "name": await office.name_of(person),
        "district": office.kernel.settings.district,
        "until": link.until,
        "address": link.address if way == "paper" else "",
        "picture": codes.picture_of(link.address) if way == "paper" else "",
    }
    return office.kernel.frame.page(request, "accounts/handed_over.html", told, 201)
