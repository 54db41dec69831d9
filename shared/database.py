"""One service's connections to PostgreSQL (architecture, decision 1).

A service signs in as its own login, `tanggap_<service>`, which may read its events, call the append function and use its own tables, and nothing of a
neighbour's. It prepares nothing: schemas, roles and migrations are the work of `./tanggap migrate` (shared/migrate).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from shared.admission import admit
from shared.errors import StartRefused, Unavailable
from shared.logins import example_of, login_of
from shared.schemas import newest

Connection = AsyncConnection[Any]

Acting = Literal[
    "builder", "clock", "directory", "sessions", "sign-in", "receipts", "reads", "letters", "strands", "rights", "outbox", "links", "owners",
    "drafts", "erasures", "attachments", "held",
]  # fmt: skip
"""What of a service's own work a transaction is for. Row security shows it the tables that this work needs, whatever the school (ADR 32)."""

_ACTING = "SELECT set_config('tanggap.acting_as', %s, true)"
"""Until the transaction ends. Whoever says neither a part nor a school is nobody, and sees no row about anybody."""

WAIT = 10.0
"""Seconds to wait for the server at the start; after that the start is refused."""

_PLANS = "-c jit=off -c enable_seqscan=off"
"""Everything here is found over an index. A plan that was made and kept while a table was small would read all of it for ever."""


@dataclass
class _Health:
    """What is known of the server, whichever part of the service saw it."""

    outages: int = 0
    looking: asyncio.Task[None] | None = None


class Database:
    """Connections of one service. Their transactions are nobody's, until `acting_as` or the reader of a view says whose (ADR 32).

    url: of the server and database, with the service's own login. migrations: folder with the service's numbered SQL files. size: connections.
    """

    acting: Acting | None = None

    def __init__(self, url: str, service: str, *, migrations: Path | None = None, size: int = 8) -> None:
        self.url, self.service = url, service
        self._migrations = migrations
        named = f"-c search_path={service} -c application_name=tanggap-{service}"
        options = f"{named} -c statement_timeout=30000 -c timezone=UTC -c row_security=on {_PLANS}"
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
        self._health = _Health()

    def acting_as(self, acting: Acting) -> Database:
        """The same connections, for one part of the service's own work: each of its transactions says so, and ends so."""
        found = copy(self)
        found.acting = acting
        return found

    @property
    def outages(self) -> int:
        """How often the server did not answer, or may not have."""
        return self._health.outages

    @outages.setter
    def outages(self, count: int) -> None:
        self._health.outages = count

    async def open(self, *, within: float | None = None) -> None:
        """Waits for the server, sees that this is the service's own login and the newest schema, opens the pool. Raises: StartRefused.

        within: seconds to wait for the server, `WAIT` where nothing is said.
        """
        deadline = time.monotonic() + (WAIT if within is None else within)
        while not await self._admitted(deadline):
            if time.monotonic() > deadline:
                raise StartRefused(f"DATABASE_URL: PostgreSQL does not stay there for {self.service}: look at its log, then try again")
            await asyncio.sleep(0.2)
        await self._pool.open()

    async def _admitted(self, deadline: float) -> bool:
        try:
            async with await self._first(deadline) as connection:
                await admit(connection, self.service, newest(self.service, self._migrations))
        except (psycopg.OperationalError, psycopg.InterfaceError):
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
            await self._say(connection)
            yield connection

    @asynccontextmanager
    async def pipelined(self) -> AsyncIterator[Connection]:
        """Like `connection`; statements whose answers nobody reads leave together, so that a transaction takes few round trips.

        Raises: Unavailable.
        """
        async with self._answering() as connection, _closed_if_cancelled(connection), connection.pipeline(), connection.transaction():
            await self._say(connection)
            yield connection

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[Connection]:
        try:
            async with self._lent() as connection:
                yield connection
        except (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
            self._look_over_pool()
            raise Unavailable(f"the database of {self.service} does not answer: {type(error).__name__}; try again") from error

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """A connection of the pool for one statement, which is its own transaction: one round trip instead of three.

        A part says what it is in the same round trip; so `rowcount` is known only after a fetch. Raises: Unavailable.
        """
        try:
            async with self.raw() as connection, self._said(connection):
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction) as error:
            raise Unavailable(f"the database of {self.service} does not answer: {type(error).__name__}; try again") from error

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[Connection]:
        """Like `statement`, with the driver's own errors: for the store, which tells an unknown outcome from a refused one."""
        try:
            async with self._lent() as connection:
                yield connection
        except PoolTimeout as error:
            self._look_over_pool()
            raise psycopg.OperationalError("no connection in time") from error
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._look_over_pool()
            raise

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Connection]:
        """A connection of the pool.

        Whoever is cancelled just when a connection comes would get it and go on (`asyncio.wait_for` before Python 3.12): they are cancelled here.
        """
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        async with self._pool.connection() as connection:
            if task and task.cancelling() > before:
                raise asyncio.CancelledError
            yield connection

    @asynccontextmanager
    async def _said(self, connection: Connection) -> AsyncIterator[None]:
        """What is sent without waiting for answers is one transaction of the server, up to the end of the pipeline."""
        if self.acting is None:
            yield
            return
        async with _closed_if_cancelled(connection), connection.pipeline():
            await self._say(connection)
            yield

    async def _say(self, connection: Connection) -> None:
        if self.acting:
            await connection.execute(_ACTING, (self.acting,))

    def _look_over_pool(self) -> None:
        """One dead connection means that the server went away: the others are dead too, and are replaced before anybody gets them."""
        self._health.outages += 1
        if self._health.looking is None or self._health.looking.done():
            self._health.looking = asyncio.create_task(self._pool.check())

    async def direct(self) -> Connection:
        """A connection of its own, autocommit, for session locks. Raises: Unavailable."""
        try:
            return await AsyncConnection.connect(self.url, autocommit=True, options=self._options, connect_timeout=5)
        except psycopg.OperationalError as error:
            raise Unavailable(f"the database of {self.service} does not answer; try again") from error

    async def _first(self, deadline: float) -> Connection:
        while True:
            try:
                return await AsyncConnection.connect(self.url, autocommit=True, connect_timeout=5)
            except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
                if time.monotonic() > deadline or isinstance(error, psycopg.ProgrammingError):
                    raise StartRefused(
                        f"DATABASE_URL: PostgreSQL does not let {login_of(self.service)} in there; it should be like {example_of(self.service)}, "
                        "and the server must run and know the database and the login, which ./tanggap migrate makes"
                    ) from error
                await asyncio.sleep(0.2)


@asynccontextmanager
async def _closed_if_cancelled(connection: Connection) -> AsyncIterator[None]:
    """Nobody knows what of a pipeline was sent: whoever came next could stand in a transaction that nobody commits."""
    try:
        yield
    except asyncio.CancelledError:
        await connection.close()
        raise
