"""One service put together: kernel, routes, running parts. Every `services/*/app.py` calls `create_service`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from psycopg import sql
from starlette.routing import BaseRoute

from shared import logs, web
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.delivery.feed import feed_router
from shared.delivery.relay import Relay
from shared.errors import StartRefused
from shared.events import READERS
from shared.eventstore.epochs import OwnEpochs
from shared.eventstore.projection import Projection
from shared.eventstore.signing import HeadSigner
from shared.journal import Following
from shared.journal.heads import HeadKeeper
from shared.key_status import key_status_router
from shared.pages.routes import pages_router
from shared.posts import NO_LEAVES
from shared.rewrapping import Rewrapper
from shared.running import Part, run_parts
from shared.service.documents import documents_router
from shared.service.kernel import Kernel, OwnKeyWord, OwnWord, ServiceName, kernel_of
from shared.service.operations import operations_router
from shared.service.promised import PROMISED
from shared.service.serving import note_refusal
from shared.service.upkeep import parked_router, views_router
from shared.sessions.hearing import Listening, told_router
from shared.sessions.kept import KeptSessions
from shared.settings import Settings
from shared.tracing import traces
from shared.wrapping import MasterKeys

log = structlog.get_logger()


def create_service(
    name: ServiceName,
    settings: Settings,
    *,
    migrations: Path,
    routers: Callable[[Kernel], Sequence[APIRouter]],
    parts: Callable[[Kernel], Sequence[Part]],
    clock: Clock | None = None,
    directory: str | None = None,
    leaves: sql.Composable = NO_LEAVES,
    word: OwnWord | None = None,
    key_word: OwnKeyWord | None = None,
) -> FastAPI:
    """The service as an ASGI application; its paths keep their prefix `/<name>`.

    directory: the view that holds who is who, where that is folded from the service's own store. word: of the sessions' owner. key_word: of
    the owner of machines' keys.
    leaves: as `Posts` takes them.

    Raises: StartRefused: a route has no permission row, or a secret is missing.
    """
    kernel = kernel_of(name, settings, migrations, clock or SystemClock(), directory, word, leaves, key_word)
    own = list(parts(kernel))
    running = [*_kernels_parts(kernel), *own, *(part.builder for part in own if isinstance(part, Projection))]
    app = FastAPI(
        title=f"Tanggap {name}",
        version="0.1.0",
        openapi_url=f"/{name}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(kernel, running),
    )
    app.state.kernel = kernel
    web.install(app, kernel.frame, settings.public_origin)
    for router in (*routers(kernel), *_kernels_routers(kernel, running), documents_router(app, kernel)):
        app.router.routes.extend(_promising(router))
    kernel.access.permissions.require_rows(app.routes)
    return app


def _promising(router: APIRouter) -> list[BaseRoute]:
    """The routes of one router, each with what every operation promises. They stand in the application itself: a router that is included builds
    all its routes a second time, and looks for each request's route twice.
    """
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.responses = PROMISED | route.responses
    return router.routes


def _kernels_parts(kernel: Kernel) -> list[Part]:
    """What runs in every service."""
    relay = Relay(kernel.store, kernel.database, kernel.settings.redis_url, kernel.heartbeats, READERS[kernel.name])
    rewrapper = Rewrapper(kernel.database, MasterKeys(kernel.keys.source, kernel.clock), kernel.heartbeats)
    listening = Listening(kernel.sessions, kernel.heartbeats)
    journal = [Following(kernel.journal, kernel.store, kernel.heartbeats)] if kernel.journal else []
    folder = kernel.settings.journal
    outside = [HeadKeeper(folder, kernel.database, kernel.keys, kernel.heartbeats)] if folder else []
    return [kernel.heartbeats, relay, HeadSigner(kernel.database, kernel.keys, kernel.heartbeats), rewrapper, listening, *journal, *outside]


def _kernels_routers(kernel: Kernel, running: Sequence[Part]) -> list[APIRouter]:
    """What every service answers. running: its parts."""
    projections = [part for part in running if isinstance(part, Projection)]
    watched = [part.name for part in running if part is not kernel.heartbeats]
    return [
        feed_router(kernel.name, kernel.store, OwnEpochs(kernel.database)),
        parked_router(kernel),
        pages_router(kernel.name, kernel.frame),
        key_status_router(kernel.keys, kernel.database, kernel.depends),
        views_router(kernel, projections),
        operations_router(kernel, watched, [projection.name for projection in projections]),
        *([] if kernel.name == "intake" else [told_router(kernel.name, kernel.sessions, KeptSessions(kernel.database))]),
    ]


def _lifespan(kernel: Kernel, running: Sequence[Part]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Opens the database and runs the parts for as long as the application serves."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.configure(kernel.name, kernel.settings.log_level)
        traces.turn_on(kernel.settings.traces)
        await _open(kernel.database)
        working = asyncio.create_task(run_parts(running))
        try:
            yield
        finally:
            working.cancel()
            await asyncio.wait((working,), timeout=8)
            await kernel.close()
            await asyncio.to_thread(traces.turn_off, kernel.settings.traces)

    return lifespan


async def _open(database: Database) -> None:
    try:
        await database.open()
    except StartRefused as refused:
        note_refusal(refused)
        raise
    except Exception as error:
        log.warning("start-failed", error=type(error).__name__)
        raise
