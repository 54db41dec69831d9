"""Records what became of messages, so that a sent message is not sent again. Records that come together share statements."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from services.notifications.domain.alert import ALERT, NoteAttempt
from services.notifications.domain.outcome import Accepted
from services.notifications.lanes import Due
from services.notifications.projecting import VIEW
from shared.decider import execute
from shared.errors import Unavailable
from shared.eventstore.batching import Batcher
from shared.eventstore.generations import answering
from shared.eventstore.store import Conflict, EventStore
from shared.eventstore.unit import UnitOfWork
from shared.service import Kernel

NOTE = 0.02
"""How many seconds deliveries are gathered before they are recorded. The messages are sent already, and nobody waits for the record."""

LAST_NOTES = 0.4
"""How many seconds a sender that stops waits for its records. It is asked to stop again after one second."""


_ATTEMPTED = sql.SQL(
    "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),"
    " told AS (SELECT t.* FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::text[]) AS t (id, number, outcome, state), quick),"
    " tried AS (INSERT INTO attempt (outbox, number, outcome) SELECT id, number, outcome FROM told ON CONFLICT DO NOTHING)"
    " UPDATE outbox_v1 o SET state = t.state,"
    " sent_at = coalesce(o.sent_at, CASE WHEN t.state IN ('sent', 'delivered') THEN clock_timestamp() END)"
    " FROM told t WHERE o.generation = {} AND o.id = ANY (%s) AND o.id = t.id AND o.state IN ('queued', 'sending', 'sent')"
).format(answering(VIEW)).as_bytes()  # fmt: skip


class Attempted(NamedTuple):
    """How an attempt ended, and the state of the message after it."""

    message: UUID
    number: int
    outcome: str
    state: str


class Notes:
    """The records that one process keeps."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._recording: Batcher[Attempted, None] = Batcher(self._record_all, most=128)
        self._delivered: Batcher[Due, None] = Batcher(self._note_all, most=64, gather=NOTE)
        self._left: dict[UUID, Due] = {}

    async def delivered(self, due: Due) -> None:
        """Records that the mail server took an alert. Raises: whatever prevents the record."""
        self._left[due.id] = due
        await self._delivered.submit(due)

    async def record(self, due: Due, outcome: str, state: str) -> None:
        """Records an attempt, and waits while the database is away, so that a sent message is not sent again."""
        await _until_answered(lambda: self._recording.submit(Attempted(due.id, due.attempts, outcome, state)))

    async def what_is_left(self) -> None:
        """Records what was sent before an outage of the database and could not be recorded then."""
        if self._left:
            await self._note_all(list(self._left.values()))

    async def ended(self) -> None:
        """Waits a little for the records under way."""
        await self._delivered.ended(LAST_NOTES)
        await self._recording.ended(LAST_NOTES)

    async def _note_all(self, delivered: Sequence[Due]) -> list[BaseException | None]:
        """Records that the alerts were delivered, then the state that keeps them from being sent again. A failure does not stop the others."""
        try:
            await _until_answered(lambda: self._note_together(delivered))
            ended: list[BaseException | None] = [None] * len(delivered)
        except Exception:  # noqa: BLE001 - the culprit shows when each is recorded alone
            ended = await asyncio.gather(*(self._note_alone(due) for due in delivered), return_exceptions=True)
        await asyncio.gather(*(self.record(due, "accepted", "sent") for due, error in zip(delivered, ended, strict=True) if error is None))
        for due in delivered:
            self._left.pop(due.id, None)
        return ended

    async def _note_alone(self, due: Due) -> None:
        await _until_answered(lambda: self._note(self._kernel.store, (due,)))

    async def _note_together(self, delivered: Sequence[Due]) -> None:
        """Records them as one item, unless somebody takes one of the alerts in hand at the same moment. Raises: Unavailable."""
        unit = UnitOfWork(self._kernel.store)
        streams = [[each for each in delivered if each.stream == stream] for stream in {due.stream for due in delivered}]
        await asyncio.gather(*(self._note(unit, of_one) for of_one in streams))
        if isinstance(await unit.commit(quiet=True), Conflict):
            await asyncio.gather(*(self._note(self._kernel.store, of_one) for of_one in streams))

    async def _note(self, store: EventStore, delivered: Sequence[Due]) -> None:
        for due in delivered:
            command = NoteAttempt(person=due.receiver, step=due.step, outcome=Accepted())
            await execute(store, ALERT, due.stream, command, due.occasion(self._kernel.clock.now()), quiet=True)

    async def _record_all(self, attempted: Sequence[Attempted]) -> list[None]:
        """Does not wait for the disk. What a crash of the database loses is sent again with the same id.

        The query repeats the ids, because a join alone would read the whole index.
        """
        columns = [list(column) for column in zip(*attempted, strict=True)]
        async with self._kernel.database.acting_as("outbox").statement() as connection:
            await connection.execute(_ATTEMPTED, (*columns, columns[0]))
        return [None] * len(attempted)


async def _until_answered(call: Callable[[], Awaitable[Any]]) -> None:
    """Repeats the call until the database answers."""
    while True:
        try:
            await call()
        except Unavailable:
            await asyncio.sleep(1)
        else:
            return
