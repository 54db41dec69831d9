"""Notifications' part when a person's data is to end: a task that an agency works on forbids it; links, contacts and what is queued go (ADR 50).

What left already is with mail servers and providers: no one can call it back, and it never held content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from services.notifications.domain.task.table import TERMINAL
from shared.database import Acting
from shared.erasing import Answer, Asked, Ended, Obstacle, Purged
from shared.eventstore.projection import Projection
from shared.service import Kernel

_OPEN = "SELECT task FROM task_v1 WHERE generation = %s AND case_id = ANY (%s) AND state <> ALL (%s) ORDER BY task"
_NOTICES = "SELECT DISTINCT stream FROM outbox_v1 WHERE generation = %s AND case_id = ANY (%s) AND stream LIKE 'notice-%%'"
_LINKS = "DELETE FROM notice_v1 WHERE notice = ANY (%s) OR guardian = %s"
_OWN_LINKS = "DELETE FROM alert_link_v1 WHERE person = %s"
_QUEUED = "UPDATE outbox_v1 SET state = 'cancelled' WHERE state = 'queued' AND kind <> 'alert' AND case_id = ANY (%s)"
"""Of the cases that ended alone: what somebody is to hear of another child's case is not theirs to end. An alert is never called back."""

_FIELDS = "UPDATE person_v1 SET email = NULL, phone = NULL, born = NULL WHERE person = %s"


@dataclass(frozen=True, slots=True)
class MessageErasures:
    """`Answering` of notifications. Nothing has to be kept: no task begins for a case that is closed."""

    kernel: Kernel
    outbox: Projection

    async def claim(self, asked: Asked) -> Answer:
        async with self.outbox.reading(acting="builder", about=asked.cases) as (connection, generation):
            rows = await (await connection.execute(_OPEN, (generation, list(asked.cases), sorted(TERMINAL)))).fetchall()
        open_tasks = () if asked.only_notes else tuple(Obstacle(what="open-task", about=task) for (task,) in rows)
        return Answer(obstacles=open_tasks)

    async def release(self, asked: Asked) -> Answer:  # noqa: ARG002 - nothing was kept
        return Answer()

    async def purge(self, ended: Ended) -> Purged:
        self.kernel.vault.forget()
        counts: dict[str, int] = {}
        if "guardian-notice" in ended.purposes:
            notices = await self._notices(ended)
            counts["links"] = await self._done("links", _LINKS, notices, ended.person)
            counts["queued"] = await self._done("outbox", _QUEUED, list(ended.cases))
        if "contact" in ended.purposes:
            counts["own-links"] = await self._done("links", _OWN_LINKS, ended.person)
            counts["people"] = await self._done("directory", _FIELDS, ended.person)
        return Purged(counts=counts)

    async def _notices(self, ended: Ended) -> list[str]:
        async with self.outbox.reading(acting="outbox", about=ended.cases) as (connection, generation):
            rows = await (await connection.execute(_NOTICES, (generation, list(ended.cases)))).fetchall()
        return [stream.removeprefix("notice-") for (stream,) in rows]

    async def _done(self, acting: Acting, query: LiteralString, *values: object) -> int:
        async with self.kernel.database.acting_as(acting).connection() as connection:
            return (await connection.execute(query, values)).rowcount
