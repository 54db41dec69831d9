"""Whoever is cancelled while waiting for a connection ends at once: a service that stops waits for none of its parts."""

import asyncio

import pytest

from shared.database import Database
from tests.logins import login

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ROUNDS = 20
WAITING = 8


@pytest.fixture
async def database_of_one(database):
    """A pool of one connection, so that everybody else waits."""
    made = Database(login(database, "intake"), "intake", size=1)
    await made.open()
    yield made
    await made.close()


@pytest.mark.parametrize("lending", ["raw", "connection", "statement"])
async def test_one_cancellation_ends_whoever_waits_for_a_connection(database_of_one, lending):
    has_one = asyncio.Event()

    async def part() -> None:
        async with getattr(database_of_one, lending)() as connection:
            await connection.execute("SELECT 1")
        has_one.set()
        await asyncio.Event().wait()

    for _ in range(ROUNDS):
        parts = [asyncio.create_task(part()) for _ in range(WAITING)]
        await has_one.wait()
        for each in parts:
            each.cancel()
        done, pending = await asyncio.wait(parts, timeout=30)
        for each in pending:
            each.cancel()
        assert (len(done), pending) == (WAITING, set())
        has_one.clear()
