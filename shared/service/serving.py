"""Running a service, or several as one application, on a port or a socket."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from shared import logs
from shared.errors import StartRefused
from shared.eventstore.replaying import calm_collector
from shared.service.tls import Tls, TlsServer, tls_of
from shared.settings import Settings, read_settings

_HEARD = 0.25
"""Seconds that a request has to arrive over a connection that was taken before the service stopped."""

_PORTS = range(65536)
"""0 lets the system choose."""

_refusals: list[StartRefused] = []
"""Why an application of this process refused to start: uvicorn only logs it."""


def run(create_app: Callable[[Settings], FastAPI], started: Callable[[FastAPI], None] = lambda _: None) -> None:
    """`python -m services.<name>`: serves on HOST and PORT, or on the socket UDS; exits with 2 and a sentence when it cannot start.

    started: called in the service's loop, once it answers.
    """
    logs.guard_process()
    try:
        _refuse_administrator()
        settings, uds = read_settings(), os.environ.get("UDS")
        app = create_app(settings)
        serve(app, uds or listening_on(os.environ.get("HOST", "127.0.0.1"), _given_port()), tls=tls_of(settings), started=partial(started, app))
    except StartRefused as refused:
        print(f"tanggap: {refused}", file=sys.stderr)  # noqa: T201 - a sentence for the operator, not a log line
        sys.exit(2)


def _given_port() -> int:
    told = os.environ.get("PORT", "8000")
    if not (told.isascii() and told.isdigit()) or int(told) not in _PORTS:
        raise StartRefused(f"PORT should be a number from 0 to {_PORTS[-1]}")
    return int(told)


def _refuse_administrator() -> None:
    if os.environ.get("DATABASE_ADMIN_URL"):
        raise StartRefused(
            "DATABASE_ADMIN_URL: the administrator's address is for ./tanggap migrate alone; take it out of this service's environment, "
            "which needs only its own DATABASE_URL"
        )


def serve(app: ASGIApp, at: socket.socket | str, *, tls: Tls | None = None, started: Callable[[], None] = lambda: None) -> None:
    """Serves an application until SIGTERM or Ctrl-C.

    at: what `listening_on` gave, or the path of a socket. tls: where browsers come in besides. started: called once it answers.

    Raises: StartRefused: it could not start.
    """
    logs.guard_process()
    named = at if isinstance(at, str) else None
    config = uvicorn.Config(
        app,
        uds=named,
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
    beside = TlsServer(app, tls, listening_on(tls.host, tls.port)) if tls else None
    server = _Telling(config, started, beside)
    with suppress(SystemExit):  # uvicorn's way to say that the application did not start
        server.run(sockets=None if isinstance(at, str) else [at])
    if _refusals:
        raise _refusals.pop()
    if not server.started:
        raise StartRefused("the service did not start: see the log above")


class _Telling(uvicorn.Server):
    """Says when it answers. started: called then. beside: what serves the same over TLS."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None], beside: TlsServer | None) -> None:
        super().__init__(config)
        self._tell, self._beside = started, beside

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            if self._beside:
                self._beside.begin()
            self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no connection any more, hears what those taken already have to ask, and then ends: closed at once, they would be reset."""
        if self._beside:
            await self._beside.end()
        for each in (*self.servers, *(sockets or ())):
            each.close()
        await asyncio.sleep(_HEARD)
        await super().shutdown(sockets)


def note_refusal(refused: StartRefused) -> None:
    """Kept for `serve`, which raises it again."""
    _refusals.append(refused)


def listening_on(host: str, port: int) -> socket.socket:
    """The port, taken; nothing answers there yet. Raises: StartRefused: somebody else has it, or this machine has no such address."""
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
