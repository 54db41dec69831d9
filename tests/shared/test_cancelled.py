"""Whoever is cancelled in the middle of a transaction leaves nothing open for the next user of the connection."""

import asyncio
import random

import pytest

from shared.database import Database
from tests.logins import login

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.parametrize("kind", ["connection", "pipelined"])
async def test_after_a_cancelled_transaction_the_next_one_is_its_own(database, kind):
    kept = Database(login(database, "intake"), "intake", size=2)
    await kept.open()
    chance = random.Random(7)

    async def use() -> None:
        async with getattr(kept, kind)() as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # refused within a transaction that is open already
            for number in range(3):
                await (await connection.execute("SELECT %s::int, count(*) FROM event", (number,))).fetchone()

    for _ in range(150):
        users = [asyncio.create_task(use()) for _ in range(2)]
        await asyncio.sleep(chance.random() * 0.01)
        for user in users:
            user.cancel()
        ended = await asyncio.gather(*users, return_exceptions=True)
        assert {type(each) for each in ended if each is not None} <= {asyncio.CancelledError}
        async with kept.statement() as connection:
            assert (await (await connection.execute("SELECT 1")).fetchone()) == (1,)
        await use()
    await kept.close()
