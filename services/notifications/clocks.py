"""Deadlines: what is expected, and by when. When one passes, the ladder climbs or the agency's silence is recorded, exactly once.

The ids of the events are derived from the deadline's id, so two schedulers or a restart store nothing twice.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import structlog

from services.notifications.domain.alert import ALERT, Climb
from services.notifications.domain.task import TASK, NoteSilence
from shared.decider import execute
from shared.errors import TanggapError, Unavailable
from shared.message import Occasion
from shared.service import Kernel

log = structlog.get_logger()

EVERY = 0.5


class Clockwork:
    """A Part that fires due deadlines, by the database's clock."""

    name = "clockwork"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._pulse = kernel.heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            for deadline in await self._due():
                await self._fire_one(*deadline)
            self._pulse.idle()
            await asyncio.sleep(EVERY)

    async def _due(self) -> list[Any]:
        async with self._kernel.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id, stream, kind, step, school, correlation FROM deadline_v1 WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 100"
            )
            return await cursor.fetchall()

    async def _fire_one(self, deadline: UUID, *told: Any) -> None:
        """A deadline that fails must not stop the others. It is tried again after a minute."""
        try:
            await self._fire(deadline, *told)
        except TanggapError as error:
            if isinstance(error, Unavailable):
                raise
            log.warning("deadline-failed", deadline=str(deadline), error=type(error).__name__)
            async with self._kernel.database.connection() as connection:
                await connection.execute("UPDATE deadline_v1 SET due_at = clock_timestamp() + interval '1 minute' WHERE id = %s", (deadline,))

    async def _fire(self, deadline: UUID, stream: str, kind: str, step: int, school: str | None, correlation: UUID | None) -> None:
        occasion = Occasion("service:notifications", school, self._kernel.clock.now(), correlation or deadline, deadline)
        if kind == "climb":
            await execute(self._kernel.store, ALERT, stream, Climb(step=step), occasion)
        else:
            await execute(self._kernel.store, TASK, stream, NoteSilence(), occasion)
        async with self._kernel.database.connection() as connection:
            await connection.execute("DELETE FROM deadline_v1 WHERE id = %s", (deadline,))
