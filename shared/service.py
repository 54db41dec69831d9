"""One service put together: kernel, routes, running parts, health. Every `services/*/app.py` calls `create_service`."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shared import asyncapi, logs, web
from shared.access import Access, Permissions, SignedIn
from shared.asked import Fingerprints
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.delivery.applying import Handling
from shared.delivery.feed import FeedClient, feed_router
from shared.delivery.heartbeat import Heartbeats, health
from shared.delivery.parked import ParkingLot
from shared.delivery.relay import Relay
from shared.delivery.subscription import PROMPT, Subscription
from shared.errors import NotFound, StartRefused, Unavailable
from shared.events import READERS
from shared.eventstore.lag import Lag, judged, lags
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.projection import Projection
from shared.eventstore.replaying import calm_collector
from shared.eventstore.signing import HeadSigner
from shared.key_status import Depends, key_status_router
from shared.keys import Keys, Service
from shared.pace import Pace
from shared.rewrapping import Rewrapper
from shared.running import Part, run_parts
from shared.sealing import KeyringVault, Vault
from shared.settings import Settings, read_settings
from shared.wrapping import MasterKeys

log = structlog.get_logger()

_STYLE = (Path(__file__).parent / "static" / "tanggap.css").read_text(encoding="utf-8")

ServiceName = Service


@dataclass
class Kernel:
    """What a service's own code is given."""

    name: ServiceName
    settings: Settings
    database: Database
    store: PostgresEventStore
    vault: Vault
    clock: Clock
    access: Access
    heartbeats: Heartbeats
    keys: Keys
    fingerprints: Fingerprints
    depends: list[Depends] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)

    def subscribe(self, source: ServiceName, handling: Handling, *, pace: Pace = PROMPT) -> Subscription:
        """A subscription to a neighbour's events; a Part."""
        feed = FeedClient(self.name, source, self.settings.origin(source), self.keys, self.clock)
        subscription = Subscription(self.name, self.store, self.database, self.settings.redis_url, feed, handling, self.heartbeats, pace=pace)
        self.subscriptions.append(subscription)
        return subscription


