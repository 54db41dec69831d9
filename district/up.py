"""Everything in one place: the three services behind one origin, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from district.frame import FRAME
from services.cases.app import create_app as create_cases
from services.intake.app import create_app as create_intake
from services.notifications.app import create_app as create_notifications
from shared.settings import Settings
from shared.web import install


def services(settings: Mapping[str, Settings]) -> dict[str, FastAPI]:
    """The three services as applications, each with settings of its own: it signs in to the database as itself."""
    made = {"intake": create_intake, "cases": create_cases, "notifications": create_notifications}
    return {name: create(settings[name]) for name, create in made.items()}


def one_origin(applications: Mapping[str, FastAPI], routes: Sequence[Route], origin: str) -> ASGIApp:
    """One application that gives each service what lies under its prefix. routes: of what lies under none. origin: where browsers reach it."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for application in applications.values():
                await stack.enter_async_context(application.router.lifespan_context(application))
            yield

    host = Starlette(routes=routes, lifespan=lifespan)
    install(host, FRAME, origin)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix("/").partition("/")[0] if scope["type"] == "http" else ""
        await (applications.get(name) or host)(scope, receive, send)

    return dispatch
