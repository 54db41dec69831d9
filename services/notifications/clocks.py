"""Deadlines: what is expected, and by when. When one passes, the ladder climbs, a notice goes on to somebody else,
or the agency's silence is recorded, exactly once.

The ids of the events are derived from the deadline's id, so two schedulers or a restart store nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import structlog
from psycopg import sql

from services.notifications.domain.alert import ALERT, Climb
from services.notifications.domain.notice import ClimbNotice
from services.notifications.domain.task import TASK
from services.notifications.domain.task.silence import NoteSilence
from services.notifications.noticing import Notices
from services.notifications.projecting import VIEW
from shared.decider import execute
from shared.errors import LaterRelease, TanggapError, Unavailable
from shared.eventstore.generations import answering
from shared.message import Occasion
from shared.service import Kernel

log = structlog.get_logger()

EVERY = 0.5

_DUE = sql.SQL(
    "SELECT id, stream, kind, step, school, correlation FROM deadline_v1 WHERE generation = {} AND due_at <= clock_timestamp()"
    " ORDER BY due_at LIMIT 100"
).format(answering(VIEW))
_LATER = sql.SQL("UPDATE deadline_v1 SET due_at = clock_timestamp() + interval '1 minute' WHERE generation = {} AND id = %s").format(answering(VIEW))
_NOTICE_STEPS: Mapping[int, Literal[0, 1, 2]] = {0: 0, 1: 1, 2: 2}
_FIRED = sql.SQL("DELETE FROM deadline_v1 WHERE generation = {} AND id = %s").format(answering(VIEW))
"""Where a rebuild ends at the same moment the deadline is there again: it fires once more, and the stream has its events already."""


class Clockwork:
    """A Part that fires due deadlines, by the database's clock."""

    name = "clockwork"

    def __init__(self, kernel: Kernel, notices: Notices) -> None:
        self._kernel, self._notices = kernel, notices
        self._database = kernel.database.acting_as("clock")
        self._pulse = kernel.heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            for deadline in await self._due():
                await self._fire_one(*deadline)
            self._pulse.idle()
            await asyncio.sleep(EVERY)

    async def _due(self) -> list[Any]:
        async with self._database.connection() as connection:
            return await (await connection.execute(_DUE)).fetchall()

    async def _fire_one(self, deadline: UUID, *told: Any) -> None:
        """A deadline that fails must not stop the others, nor one that a later release has to fire (ADR 72). It is tried again after a minute."""
        try:
            await self._fire(deadline, *told)
        except TanggapError as error:
            if isinstance(error, Unavailable) and not isinstance(error, LaterRelease):
                raise
            log.warning("deadline-failed", deadline=str(deadline), error=type(error).__name__)
            async with self._database.connection() as connection:
                await connection.execute(_LATER, (deadline,))

    async def _fire(self, deadline: UUID, stream: str, kind: str, step: int, school: str | None, correlation: UUID | None) -> None:
        occasion = Occasion("service:notifications", school, self._kernel.clock.now(), correlation or deadline, deadline)
        match kind:
            case "climb":
                await execute(self._kernel.store, ALERT, stream, Climb(step=step), occasion)
            case "notice":
                await self._notices.decide(stream, ClimbNotice(step=_NOTICE_STEPS[step]), occasion)
            case _:
                await execute(self._kernel.store, TASK, stream, NoteSilence(), occasion)
        async with self._database.connection() as connection:
            await connection.execute(_FIRED, (deadline,))
