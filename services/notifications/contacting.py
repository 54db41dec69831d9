"""Marks and sendings take turns. A mark is acknowledged only when no sending to a guardian is under way, and none begins after it (decision 14).

Each student has an advisory lock: senders share it, and a mark takes it exclusively. The lock is held by a connection that does nothing else and goes
with it, so a killed sender blocks nobody. A sender that is stopped loses its lock after `LONGEST` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import LiteralString

from services.notifications.domain.register import REGISTER, MarkUnsafe, Register
from shared.asked import Asked
from shared.database import Database
from shared.decider import Executed, execute, load
from shared.eventstore.store import Checkpoint, EventStore
from shared.message import Occasion

LONGEST = 20
"""How many seconds a sender may keep a mark waiting. One attempt at the mail server takes at most 15."""

_AT_ONCE = 2
"""How many senders, and how many marks, may wait at once. Each one that waits holds a connection, and the pool is small."""

_SHARED: LiteralString = "SELECT pg_advisory_xact_lock_shared(hashtextextended('contact-' || current_schema() || '-' || %s, 0))"
_EXCLUSIVE: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended('contact-' || current_schema() || '-' || %s, 0))"


class Turns:
    """Decides who may go on now: senders of notices about a student, or a mark."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sending, self._marking = asyncio.Semaphore(_AT_ONCE), asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def sending(self, student: str | None) -> AsyncIterator[None]:
        """While this is held, no mark about the student is acknowledged. Raises: Unavailable."""
        async with self._sending, self._held(_SHARED, student):
            yield

    @asynccontextmanager
    async def marking(self, student: str | None) -> AsyncIterator[None]:
        """Waits for the sendings under way. None begins while this is held. Raises: Unavailable."""
        async with self._marking, self._held(_EXCLUSIVE, student):
            yield

    @asynccontextmanager
    async def _held(self, query: LiteralString, student: str | None) -> AsyncIterator[None]:
        async with self._database.connection() as connection:
            await connection.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", (f"{LONGEST}s",))
            await connection.execute(query, (student or "-",))
            yield


async def mark_unsafe(
    store: EventStore, turns: Turns, command: MarkUnsafe, occasion: Occasion, *, asked: Asked | None = None, checkpoint: Checkpoint | None = None
) -> Executed[Register]:
    """Commits a mark, at the child's other id as well. When this returns, no sending begins any more. Raises: Unavailable."""
    double = (await register_of(store, command.student)).double
    if double:
        await close_home(store, turns, double, command.school, occasion)
    async with turns.marking(command.student):
        marked = await execute(store, REGISTER, f"contact-{command.student}", command, occasion, asked=asked, checkpoint=checkpoint)
    if marked.state.double and marked.state.double != double:
        await close_home(store, turns, marked.state.double, command.school, occasion)  # they were matched in this very moment
    return marked


async def close_home(store: EventStore, turns: Turns, student: str, school: str, occasion: Occasion) -> None:
    """Nobody at home is contacted: a guardian who is marked under one id of a child may stand under the other as somebody whom nobody marked."""
    async with turns.marking(student):
        command = MarkUnsafe(student=student, school=school, guardians=(), home=True)
        await execute(store, REGISTER, f"contact-{student}", command, occasion)


async def register_of(store: EventStore, student: str) -> Register:
    """Whom no message about a student reaches."""
    return (await load(store, REGISTER, f"contact-{student}")).state
