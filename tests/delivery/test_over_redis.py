"""What one service says reaches the others over Redis, in order and once."""

import pytest

from shared.delivery.wire import FIELD, encode, stream_key
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import NEW, Item, Write
from tests.delivery.rig import PARTITIONS, event, keys_of, working


def test_what_one_service_tells_the_other_hears_in_order_and_once_and_over_redis(run):
    async def scenario(rig):
        here, there = next(keys_of(0)), next(keys_of(1))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(here, there, here, there, here, there)
            await rig.until_heard(here, told[0::2])
            await rig.until_heard(there, told[1::2])
        assert set(rig.heard.tries.values()) == {1}
        assert rig.feed.pulled == []
        assert [await rig.reader.checkpoint("cases", "intake", partition) for partition in (0, 1)] == told[-2:]

    run(scenario)


def test_private_events_stay_at_home(run):
    async def scenario(rig):
        key = next(keys_of(0))
        await rig.owner.append(Item((Write("told-x", NEW, (event(key, public=False), event(key))),)))
        public = await rig.owner.head(public=True)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(key, [public])
        assert await rig.redis.xlen(stream_key("intake", 0)) == 1
        assert list(rig.heard.tries) == [public]

    run(scenario)


def test_what_another_process_appends_behind_our_private_events_is_told_at_the_next_look(run):
    async def scenario(rig):
        key = next(keys_of(0))
        another = PostgresEventStore(rig.databases["intake"], partitions=PARTITIONS)
        async with working(rig.relay()):
            await rig.tell(key)
            await rig.until_relayed(0, 1)
            await rig.owner.append(Item((Write("told-x", NEW, (event(key, public=False),)),)))
            await another.append(Item((Write("told-y", NEW, (event(key),)),)))  # rings another doorbell
            await rig.until_relayed(0, 2)

    run(scenario)


def test_a_subscription_that_starts_again_goes_on_from_its_checkpoint(run):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay()):
            before = await rig.tell(key, key)
            async with working(rig.subscription()):
                await rig.until_heard(key, before)
            between = await rig.tell(key, key)
            async with working(rig.subscription()):
                await rig.until_heard(key, before + between)
        assert set(rig.heard.tries.values()) == {1}
        assert rig.feed.pulled == []

    run(scenario)


def test_entries_that_come_twice_are_applied_once(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key)
        await rig.relay_all()
        first, second = await rig.owner.read_after(0, public=True)
        for place, again in enumerate((first, second, first)):
            await rig.redis.xadd(stream_key("intake", 0), {FIELD: await encode(again)}, id=f"{told[1]}-{place + 1}")
        async with working(rig.relay(), rig.subscription()):
            told += await rig.tell(key)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}
        assert rig.feed.pulled == []

    run(scenario)


@pytest.mark.parametrize("garbage", [{FIELD: b"\x00garbage"}, {FIELD: b'{"not":"ours"}'}, {"other": b"field"}], ids=["bytes", "json", "field"])
def test_an_entry_that_nobody_can_read_loses_nothing(run, soon, garbage):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key)
        await rig.relay_all()
        await rig.redis.xadd(stream_key("intake", 0), garbage, id=f"{told[1]}-1")
        async with working(rig.relay(), rig.subscription()):
            told += await rig.tell(key)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}
        assert await rig.parking.list() == []

    run(scenario)
