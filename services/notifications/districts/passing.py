"""Brings what another district sent to the school of ours that a person named: asks the sender for it, and raises it as a concern, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from psycopg import sql

from services.notifications.districts.intake import Intake
from services.notifications.districts.sending import ToDistricts
from services.notifications.domain.arrival import ARRIVAL, NoteConcern, arrival_stream
from services.notifications.projecting import VIEW
from shared.decider import execute, load
from shared.errors import TanggapError
from shared.eventstore.generations import answering
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two looks."""

AGAIN = timedelta(seconds=30)
"""After a failure: each asking is on record at the sender, so it is not asked all the time."""

_WAITING = sql.SQL(
    "SELECT arrival FROM arrival_v1 WHERE generation = {} AND school IS NOT NULL AND waits ORDER BY announced_at"
).format(answering(VIEW))  # fmt: skip


class Passing:
    """A Part."""

    name = "passing"

    def __init__(self, kernel: Kernel, to_districts: ToDistricts, intake: Intake) -> None:
        self._kernel, self._to_districts, self._intake = kernel, to_districts, intake
        self._pulse, self._not_before = kernel.heartbeats.pulse(self.name), dict[str, datetime]()

    async def run(self) -> None:
        while True:
            for arrival in await self._waiting():
                await self._patiently(arrival)
            await self._pulse.rest(EVERY)

    async def _waiting(self) -> list[str]:
        """Raises: Unavailable."""
        async with self._kernel.database.statement() as connection:
            found = [row[0] for row in await (await connection.execute(_WAITING)).fetchall()]
        now = self._kernel.clock.now()
        return [each for each in found if self._not_before.get(each, now) <= now]

    async def _patiently(self, arrival: str) -> None:
        """One that fails must not stop the others; its page goes on saying that the school does not have it."""
        try:
            await self._pass(arrival)
        except TanggapError as error:
            self._not_before[arrival] = self._kernel.clock.now() + AGAIN
            log.warning("arrival-not-passed", arrival=arrival, error=type(error).__name__)

    async def _pass(self, arrival: str) -> None:
        stream = arrival_stream(arrival)
        state = (await load(self._kernel.store, ARRIVAL, stream)).state
        if state.announced is None or state.school is None or state.concern is not None:
            return
        package = await self._to_districts.package(state.announced)
        concern = await self._intake.raise_concern(arrival, state.school, state.announced.priority, package)
        now, cause = self._kernel.clock.now(), derived_id(TANGGAP, "arrival-concern", arrival)
        occasion = Occasion("service:notifications", state.school, now, cause, cause)
        await execute(self._kernel.store, ARRIVAL, stream, NoteConcern(concern=concern), occasion)
