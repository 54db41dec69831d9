"""A person's own sessions: to see and to end them, and to sign out (people.md, Signing in)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.sessions.office import Sessions
from services.intake.sessions.telling import Ending
from services.intake.sessions.view import OpenSession
from shared.access import Principal, SignedIn
from shared.pages import say
from shared.pages.navigation import EMPTY
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


Issuers = Callable[[], Awaitable[Sequence[tuple[str, str]]]]
"""Where somebody can sign out, too: our id and the shown name of each issuer."""


def router(kernel: Kernel, sessions: Sessions, issuers: Issuers) -> APIRouter:
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
        session = _session(request, kernel.cookies)
        begun = await sessions.begun(session) if session else None
        done = await sessions.end(session, "signed-out") if session else Ending()
        also = await issuers() if begun and begun.way == "openid" else []
        nobody = {"signed_in": False, "in_session": False, "navigation": EMPTY}
        answer = kernel.frame.page(request, "sessions/left.html", {"untold": not done.acknowledged, "issuers": also, **nobody})
        kernel.cookies.end(answer)
        return answer

    return routes


def _session(request: Request, cookies: Cookies) -> str | None:
    """The session of this browser, as its cookie says."""
    value = cookies.value(request.cookies)
    return session_id(value) if value else None


def _shown(rows: list[OpenSession], principal: Principal) -> list[tuple[OpenSession, bool]]:
    """Each session, and whether it is the one of this browser."""
    here = principal.session.id if principal.session else None
    return [(row, row.session == here) for row in rows]
