"""Intake as a real HTTP server for a browser, on a port of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import uvicorn

from district.deployment import free_port
from services.intake.accounts.accounts import Accounts
from services.intake.accounts.inviting import Inviting
from services.intake.accounts.verifiers import Verifiers
from services.intake.app import view_of_sessions
from shared.running import ended
from shared.testing import eventually
from tests.intake.office import KEY, Office, opened
from tests.keys import make_known, somebody


@dataclass
class Served:
    """origin: where the pages are, by the number of this machine; by_name: by its name."""

    office: Office
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def by_name(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def kernel(self):
        return self.office.kernel

    def inviting(self) -> Inviting:
        kernel = self.kernel
        return Inviting.of(kernel, Accounts(kernel.store, Verifiers(kernel.database, kernel.vault), kernel.clock))

    async def invited(self, person: str, roles: Iterable[str] = ("counsellor",)) -> str:
        """The path of a new invitation for somebody who works at a school."""
        make_known(self.kernel.settings.database_url, somebody(person, roles, {"smp1"}))
        link = await self.inviting().invite(person, "budi", "paper", uuid4())
        return urlsplit(link.address).path


@asynccontextmanager
async def served(database: str, folder: Path, *, port: int | None = None, **settings: str) -> AsyncIterator[Served]:
    chosen = port or free_port()
    given = {"TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY, "TANGGAP_PUBLIC_ORIGIN": f"http://127.0.0.1:{chosen}"}
    async with opened(database, folder, **(given | settings)) as office:
        server = uvicorn.Server(uvicorn.Config(office.app, port=chosen, log_config=None, lifespan="off", ws="none"))
        running = asyncio.create_task(server.serve())
        folding = asyncio.create_task(view_of_sessions(office.kernel).run())

        async def started() -> bool:
            return server.started

        await eventually(started)
        try:
            yield Served(office, chosen)
        finally:
            server.should_exit = True
            await running
            await ended(folding)
