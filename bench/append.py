"""Measures load, decide and append, from one caller and from 32. Commits are durable; hashes and sealing are on."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from uuid import uuid4

import uvloop

from bench import peer
from bench.notes import NOTES, AddNote
from bench.table import Row, medians
from district.embedded.postgres import Postgres
from shared.database import Database
from shared.decider import execute
from shared.eventstore.postgres import PostgresEventStore
from shared.message import Occasion
from shared.sealing import KeyringVault
from shared.wrapping import MasterKey

LENGTH = 10
"""How many events one stream gets before the next one begins."""


async def rate(url: str, callers: int, times: int) -> float:
    """Operations per second."""
    database = Database(url, "cases")
    await database.open()
    store, vault = PostgresEventStore(database), KeyringVault(database, MasterKey(os.urandom(32)))
    owner = f"student-{uuid4()}"

    async def one() -> None:
        for number in range(times):
            if number % LENGTH == 0:
                stream = f"notes-{uuid4()}"
            cause = uuid4()
            text = await vault.seal(owner, "case", "x" * 80, f"{stream}/{number}")
            await execute(store, NOTES, stream, AddNote(number=number, text=text), Occasion("bench", "s", datetime.now(UTC), cause, cause))

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(callers)))
    took = time.perf_counter() - started
    await database.close()
    return callers * times / took


def run(postgres: Postgres, url: str) -> list[Row]:
    """Measures one caller and 32 callers, ours and the peer. url: the address of the service that appends."""
    rows = []
    app = peer.application(postgres)
    for callers, times, bar in ((1, 600, "about 1,400/s"), (32, 300, ">= 6x the peer")):
        ours = medians(lambda callers=callers, times=times: uvloop.run(rate(url, callers, times)))  # type: ignore[misc]
        theirs = medians(lambda callers=callers, times=times: peer.append_rate(app, callers, max(40, times // 6)))  # type: ignore[misc]
        rows.append(Row(f"load, decide, append: {callers} caller{'s' * (callers > 1)}", ours, "/s", bar, theirs))
    app.close()
    return rows
