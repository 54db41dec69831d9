"""Closes the account of whoever left the roster or lost the last appointment (people.md, Signing in). Returning does not open it again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.inviting import Inviting
from services.intake.accounts.pacing import Pacing
from services.intake.domain.account import Close
from services.intake.domain.roster import ROSTER
from shared.decider import folded
from shared.errors import Unavailable
from shared.eventstore.doorbell import Doorbell
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import Checkpoint, Item
from shared.heartbeat import Heartbeats
from shared.message import Occasion

LOOKS = 1.0
"""Seconds between two looks, also while the doorbell rings all the time."""

TOGETHER = 200
_CONSUMER = "accounts"
_ENDS = ("person-left", "person-dismissed")
_KEPT = timedelta(days=1)

_FOUND = "SELECT id, position FROM event WHERE position > %s AND position <= %s AND type = ANY (%s) ORDER BY position LIMIT %s"


class Found(NamedTuple):
    """An event after which somebody may stand nowhere any more."""

    id: UUID
    position: int


class Leaving:
    """A Part. It reads the own store in order, and a checkpoint moves together with each account that is closed: each leaving is looked at once, so a
    new invitation after it stays.
    """

    name = "leaving"

    def __init__(self, store: PostgresEventStore, accounts: Accounts, inviting: Inviting, pacing: Pacing, heartbeats: Heartbeats) -> None:
        self._store, self._accounts, self._inviting, self._pacing = store, accounts, inviting, pacing
        self._pulse = heartbeats.pulse(self.name)
        self._read: int | None = None

    async def run(self) -> None:
        bell: Doorbell = self._store.doorbell
        while True:
            heard = bell.rings
            try:
                await self.look()
                self._pulse.detail = ""
            except Unavailable:
                self._pulse.detail = "database does not answer"
            self._pulse.idle()
            await asyncio.sleep(LOOKS)
            await bell.wait(5 * LOOKS, heard)

    async def look(self) -> None:
        """Closes what is to be closed by now, and drops what is out of date. Raises: Unavailable."""
        head = await self._store.head()
        read = await self._checkpoint() if self._read is None else self._read
        while found := await self._found(read, head):
            for each in found:
                await self._close(each)
            read = found[-1].position
        self._read = max(read, head)
        now = self._accounts.clock.now()
        await self._inviting.forget(now)
        await self._pacing.forget(now - _KEPT)

    async def _checkpoint(self) -> int:
        return await self._store.checkpoint(_CONSUMER, "intake", 0)

    async def _found(self, read: int, head: int) -> list[Found]:
        async with self._store.database.statement() as connection:
            rows = await (await connection.execute(_FOUND, (read, head, list(_ENDS), TOGETHER))).fetchall()
        return [Found(*row) for row in rows]

    async def _close(self, found: Found) -> None:
        """As the roster stood right after this event: whoever came back since needs a new invitation all the same."""
        before, event = await self._checkpoint(), await self._store.find(found.id)
        if event is None or found.position <= before:
            return  # another process was faster
        person = event.stream.removeprefix("person-")
        entry = folded(ROSTER, event.stream, await self._store.read_stream(event.stream, until_version=event.version)).state
        checkpoint = Checkpoint(_CONSUMER, "intake", 0, before, found.position)
        if entry.known:
            await self._store.append(Item(checkpoint=checkpoint))
            return
        occasion = Occasion.follow(event, "intake")
        await self._accounts.change(Close(person=person), occasion, checkpoint=checkpoint)
