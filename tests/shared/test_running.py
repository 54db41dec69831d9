"""Parts that run beside the server: all of them end when the service does."""

import asyncio
import gc
from pathlib import Path

import psycopg
import pytest

from shared.database import Database
from shared.heartbeat import Heartbeats, health
from shared.running import ended, run_parts
from shared.testing import eventually
from tests.logins import login

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


class Swallowing:
    """Waiting for a pool connection may swallow one cancellation; so does this part, once."""

    name = "swallowing"

    def __init__(self) -> None:
        self.began, self.swallowed = asyncio.Event(), 0

    async def run(self) -> None:
        self.began.set()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.swallowed += 1
                if self.swallowed > 1:
                    raise


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_10_a_part_that_swallows_a_cancellation_does_not_keep_its_service_alive():
    part = Swallowing()
    running = asyncio.create_task(run_parts([part]))
    await part.began.wait()
    running.cancel()
    done, _ = await asyncio.wait((running,), timeout=30)
    assert (bool(done), part.swallowed) == (True, 2)


async def test_a_part_that_failed_while_it_was_ended_is_not_reported_as_one_that_nobody_looked_at():
    reported: list[dict] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context))

    async def fails_at_its_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionError

    failing = asyncio.create_task(fails_at_its_end())
    await asyncio.sleep(0)
    await ended(failing)
    del failing
    gc.collect()
    loop.set_exception_handler(None)
    assert reported == []


async def test_a_part_that_is_made_anew_writes_the_row_of_the_one_before(database):
    """Two rows of one part in a statement would fail the write of all."""
    kept = Database(login(database, "cases"), "cases", migrations=ROOT / "services" / "cases" / "schema", size=2)
    await kept.open()
    try:
        heartbeats = Heartbeats(kept)
        heartbeats.pulse("clockwork").lag = 7
        heartbeats.pulse("clockwork").lag = 3
        beating = asyncio.create_task(heartbeats.run())

        async def written() -> bool:
            return (await health(kept, ["clockwork"]))["clockwork"]["lag"] == 3

        await eventually(written)
        await ended(beating)
    finally:
        await kept.close()


async def test_a_sign_of_life_from_before_the_clock_was_set_back_says_nothing(database):
    with psycopg.connect(database) as administrator:
        administrator.execute("INSERT INTO cases.heartbeat (part, beat_at, lag) VALUES ('clockwork', clock_timestamp() + interval '1 hour', 0)")
    kept = Database(login(database, "cases"), "cases", migrations=ROOT / "services" / "cases" / "schema", size=2)
    await kept.open()
    try:
        told = await health(kept, ["clockwork"])
    finally:
        await kept.close()
    assert told == {"clockwork": {"ok": False, "lag": 0, "why": "no sign of life since the clock of the database was set back"}}
