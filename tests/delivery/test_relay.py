"""The relay publishes everything in order, whatever Redis or the process does, and trims what all readers have confirmed."""

import asyncio

import pytest

from shared.delivery import relay as relaying
from shared.delivery.relay import Relay
from shared.delivery.wire import FIELD, stream_key
from shared.eventstore.store import NEW, Item, Write
from shared.testing import eventually
from tests.delivery.rig import event, keys_of, working


class KilledAfterAdding(Relay):
    async def _save(self, position: int) -> None:  # noqa: ARG002 - killed before it saves
        raise asyncio.CancelledError


def test_a_relay_killed_between_xadd_and_checkpoint_doubles_nothing(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key, key)
        with pytest.raises(asyncio.CancelledError):
            await rig.relay(KilledAfterAdding).run()
        assert await rig.redis.xlen(stream_key("intake", 0)) == 3
        again = rig.relay()
        assert await again._checkpoint() == 0

        async def all_passed_on() -> bool:
            return await again._checkpoint() == told[-1]

        async with working(again, rig.subscription()):
            told += await rig.tell(key)
            await rig.until_heard(key, told)
            await eventually(all_passed_on)
        assert await rig.redis.xlen(stream_key("intake", 0)) == 4
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_the_ids_of_entries_are_the_positions_of_events(run):
    async def scenario(rig):
        here, there = next(keys_of(0)), next(keys_of(1))
        told = await rig.tell(here, there, here)
        await rig.relay_all()
        kept = {partition: await rig.redis.xrange(stream_key("intake", partition)) for partition in (0, 1)}
        assert [entry for entry, _ in kept[0]] == [f"{told[0]}-0".encode(), f"{told[2]}-0".encode()]
        assert [entry for entry, _ in kept[1]] == [f"{told[1]}-0".encode()]

    run(scenario)


def test_a_relay_trims_only_what_every_consumer_has_confirmed(run):
    async def scenario(rig):
        key, stream = next(keys_of(0)), stream_key("intake", 0)
        events = tuple(event(key) for _ in range(400))
        await rig.owner.append(Item((Write("told-many", NEW, events),)))
        await rig.relay_all()
        told = [each.position for each in await rig.owner.read_after(0, public=True)]
        relay = rig.relay(consumers=("cases", "notifications"))

        async def trimmed(**confirmed: int) -> list[int]:
            mapping = {f"{consumer}:0": position for consumer, position in confirmed.items()}
            await rig.redis.hset("confirmed.intake", mapping=mapping)
            relay._trimmed_at = -relaying.TRIM_EVERY
            await relay._trim(rig.redis)
            return [int(entry.split(b"-")[0]) for entry, _ in await rig.redis.xrange(stream)]

        assert await trimmed(cases=told[-1]) == told
        left = await trimmed(notifications=told[250])
        assert left[-1] == told[-1]
        assert left == told[-len(left) :]
        assert told[0] < left[0] <= told[250]

    run(scenario)


def test_a_subscription_confirms_what_its_own_store_keeps_and_no_more(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key)
        rig.heard.hold(key)

        async def confirmed(position: int) -> bool:
            return await rig.redis.hget("confirmed.intake", "cases:0") == str(position).encode()

        async with working(rig.relay(), rig.subscription()):
            await eventually(lambda: confirmed(0))
            rig.heard.let_go(key)
            await eventually(lambda: confirmed(told[-1]))
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_a_stream_that_holds_positions_of_another_history_is_deleted(run):
    async def scenario(rig):
        foreign, own = stream_key("intake", 0), stream_key("intake", 1)
        here, there = next(keys_of(0)), next(keys_of(1))
        told = await rig.tell(here, there)
        await rig.redis.xadd(foreign, {FIELD: b"of another history"}, id="900000-0")
        await rig.redis.xadd(own, {FIELD: b"of ours"}, id=f"{told[1]}-0")
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(here, told[:1])
        assert [entry for entry, _ in await rig.redis.xrange(foreign)] == [f"{told[0]}-0".encode()]
        assert await rig.redis.xrange(own) == [(f"{told[1]}-0".encode(), {FIELD: b"of ours"})]

    run(scenario)
