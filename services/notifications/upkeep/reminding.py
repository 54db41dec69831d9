"""Reminds agencies of entries that nobody has assured for long. The agency's own stream decides, so two processes or a restart remind once."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import structlog
from psycopg import sql

from services.notifications.directory.searching import Listed
from services.notifications.domain.agency import AGENCY
from services.notifications.domain.agency_entry import SELDOM, RemindOfEntry
from services.notifications.projecting import VIEW
from services.notifications.upkeep.saying import agency_stream
from services.notifications.views import LISTED, as_listed
from shared.decider import execute
from shared.errors import TanggapError, Unavailable
from shared.eventstore.generations import answering
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel

log = structlog.get_logger()

EVERY = 10.0
"""Seconds between two looks; a part says within twelve that it is there."""

_CANDIDATES = sql.SQL(
    "SELECT {} FROM agency_v1 WHERE generation = {} AND mail IS NOT NULL AND (reminded_at IS NULL OR reminded_at <= %s) ORDER BY agency"
).format(LISTED, answering(VIEW))
"""Who has a mailbox and was not reminded lately."""


class Reminders:
    """A Part."""

    name = "reminders"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._pulse = kernel, kernel.heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            for agency in await self._old():
                await self._remind(agency)
            await self._pulse.rest(EVERY)

    async def _old(self) -> list[str]:
        """Raises: Unavailable."""
        now = self._kernel.clock.now().astimezone(ZoneInfo(self._kernel.settings.time_zone))
        async with self._kernel.database.statement() as connection:
            rows: list[Any] = await (await connection.execute(_CANDIDATES, (now - SELDOM,))).fetchall()
        found: list[Listed] = [as_listed(*row) for row in rows]
        return [each.agency for each in found if each.is_old(now)]

    async def _remind(self, agency: str) -> None:
        """One that fails must not stop the others; it is looked at again in a while."""
        now = self._kernel.clock.now()
        cause = derived_id(TANGGAP, "remind", agency, now.isoformat())
        try:
            await execute(
                self._kernel.store, AGENCY, agency_stream(agency), RemindOfEntry(at=now), Occasion("service:notifications", None, now, cause, cause)
            )
        except TanggapError as error:
            if isinstance(error, Unavailable):
                raise
            log.warning("reminder-failed", error=type(error).__name__)