def create_service(
    name: ServiceName,
    settings: Settings,
    *,
    migrations: Path,
    routers: Callable[[Kernel], Sequence[APIRouter]],
    parts: Callable[[Kernel], Sequence[Part]],
    clock: Clock | None = None,
) -> FastAPI:
    """The service as an ASGI application; its paths keep their prefix `/<name>`.

    Raises: StartRefused: a route has no permission row, or a secret is missing.
    """
    kernel = _kernel(name, settings, migrations, clock or SystemClock())
    own = list(parts(kernel))
    projections = [part for part in own if isinstance(part, Projection)]
    relay = Relay(kernel.store, kernel.database, settings.redis_url, kernel.heartbeats, READERS[name])
    rewrapper = Rewrapper(kernel.database, MasterKeys(kernel.keys.source, kernel.clock), kernel.heartbeats)
    running: list[Part] = [kernel.heartbeats, relay, HeadSigner(kernel.database, kernel.keys, kernel.heartbeats), rewrapper, *own]
    running += [projection.builder for projection in projections]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.configure(name, settings.log_level)
        try:
            await kernel.database.open()
        except StartRefused as refused:
            _refusals.append(refused)
            raise
        except Exception as error:
            log.warning("start-failed", error=type(error).__name__)
            raise
        working = asyncio.create_task(run_parts(running))
        try:
            yield
        finally:
            working.cancel()
            await asyncio.wait((working,), timeout=8)
            await kernel.database.close()

    app = FastAPI(title=f"Tanggap {name}", version="0.1.0", openapi_url=f"/{name}/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.kernel = kernel
    web.install(app)
    watched = [part.name for part in running if part is not kernel.heartbeats]
    for router in (
        *routers(kernel),
        feed_router(name, kernel.store),
        _parked_router(kernel),
        key_status_router(kernel.keys, kernel.database, kernel.depends),
        _views_router(kernel, projections),
        _operations(kernel, watched, [projection.name for projection in projections]),
    ):
        app.include_router(router)
    app.include_router(_documents(app, kernel))
    kernel.access.permissions.require_rows(_all_routes(app))
    return app


def _all_routes(app: FastAPI) -> list[Any]:
    found: list[Any] = []
    pending = list(app.routes)
    while pending:
        route = pending.pop()
        nested = getattr(getattr(route, "original_router", None), "routes", None)
        if nested:
            pending.extend(nested)
        else:
            found.append(route)
    return found


def _kernel(name: ServiceName, settings: Settings, migrations: Path, clock: Clock) -> Kernel:
    database = Database(settings.database_url, name, migrations=migrations, size=settings.pool_size)
    keys = Keys(name, settings.secret_source(), clock)
    keys.require()
    vault = KeyringVault(database, MasterKeys(keys.source, clock))
    return Kernel(
        name,
        settings,
        database,
        PostgresEventStore(database, partitions=settings.partitions),
        vault,
        clock,
        Access(keys, Permissions(), clock),
        Heartbeats(database),
        keys,
        Fingerprints(vault, name),
    )


def _operations(kernel: Kernel, parts: list[str], views: list[str]) -> APIRouter:
    router = APIRouter(tags=["operations"])
    name = kernel.name

    @router.get(f"/{name}/healthz", summary="The process lives; says nothing of what it stands on")
    async def healthz(_: SignedIn) -> dict[str, str]:
        return {"status": "alive"}

    @router.get(f"/{name}/readyz", summary="Database, keys, and every part's sign of life and lag")
    async def readyz(_: SignedIn) -> JSONResponse:
        told = await _readiness(kernel, parts, views)
        return JSONResponse(told, 200 if told["ready"] else 503)

    @router.get(f"/{name}/metrics", summary="Prometheus metrics; ids are never labels")
    async def metrics(_: SignedIn) -> Response:
        return Response(await _metrics(kernel, parts, views), media_type="text/plain; version=0.0.4")

    return router


async def _readiness(kernel: Kernel, parts: list[str], views: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"ready": False, "parts": {}}
    try:
        told["parts"] = await _health(kernel, parts, views, await lags(kernel.database))
        told["parked"] = len(await ParkingLot(kernel.database).list())
        await kernel.vault.seal("readiness", "identity", "-", "readiness")
        told["parts"] |= {"database": {"ok": True}, "keys": {"ok": True}}
    except Unavailable:
        told["parts"]["database"] = {"ok": False, "why": "does not answer"}
    told["ready"] = all(part["ok"] for part in told["parts"].values())
    return told


async def _health(kernel: Kernel, parts: list[str], views: list[str], known: Sequence[Lag]) -> dict[str, dict[str, object]]:
    found = await health(kernel.database, parts)
    return found | {view: judged(view, found[view], known) for view in views}


async def _metrics(kernel: Kernel, parts: list[str], views: list[str]) -> bytes:
    registry = CollectorRegistry()
    lag = Gauge("tanggap_part_lag", "Positions that a part is behind", ["part"], registry=registry)
    sound = Gauge("tanggap_part_ok", "1 while a part gives signs of life", ["part"], registry=registry)
    parked = Gauge("tanggap_parked_events", "Events parked because their handler kept failing", registry=registry)
    head = Gauge("tanggap_store_position", "Position of the last event of the own store", registry=registry)
    view_lag = Gauge("tanggap_view_lag", "Positions that a generation of a read model is behind", ["view", "generation", "state"], registry=registry)
    known = await lags(kernel.database)
    for each in known:
        view_lag.labels(each.view, each.generation, each.state).set(each.lag)
    for part, state in (await _health(kernel, parts, views, known)).items():
        lag.labels(part).set(float(str(state["lag"] or 0)))
        sound.labels(part).set(1 if state["ok"] else 0)
    parked.set(len(await ParkingLot(kernel.database).list()))
    head.set(await kernel.store.head())
    return generate_latest(registry)


def _parked_router(kernel: Kernel) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get(f"/{kernel.name}/api/parked", summary="What is parked: ids and class names, no content")
    async def parked(_: SignedIn) -> dict[str, Any]:
        rows = await ParkingLot(kernel.database).list()
        return {"items": [{name: str(getattr(row, name)) for name in row.__slots__} for row in rows], "next": None}

    @router.post(f"/{kernel.name}/api/parked/replay", summary="Applies what is parked, of one key or all, in order")
    async def replay(_: SignedIn, key: str | None = None) -> dict[str, int]:
        return {"replayed": sum([await subscription.replay(key) for subscription in kernel.subscriptions])}

    return router


def _views_router(kernel: Kernel, projections: Sequence[Projection]) -> APIRouter:
    router = APIRouter(tags=["operations"])
    known = {projection.name: projection for projection in projections}

    @router.post(f"/{kernel.name}/api/views/{{view}}/rebuild", summary="Folds a read model again from the first event")
    async def rebuild(view: str, _: SignedIn) -> dict[str, Any]:
        if view not in known:
            raise NotFound(f"this service has no such view: it has {', '.join(known)}")
        return {"view": view, "events": await known[view].rebuild()}

    return router


def _documents(app: FastAPI, kernel: Kernel) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    name, partitions = kernel.name, kernel.settings.partitions

    @router.get(f"/{name}/static/tanggap.css")
    async def stylesheet(_: SignedIn) -> Response:
        return Response(_STYLE, media_type="text/css", headers={"cache-control": "max-age=3600"})

    @router.get(f"/{name}/docs")
    async def docs(_: SignedIn) -> HTMLResponse:
        return HTMLResponse(_openapi_page(name, app.openapi()))

    @router.get(f"/{name}/asyncapi")
    async def asyncapi_page(_: SignedIn) -> HTMLResponse:
        return HTMLResponse(asyncapi.page(name, partitions))

    @router.get(f"/{name}/asyncapi.json")
    async def asyncapi_document(_: SignedIn) -> JSONResponse:
        return JSONResponse(asyncapi.document(name, partitions))

    return router


def _openapi_page(name: str, told: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><th scope=row><code>{escape(method.upper())} {escape(path)}</code></th><td>{escape(operation.get('summary', ''))}</td></tr>"
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tanggap {name}: API</title></head><body><main><h1>{name}: API</h1>'
        f'<p><a href="openapi.json">OpenAPI 3.1 (JSON)</a> · <a href="asyncapi">AsyncAPI</a></p><table>{rows}</table></main></body></html>'
    )


# running -----------------------------------------------------------------------------------------------------------


def run(create_app: Callable[[Settings], FastAPI]) -> None:
    """`python -m services.<name>`: serves on HOST and PORT, or on the socket UDS; exits with 2 and a sentence when it cannot start."""
    logs.guard_process()
    try:
        _refuse_administrator()
        app = create_app(read_settings())
        serve(app, host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")), uds=os.environ.get("UDS"))
    except StartRefused as refused:
        print(f"tanggap: {refused}", file=sys.stderr)  # noqa: T201 - a sentence for the operator, not a log line
        sys.exit(2)


def _refuse_administrator() -> None:
    if os.environ.get("DATABASE_ADMIN_URL"):
        raise StartRefused(
            "DATABASE_ADMIN_URL: the administrator's address is for ./tanggap migrate alone; take it out of this service's environment, "
            "which needs only its own DATABASE_URL"
        )


def serve(app: Any, *, host: str, port: int, uds: str | None = None) -> None:
    """Serves an application until SIGTERM or Ctrl-C. Raises: StartRefused: the port is taken, or the application could not start."""
    logs.guard_process()
    listener = None if uds else _listener(host, port)
    config = uvicorn.Config(
        app,
        uds=uds,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        ws="none",
        timeout_graceful_shutdown=5,
        lifespan="on",
    )
    config.load()
    calm_collector()
    server = uvicorn.Server(config)
    with suppress(SystemExit):  # uvicorn's way to say that the application did not start
        server.run(sockets=[listener] if listener else None)
    if _refusals:
        raise _refusals.pop()
    if not server.started:
        raise StartRefused("the service did not start: see the log above")


_refusals: list[StartRefused] = []
"""Why an application of this process refused to start: uvicorn only logs it."""


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartRefused(
            f"port {port} on {host} cannot be used ({error.strerror}): stop what runs there, or choose another with PORT or TANGGAP_PORT"
        ) from error
    return listener
