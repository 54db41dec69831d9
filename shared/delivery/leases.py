"""A lease decides which process works: a session lock on a connection of its own. A second process is a hot standby (decision 12).

Leases only avoid double work; correctness comes from the checkpoint inside the append. When the owner dies, its lock ends with its connection. A
stopped owner (SIGSTOP) keeps its lock but stops beating; a standby terminates its connection after `SILENT` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psycopg

from shared.database import Connection, Database
from shared.errors import Unavailable

BEAT = 1.0
SILENT = 5.0
"""Seconds without a beat before a standby takes over. With the polling below, a takeover takes at most 10 s."""


class LeaseLost(Exception):
    """Another process has the lease now. The work stops here; nothing is lost, because the checkpoint decides."""


@asynccontextmanager
async def lease(database: Database, name: str) -> AsyncIterator[asyncio.Task[None]]:
    """Waits for the lease and yields a task that ends with `LeaseLost` when the lease is lost. Raises: Unavailable."""
    connection = await _acquire(database, name)
    beating = asyncio.create_task(_beat(connection, name))
    try:
        yield beating
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError, LeaseLost):
            await beating
        await connection.close()


async def _acquire(database: Database, name: str) -> Connection:
    connection = await database.direct()
    try:
        while not await _try(connection, name):
            await connection.execute("SELECT evict(%s, make_interval(secs => %s))", (name, SILENT))
            await asyncio.sleep(BEAT)
    except psycopg.OperationalError as error:
        await connection.close()
        raise Unavailable("the database does not answer") from error
    except BaseException:
        await connection.close()
        raise
    return connection


async def _try(connection: Connection, name: str) -> bool:
    query = "SELECT pg_try_advisory_lock(hashtextextended('lease-' || current_schema() || '-' || %s, 0))"
    row = await (await connection.execute(query, (name,))).fetchone()
    if not row or not row[0]:
        return False
    await _write(connection, name)
    return True


async def _beat(connection: Connection, name: str) -> None:
    while True:
        await asyncio.sleep(BEAT)
        try:
            await _write(connection, name)
        except psycopg.Error as error:
            raise LeaseLost(name) from error


async def _write(connection: Connection, name: str) -> None:
    await connection.execute(
        "INSERT INTO lease VALUES (%s, pg_backend_pid(), clock_timestamp())"
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, beat_at = excluded.beat_at",
        (name,),
    )
