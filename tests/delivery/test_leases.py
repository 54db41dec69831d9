"""One process works; another stands by and takes over."""

import asyncio
from collections import Counter

import psycopg
import pytest

from shared import running
from shared.database import Database
from shared.delivery import leases
from shared.delivery.leases import LeaseLost, lease
from shared.delivery.subscription import Subscription
from shared.errors import LaterRelease
from shared.testing import eventually
from tests.delivery.rig import Hearing, keys_of, working


@pytest.fixture
def quick_lease(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Leases that beat often; counts the tries to get one."""
    tries: Counter[str] = Counter()
    attempt = leases._try

    async def counted(connection, name):
        tries[name] += 1
        return await attempt(connection, name)

    monkeypatch.setattr(leases, "BEAT", 0.05)
    monkeypatch.setattr(leases, "_try", counted)
    return tries


def test_only_one_has_a_lease_and_a_standby_gets_it_on_release(run, quick_lease, monkeypatch):
    monkeypatch.setattr(leases, "SILENT", 600.0)

    async def scenario(rig):
        database, entered, leave = rig.databases["cases"], asyncio.Event(), asyncio.Event()

        async def standby() -> None:
            async with lease(database, "work"):
                entered.set()
                await leave.wait()

        async def tried_often() -> bool:
            return quick_lease["work"] > 6

        async def has_it() -> bool:
            return entered.is_set()

        async with lease(database, "work") as held:
            waiting = asyncio.create_task(standby())
            await eventually(tried_often)
            assert not entered.is_set()
            assert not held.done()
            async with lease(database, "other work"):
                assert quick_lease["other work"] == 1
        await eventually(has_it)
        leave.set()
        await waiting

    run(scenario)


@pytest.mark.parametrize("set_back", ["0", "1 hour"])
def test_a_holder_that_no_longer_beats_is_evicted_within_ten_seconds(run, quick_lease, monkeypatch, database, set_back):
    """set_back: the database's clock, since the last beat."""
    assert leases.SILENT + 2.0 <= 10
    monkeypatch.setattr(leases, "SILENT", 0.5)

    async def scenario(rig):
        mine = rig.databases["cases"]
        stopped = await mine.direct()
        assert await leases._try(stopped, "work")
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as administrator:
            await administrator.execute("UPDATE cases.lease SET beat_at = beat_at + %s::interval", (set_back,))
        async with asyncio.timeout(30), lease(mine, "work"):
            assert quick_lease["work"] > 2
        with pytest.raises(psycopg.OperationalError):
            await stopped.execute("SELECT 1")
        await stopped.close()

    run(scenario)


def test_who_lost_the_lease_is_told(run, quick_lease, database):
    async def scenario(rig):
        async with lease(rig.databases["cases"], "work") as held:
            async with await psycopg.AsyncConnection.connect(database, autocommit=True) as administrator:
                await administrator.execute("SELECT pg_terminate_backend(holder) FROM cases.lease WHERE name = 'work'")
            with pytest.raises(LeaseLost):
                async with asyncio.timeout(30):
                    await held

    run(scenario)


def test_of_two_processes_one_works_and_the_other_takes_over_where_it_stopped(run, quick_lease):
    async def scenario(rig):
        key, other = next(keys_of(0)), Hearing(rig.reader)
        first, second = rig.subscription(), rig.subscription(other.over)

        async def both_tried() -> bool:
            return quick_lease[first.name] > 3

        async with working(rig.relay()):
            async with working(first):
                told = await rig.tell(key)
                await rig.until_heard(key, told)
                taking_over = working(second)
                await taking_over.__aenter__()
                await eventually(both_tried)
                told += await rig.tell(key)
                await rig.until_heard(key, told)
                assert not other.tries
            told += await rig.tell(key)
            await rig.until_heard(key, told)
            await taking_over.__aexit__(None, None, None)
        assert other.tries == {told[2]: 1}
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_a_subscription_that_is_cancelled_while_it_is_handed_a_connection_ends_all_the_same(run, soon):
    async def scenario(rig):
        rig.databases["cases of one connection"] = database = Database(rig.databases["cases"].url, "cases", size=1)
        await database.open()
        reading = Subscription("cases", rig.reader, database, rig.redis_url, rig.feed, rig.heard.over, rig.heartbeats)
        running = asyncio.create_task(reading.run())

        async def reads() -> bool:
            return reading._broker is not None

        async def waits() -> bool:
            return bool(database._pool._waiting)

        await eventually(reads)
        async with database.statement():
            await eventually(waits)
        running.cancel()
        done, _ = await asyncio.wait((running,), timeout=30)
        running.cancel()
        await asyncio.wait((running,))
        await reading._stop_broker()
        assert done

    run(scenario)


def test_who_meets_what_a_later_release_stored_lets_a_process_of_that_release_have_its_place(run, soon, quick_lease, monkeypatch):
    monkeypatch.setattr(running, "LONGEST_PAUSE", 0.2)

    async def scenario(rig):
        key, met = next(keys_of(0)), asyncio.Event()

        def of_the_release_before(_):
            async def handler(told, _):
                met.set()
                raise LaterRelease(told.type)

            return handler

        async with working(rig.relay()):
            before = rig.subscription(of_the_release_before)
            async with working(before):
                told = await rig.tell(key, key)
                await met.wait()
                async with working(rig.subscription()):
                    await rig.until_heard(key, told)
        assert await rig.parking.list() == []
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)
