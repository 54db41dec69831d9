"""One service's part of PostgreSQL: its role, its schema, its migrations, its pool (architecture, decision 1).

The login of the URL prepares everything as administrator; the pool works as the role `tanggap_<service>`, which may read its events, call the
append function and use its own tables, and nothing of a neighbour's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from shared.errors import StartRefused, Unavailable

Connection = AsyncConnection[Any]

WAIT = 10.0
"""Seconds to wait for the server at the start; after that the start is refused."""

_PLANS = "-c jit=off -c enable_seqscan=off"
"""Everything here is found over an index. A plan that was made and kept while a table was small would read all of it for ever."""

_SHARED = Path(__file__).parent
_KERNEL = (_SHARED / "eventstore" / "schema.sql", _SHARED / "delivery" / "schema.sql")
_KEYRING = _SHARED / "keyring.sql"
_PREPARE_LOCK = 7_360_113
"""Two services that start at once prepare one after the other."""


class Database:
    """Connections of one service.

    url: of the server and database, with a login that may prepare. migrations: folder with the service's numbered SQL files. size: connections.
    outages: how often the server did not answer, or may not have.
    """

    def __init__(self, url: str, service: str, *, migrations: Path | None = None, size: int = 8) -> None:
        self.url, self.service = url, service
        self.role = f"tanggap_{service}"
        self._migrations = migrations
        named = f"-c role={self.role} -c search_path={service} -c application_name=tanggap-{service}"
        options = f"{named} -c statement_timeout=30000 -c timezone=UTC {_PLANS}"
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=False,
            timeout=5,
            kwargs={"options": options, "prepare_threshold": 2, "autocommit": True},
            reconnect_timeout=30,
        )
        self._options = options
        self._looking: asyncio.Task[None] | None = None
        self.outages = 0

    async def open(self) -> None:
        """Waits for the server, prepares schema and roles, opens the pool. Raises: StartRefused.

        What is prepared may be in use by others, and the server may go away meanwhile: then it is begun again, as a whole and harmlessly.
        """
        deadline = time.monotonic() + WAIT
        while not await self._prepared():
            if time.monotonic() > deadline:
                raise StartRefused(f"the schema of {self.service} could not be prepared: the server went away or was locked, try again")
            await asyncio.sleep(0.2)
        await self._pool.open()

    async def _prepared(self) -> bool:
        try:
            async with await self._administrator() as connection:
                await connection.execute(sql.SQL("SELECT pg_advisory_lock({})").format(_PREPARE_LOCK))
                await self._prepare(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.InternalError_):
            return False
        return True

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of the pool, as the service's role, in a transaction that commits at the end.

        Raises: Unavailable: the server does not answer, is full, or is only reading.
        """
        async with self._answering() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def pipelined(self) -> AsyncIterator[Connection]:
        """Like `connection`; statements whose answers nobody reads leave together, so that a transaction takes few round trips.

        Raises: Unavailable.
        """
        async with self._answering() as connection:
            try:
                async with connection.pipeline(), connection.transaction():
                    yield connection
            except asyncio.CancelledError:
                await connection.close()  # nobody knows what of it was sent: whoever came next could stand in a transaction that nobody commits
                raise

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
            self._look_over_pool()
            raise Unavailable(f"the database of {self.service} does not answer: {type(error).__name__}; try again") from error

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """A connection of the pool for one statement, which is its own transaction: one round trip instead of three.

        Raises: Unavailable.
        """
        try:
            async with self.raw() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
            raise Unavailable(f"the database of {self.service} does not answer: {type(error).__name__}; try again") from error

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[Connection]:
        """Like `statement`, with the driver's own errors: for the store, which tells an unknown outcome from a refused one."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            self._look_over_pool()
            raise psycopg.OperationalError("no connection in time") from error
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._look_over_pool()
            raise

    def _look_over_pool(self) -> None:
        """One dead connection means that the server went away: the others are dead too, and are replaced before anybody gets them."""
        self.outages += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._pool.check())

    async def direct(self) -> Connection:
        """A connection of its own, autocommit, for session locks. Raises: Unavailable."""
        try:
            return await AsyncConnection.connect(self.url, autocommit=True, options=self._options, connect_timeout=5)
        except psycopg.OperationalError as error:
            raise Unavailable(f"the database of {self.service} does not answer; try again") from error

    async def _administrator(self) -> Connection:
        deadline = time.monotonic() + WAIT
        while True:
            try:
                return await AsyncConnection.connect(self.url, autocommit=True, connect_timeout=5)
            except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
                if time.monotonic() > deadline or isinstance(error, psycopg.ProgrammingError):
                    raise StartRefused(
                        "DATABASE_URL: PostgreSQL does not answer there; it should be like postgresql://user:secret@host:5432/tanggap, "
                        "and the server must run and know the login and the database"
                    ) from error
                await asyncio.sleep(0.2)

    async def _prepare(self, connection: Connection) -> None:
        await self._create_role(connection)
        for script in _KERNEL:
            if script.exists():
                await connection.execute(self._filled(script))
        if _KEYRING.exists():
            await connection.execute(_KEYRING.read_text(encoding="utf-8").encode())
        await self._migrate(connection)

    async def _create_role(self, connection: Connection) -> None:
        schema, role = sql.Identifier(self.service), sql.Identifier(self.role)
        known = await (await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (self.role,))).fetchone()
        if not known:
            await connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
        for statement in (
            "GRANT {role} TO CURRENT_USER",
            "CREATE SCHEMA IF NOT EXISTS {schema}",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
        ):
            await connection.execute(sql.SQL(statement).format(schema=schema, role=role))

    async def _migrate(self, connection: Connection) -> None:
        schema, role = sql.Identifier(self.service), sql.Identifier(self.role)
        await connection.execute(
            sql.SQL("CREATE TABLE IF NOT EXISTS {}.migration (name text PRIMARY KEY, applied_at timestamptz DEFAULT clock_timestamp())").format(
                schema
            )
        )
        applied = {name for (name,) in await (await connection.execute(sql.SQL("SELECT name FROM {}.migration").format(schema))).fetchall()}
        for script in sorted(self._migrations.glob("*.sql")) if self._migrations else ():
            if script.name not in applied:
                async with connection.transaction():
                    await connection.execute(self._filled(script))
                    await connection.execute(sql.SQL("INSERT INTO {}.migration (name) VALUES (%s)").format(schema), (script.name,))
        await connection.execute(sql.SQL("GRANT SELECT ON {}.migration TO {}").format(schema, role))

    def _filled(self, script: Path) -> bytes:
        return script.read_text(encoding="utf-8").format(schema=self.service, role=self.role).encode()
