"""Opens the stores of a district directly, for audit and policy replay. The district need not be running."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from district.embedded.process import socket_folder
from district.embedded.servers import Servers
from district.home import find_home
from shared.database import Database

T = TypeVar("T")


@contextmanager
def database_url() -> Iterator[str]:
    """The address of the district's database: the operator's own, the embedded one that is running, or an embedded one started for this verb."""
    given = os.environ.get("DATABASE_URL")
    home = find_home().folder
    running = socket_folder(home / "postgresql")
    if given:
        yield given
    elif (running / ".s.PGSQL.5432").exists() and (home / "postgresql" / "postmaster.pid").exists():
        yield f"postgresql:///postgres?host={running}&user=postgres"
    else:
        with Servers(home, {"REDIS_URL": "unused"}) as servers:
            yield servers.database_url


@asynccontextmanager
async def opened(url: str, service: str) -> AsyncIterator[Database]:
    """The open database of one service."""
    database = Database(url, service, size=2)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def each_store(work: Callable[[Database], Awaitable[T]]) -> list[T]:
    """Runs `work` with the database of each service and returns the results in order."""

    async def all_of_them(url: str) -> list[T]:
        done = []
        for service in ("intake", "cases", "notifications"):
            async with opened(url, service) as database:
                done.append(await work(database))
        return done

    with database_url() as url:
        return asyncio.run(all_of_them(url))
