"""Serving browsers over TLS without a proxy in front: a second listener beside the plain one, which stays on this machine for our own calls."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from shared.errors import StartRefused
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Tls:
    """certificate: in PEM, with the chain behind it. key: its private key. host, port: where browsers come in."""

    certificate: Path
    key: Path
    host: str
    port: int


def tls_of(settings: Settings) -> Tls | None:
    """As the settings say; None where a proxy speaks TLS, or nobody does. Raises: StartRefused: they do not fit together."""
    if settings.tls_certificate is None and settings.tls_key is None:
        return None
    if settings.tls_certificate is None or settings.tls_key is None:
        raise StartRefused("TANGGAP_TLS_CERTIFICATE and TANGGAP_TLS_KEY: give both, or none")
    if not settings.public_origin.startswith("https://"):
        raise StartRefused("TANGGAP_PUBLIC_ORIGIN should be the https:// address of the certificate, where TANGGAP_TLS_CERTIFICATE is given")
    host, _, port = settings.tls_listen.rpartition(":")
    return Tls(settings.tls_certificate, settings.tls_key, host.strip("[]"), int(port))


class TlsServer(uvicorn.Server):
    """Serves the same application over TLS, for as long as the plain server beside it runs; that one hears the signals."""

    def __init__(self, app: ASGIApp, tls: Tls, listener: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            ssl_certfile=tls.certificate,
            ssl_keyfile=tls.key,
            log_config=None,
            access_log=False,
            loop="uvloop",
            http="httptools",
            ws="none",
            timeout_graceful_shutdown=5,
            lifespan="off",
        )
        try:
            config.load()
        except (OSError, ValueError) as error:
            raise StartRefused(
                f"TANGGAP_TLS_CERTIFICATE, TANGGAP_TLS_KEY: they cannot be used ({type(error).__name__}); both are files in PEM that belong together"
            ) from None
        super().__init__(config)
        self._listener = listener
        self._running: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def begin(self) -> None:
        """Answers from now on."""
        self._running = asyncio.create_task(self.serve(sockets=[self._listener]))

    async def end(self) -> None:
        """Finishes what it is answering, and stops."""
        self.should_exit = True
        if self._running:
            await self._running
