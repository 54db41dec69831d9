"""Everything in one place: the three services behind one origin, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.cases.app import create_app as create_cases
from services.intake.app import create_app as create_intake
from services.notifications.app import create_app as create_notifications
from shared.access import issue_session, read_token
from shared.clock import SystemClock
from shared.errors import NotSignedIn
from shared.keys import Keys
from shared.settings import Settings

_FRONT = """<!doctype html><html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tanggap</title><link rel="stylesheet" href="/intake/static/tanggap.css"></head><body><main><h1>Tanggap</h1>
<p>Layanan responsif bimbingan dan konseling. <span lang="en">Responsive services of school guidance and counselling.</span></p><ul>
<li><a href="/intake/lapor">Sampaikan kepedulian <span lang="en">/ Raise a concern</span></a></li>
<li><a href="/intake/status">Perkembangan laporan <span lang="en">/ How my concern stands</span></a></li>
<li><a href="/cases/">Daftar kasus <span lang="en">/ Cases (sign in)</span></a></li>
<li>API: <a href="/intake/docs">intake</a>, <a href="/cases/docs">cases</a>, <a href="/notifications/docs">notifications</a></li></ul>
</main></body></html>"""


def services(settings: Settings) -> dict[str, FastAPI]:
    """The three services as applications."""
    return {"intake": create_intake(settings), "cases": create_cases(settings), "notifications": create_notifications(settings)}


def one_origin(applications: Mapping[str, FastAPI], settings: Settings) -> ASGIApp:
    """One application that gives each service what lies under its prefix."""
    keys = Keys("district", settings.secret_source(), SystemClock())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for application in applications.values():
                await stack.enter_async_context(application.router.lifespan_context(application))
            yield

    async def front(_: Request) -> HTMLResponse:
        return HTMLResponse(_FRONT)

    async def enter(request: Request) -> Response:
        """Demonstration only: a link that signs in for the browser."""
        answer = RedirectResponse(request.query_params.get("to", "/cases/"))
        now = datetime.now(UTC)
        try:
            principal = read_token(keys, request.query_params.get("token", ""), now)
        except NotSignedIn as refused:
            return PlainTextResponse(str(refused), refused.status)
        answer.set_cookie("tanggap_session", issue_session(keys, principal, now + timedelta(hours=8)), httponly=True, samesite="strict")
        return answer

    routes = [Route("/", front)] + ([Route("/masuk", enter)] if settings.demo_sign_in else [])
    host = Starlette(routes=routes, lifespan=lifespan)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> Any:
        name = scope.get("path", "").split("/", 2)[1] if scope["type"] == "http" and "/" in scope.get("path", "") else ""
        await (applications.get(name) or host)(scope, receive, send)

    return dispatch
