"""After a rotation of the master key, the keys of persons get new boxes, some hundred at a time (architecture, decision 19).

A box and the id of its master key change in one statement, so a kill at any moment leaves every key in a box that opens, and the next start goes on.
What was wrapped opens only in memory: the key itself stays the same, so nothing that was sealed under it changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from shared.database import Database
from shared.errors import HistoryBroken, Unavailable
from shared.heartbeat import Heartbeats
from shared.sealing import bound
from shared.wrapping import MasterKeys, Wrapped

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two looks for boxes under a master key that is not the active one."""

TOGETHER = 500
_LOWEST = UUID(int=0)


class _Box(NamedTuple):
    kid: UUID
    person: str
    purpose: str
    wrapped: bytes


class Rewrapper:
    """A Part: wraps anew the keys of its service's purposes. Another service, or another process, may do the same beside it."""

    name = "rewrapper"

    def __init__(self, database: Database, masters: MasterKeys, heartbeats: Heartbeats) -> None:
        self._database, self._masters = database, masters
        self._pulse = heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            try:
                await self.rewrap_all()
                self._pulse.detail = ""
            except Unavailable:
                self._pulse.detail = "the keyring does not answer, or a master key is missing"
            self._pulse.idle()
            await asyncio.sleep(EVERY)

    async def rewrap_all(self) -> int:
        """Every box under an earlier master key; how many there were. Raises: Unavailable."""
        return sum([await self._from(master) for master in self._masters.outdated()])

    async def _from(self, master: str) -> int:
        done, after = 0, _LOWEST
        while boxes := await self._page(master, after):
            done += await self._replace(master, boxes)
            after = boxes[-1].kid
            self._pulse.alive()
        return done

    async def _page(self, master: str, after: UUID) -> list[_Box]:
        async with self._database.statement() as connection:
            rows = await (await connection.execute("SELECT * FROM keyring.wrapped_under(%s, %s, %s)", (master, after, TOGETHER))).fetchall()
        return [_Box(*row) for row in rows]

    async def _replace(self, master: str, boxes: Sequence[_Box]) -> int:
        renewed = [(each, fresh) for each in boxes if (fresh := self._renewed(master, each))]
        columns: tuple[list[Any], ...] = (
            [each.kid for each, _ in renewed],
            [each.wrapped for each, _ in renewed],
            [fresh.box for _, fresh in renewed],
            [fresh.master for _, fresh in renewed],
        )
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT keyring.rewrap(%s, %s, %s, %s)", columns)).fetchone()
        return int(row[0]) if row else 0

    def _renewed(self, master: str, box: _Box) -> Wrapped | None:
        """None where the box does not open: it stays as it is and keeps its master key from being retired."""
        place = bound(box.person, box.purpose)
        try:
            return self._masters.wrap(self._masters.unwrap(Wrapped(master, box.wrapped), place), place)
        except HistoryBroken:
            log.warning("key-not-rewrapped", kid=str(box.kid), master=master)
            return None
