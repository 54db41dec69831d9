"""Opens the stores of a district directly, for audit, policy replay and doctor. The district need not be running.

Each is opened as its service would open it: the service's login may read the whole history of its store, so nothing here needs the administrator.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from district.embedded.folders import socket_path
from district.embedded.postgres import administrators_password, administrators_url
from district.embedded.servers import Servers
from district.home import ROOT, find_home
from district.logins import addresses, administrators_address
from shared.database import Database
from shared.logins import SERVICES

T = TypeVar("T")


def running_administrator() -> str | None:
    """The administrator's address: at the operator's own server, or at ours where it runs now; None: ours does not run."""
    given, home = administrators_address(os.environ), find_home().folder
    if given:
        return given
    sockets = socket_path(home / "postgresql")
    if not (sockets / ".s.PGSQL.5432").exists() or not (home / "postgresql" / "postmaster.pid").exists():
        return None
    return administrators_url(sockets, administrators_password(home))


@contextmanager
def administrator() -> Iterator[str]:
    """The administrator's address; a server of ours is started for the moment where none runs."""
    found = running_administrator()
    if found:
        yield found
    else:
        with Servers(find_home().folder, {"REDIS_URL": "unused"}) as servers:
            yield servers.administrator


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The address of each service's database."""
    with administrator() as url:
        yield addresses(url, find_home().folder)


@asynccontextmanager
async def opened(url: str, service: str, *, within: float | None = None) -> AsyncIterator[Database]:
    """The open database of one service. within: seconds to wait for the server. Raises: StartRefused: also where a migration is missing."""
    database = Database(url, service, migrations=ROOT / "services" / service / "schema", size=2)
    await database.open(within=within)
    try:
        yield database
    finally:
        await database.close()


def each_store(work: Callable[[Database], Awaitable[T]], services: Sequence[str] = SERVICES) -> list[T]:
    """Runs `work` with the database of each of the services and returns the results in order."""

    async def all_of_them(urls: dict[str, str]) -> list[T]:
        done = []
        for service in services:
            async with opened(urls[service], service) as database:
                done.append(await work(database))
        return done

    with databases() as urls:
        return asyncio.run(all_of_them(urls))
