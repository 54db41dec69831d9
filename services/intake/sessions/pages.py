"""A person's own sessions: to see and to end them, and to sign out (people.md, Signing in)."""

from __future__ import annotations

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.sessions.office import Sessions
from services.intake.sessions.telling import Ending
from services.intake.sessions.view import OpenSession
from shared.access import Principal, SignedIn
from shared.pages import say
from shared.service import Kernel
from shared.sessions.cookies import Cookies
from shared.sessions.session import session_id

WAYS = {
    "passkey": say("kunci sandi (passkey)"),
    "password": say("kata sandi dan kode"),
    "openid": say("akun kantor atau belajar.id"),
    "recovery": say("kode pemulihan"),
    "demonstration": say("peragaan"),
}
"""How somebody signed in, as the list says it."""


def router(kernel: Kernel, sessions: Sessions) -> APIRouter:
    """`/intake/sesi` and `/intake/keluar`."""
    routes = APIRouter(prefix="/intake", include_in_schema=False)

    @routes.get("/sesi")
    async def own(request: Request, principal: SignedIn) -> Response:
        rows = await sessions.of(principal.id)
        return kernel.frame.page(request, "sessions/own.html", {"rows": _shown(rows, principal), "ways": WAYS})

    @routes.post("/sesi/akhiri")
    async def end(request: Request, principal: SignedIn, session: str = Form("", max_length=64)) -> Response:
        """Ends one of one's own sessions, or every other one where none is named."""
        here = principal.session.id if principal.session else None
        theirs = {each.session for each in await sessions.of(principal.id)}
        if session == here and session:
            return await sign_out(request, principal)
        if session and session not in theirs:
            return RedirectResponse("/intake/sesi", 303)  # it has ended meanwhile, or was never theirs
        done = await (sessions.end(session, "by-person") if session else sessions.end_all(principal.id, "by-person", but=here))
        return kernel.frame.page(request, "sessions/ended.html", {"untold": not done.acknowledged})

    @routes.post("/keluar")
    async def sign_out(request: Request, _: SignedIn) -> Response:
        """Also of a session that has ended already: the browser forgets everything in any case."""
        done = await _leave(request, kernel.cookies, sessions)
        nobody = {"signed_in": False, "in_session": False, "navigation": []}
        answer = kernel.frame.page(request, "sessions/left.html", {"untold": not done.acknowledged, **nobody})
        kernel.cookies.end(answer)
        return answer

    return routes


async def _leave(request: Request, cookies: Cookies, sessions: Sessions) -> Ending:
    value = cookies.value(request.cookies)
    return await sessions.end(session_id(value), "signed-out") if value else Ending()


def _shown(rows: list[OpenSession], principal: Principal) -> list[tuple[OpenSession, bool]]:
    """Each session, and whether it is the one of this browser."""
    here = principal.session.id if principal.session else None
    return [(row, row.session == here) for row in rows]
