"""Every running part keeps a row up to date. Readiness reads the rows, so a stopped or stuck part shows within 30 s."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

from shared.database import Database
from shared.errors import Unavailable

LATE = 12.0
"""Seconds without a heartbeat after which a part counts as stopped. Heartbeats come every two seconds."""

STUCK = 20.0
"""Seconds that a part may work on one message before it counts as stuck."""

EVERY = 2.0


@dataclass(slots=True)
class Pulse:
    """The state of one part. lag: messages or positions behind, as far as known. works: start of the current work (monotonic seconds) by partition,
    so that other partitions do not hide a stuck one. broken: why it cannot go on before somebody does something; empty: it can.
    """

    part: str
    lag: int = 0
    detail: str = ""
    broken: str = ""
    works: dict[int, float] = field(default_factory=dict)
    progress: float = 0.0

    @property
    def working_since(self) -> float | None:
        """Start of the oldest current work; None when idle."""
        return min(self.works.values(), default=None)

    def working(self, place: int = 0) -> None:
        self.works.setdefault(place, time.monotonic())

    def idle(self, place: int = 0) -> None:
        self.works.pop(place, None)
        self.progress = time.monotonic()

    async def rest(self, seconds: float) -> None:
        """Until the next look, with signs of life meanwhile: a machine that is busy makes no part look stopped."""
        for _ in range(max(1, round(seconds / EVERY))):
            self.idle()
            await asyncio.sleep(min(seconds, EVERY))

    def alive(self) -> None:
        """The part has checked for work; current work goes on."""
        self.progress = time.monotonic()


class Heartbeats:
    """Writes the pulses of this process to the database. It is a Part itself."""

    name = "heartbeat"

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pulses: dict[str, Pulse] = {}

    def pulse(self, part: str) -> Pulse:
        """A new pulse for `part`, written from now on. A part that is made anew writes the row of the one before."""
        self._pulses[part] = Pulse(part, progress=time.monotonic())
        return self._pulses[part]

    async def run(self) -> None:
        while True:
            with suppress(Unavailable):  # readiness reports by itself that the database does not answer
                await self._write()
            await asyncio.sleep(EVERY)

    async def _write(self) -> None:
        now = time.monotonic()
        rows = [
            (pulse.part, now - pulse.working_since if pulse.working_since else None, pulse.lag, pulse.broken or pulse.detail, bool(pulse.broken))
            for pulse in self._pulses.values()
            if now - pulse.progress < LATE or pulse.working_since or pulse.broken
        ]
        if not rows:
            return
        async with self._database.statement() as connection:
            await connection.execute(
                "INSERT INTO heartbeat (part, beat_at, working_since, lag, detail, broken)"
                " SELECT part, clock_timestamp(), clock_timestamp() - make_interval(secs => since), lag, detail, broken"
                " FROM unnest(%s::text[], %s::float8[], %s::bigint[], %s::text[], %s::boolean[]) AS told (part, since, lag, detail, broken)"
                " ON CONFLICT (part) DO UPDATE SET beat_at = excluded.beat_at, working_since = excluded.working_since, lag = excluded.lag,"
                " detail = excluded.detail, broken = excluded.broken",
                tuple(list(column) for column in zip(*rows, strict=True)),
            )


async def health(database: Database, parts: list[str]) -> dict[str, dict[str, object]]:
    """The state of each part: `{"ok": bool, "lag": n, "why": text}`. A part that never ran is not ok. Raises: Unavailable."""
    async with database.statement() as connection:
        cursor = await connection.execute(
            "SELECT part, extract(epoch FROM clock_timestamp() - beat_at)::float8, "
            "extract(epoch FROM clock_timestamp() - working_since)::float8, lag, detail, broken FROM heartbeat"
        )
        rows = {row[0]: row[1:] for row in await cursor.fetchall()}
    return {part: _judged(rows.get(part)) for part in parts}


def _judged(row: tuple[float, float | None, int, str, bool] | None) -> dict[str, object]:
    if row is None:
        return {"ok": False, "lag": None, "why": "never ran"}
    silent, working, lag, detail, broken = row
    if broken:
        return {"ok": False, "lag": lag, "why": detail}
    if silent < -LATE:
        return {"ok": False, "lag": lag, "why": "no sign of life since the clock of the database was set back"}
    if silent > LATE:
        return {"ok": False, "lag": lag, "why": f"no sign of life for {silent:.0f} s"}
    if working and working > STUCK:
        return {"ok": False, "lag": lag, "why": f"works on one message for {working:.0f} s"}
    return {"ok": True, "lag": lag, "why": detail}
