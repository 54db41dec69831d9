"""A poison message parks its key and nothing else; an outage parks nothing."""

import asyncio

import pytest

from shared.delivery.applying import TRIES, longest_pause
from shared.delivery.parked import ParkingLot
from shared.errors import Unavailable
from shared.testing import eventually
from tests.delivery.rig import POISON, keys_of, working


def test_poison_is_logged_and_parked(run):
    async def scenario(rig):
        (poison,) = await rig.tell(next(keys_of(0)), body=POISON)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_checkpoint(0, poison)
        assert [each.position for each in await rig.parking.list()] == [poison]

    run(scenario)


def test_what_fails_holds_its_partition_up_for_less_than_two_seconds():
    assert sum(longest_pause(attempt) for attempt in range(TRIES)) < 2


def test_poison_parks_its_key_within_five_tries_and_the_partition_flows_again(run):
    async def scenario(rig):
        sick, sound = (key for _, key in zip(range(2), keys_of(0), strict=False))
        (poison,) = await rig.tell(sick, body=POISON)
        told = await rig.tell(sound, sound)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(sound, told)
        (parked,) = await rig.parking.list()
        assert (parked.key, parked.position, parked.tries, parked.error) == (sick, poison, 5, "ValueError")
        assert rig.heard.tries[poison] == 5
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_an_event_that_fails_for_a_moment_is_not_parked(run):
    async def scenario(rig):
        key = next(keys_of(0))
        hearing = rig.heard

        async def fails_at_first(told, checkpoint):
            hearing.mended = hearing.tries[told.position] >= TRIES - 1
            return await hearing(told, checkpoint)

        told = await rig.tell(key, body=POISON)
        async with working(rig.relay(), rig.subscription(lambda _: fails_at_first)):
            await rig.until_heard(key, told)
        assert hearing.tries[told[0]] == TRIES
        assert await rig.parking.list() == []

    run(scenario)


def test_later_events_of_a_parked_key_queue_behind_it_untried_also_after_a_restart(run):
    async def scenario(rig):
        sick, sound = (key for _, key in zip(range(2), keys_of(0), strict=False))
        async with working(rig.relay()):
            poison = await rig.tell(sick, body=POISON)
            async with working(rig.subscription()):
                await rig.until_parked(*poison)
                behind = await rig.tell(sick)
                await rig.until_parked(*poison, *behind)
            async with working(rig.subscription()):
                behind += await rig.tell(sick)
                told = await rig.tell(sound)
                await rig.until_heard(sound, told)
        assert [(each.position, each.tries) for each in await rig.parking.list(key=sick)] == [(poison[0], 5), (behind[0], 0), (behind[1], 0)]
        assert [rig.heard.tries[position] for position in behind] == [0, 0]
        assert await rig.heard_of(sick) == []

    run(scenario)


def test_replay_after_the_mend_applies_all_in_order_exactly_once_and_the_key_flows_again(run):
    async def scenario(rig):
        sick, other = (key for _, key in zip(range(2), keys_of(0), strict=False))
        reading = rig.subscription()
        async with working(rig.relay(), reading):
            told = await rig.tell(sick, body=POISON) + await rig.tell(sick) + await rig.tell(sick, body=POISON)
            stays = await rig.tell(other, body=POISON)
            await rig.until_parked(*told, *stays)
            rig.heard.mended = True
            assert await reading.replay(sick) == 3
            assert await rig.heard_of(sick) == told
            told += await rig.tell(sick)
            await rig.until_heard(sick, told)
            assert await reading.replay(sick) == 0
        assert [each.position for each in await rig.parking.list()] == stays
        assert await rig.heard_of(sick) == told

    run(scenario)


def test_what_was_applied_but_is_still_parked_is_not_applied_twice_by_a_replay(run):
    async def scenario(rig):
        sick = next(keys_of(0))
        reading = rig.subscription()
        async with working(rig.relay(), reading):
            told = await rig.tell(sick, body=POISON)
            await rig.until_parked(*told)
            rig.heard.mended = True
            (recorded,) = await rig.owner.read_after(0, public=True)
            await rig.heard(recorded, None)  # a replay that was killed before it released
            assert await reading.replay() == 1
        assert await rig.heard_of(sick) == told
        assert await rig.parking.list() == []

    run(scenario)


def test_replay_without_a_mend_raises_and_keeps_everything_parked(run):
    async def scenario(rig):
        sick = next(keys_of(0))
        reading = rig.subscription()
        async with working(rig.relay(), reading):
            told = await rig.tell(sick, body=POISON) + await rig.tell(sick)
            await rig.until_parked(*told)
            with pytest.raises(ValueError, match="planted"):
                await reading.replay()
        assert [each.position for each in await rig.parking.list()] == told
        assert await rig.heard_of(sick) == []

    run(scenario)


def test_an_outage_parks_nothing_and_is_never_counted_as_a_try(run):
    async def scenario(rig):
        key = next(keys_of(0))
        rig.heard.outages = TRIES + 2
        told = await rig.tell(key, key)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_heard(key, told)
        assert rig.heard.tries == {told[0]: TRIES + 3, told[1]: 1}
        assert await rig.parking.list() == []

    run(scenario)


def test_tries_before_and_after_an_outage_are_not_added_up(run):
    async def scenario(rig):
        key = next(keys_of(0))
        hearing = rig.heard

        async def fails_around_an_outage(told, checkpoint):
            hearing.outages = int(hearing.tries[told.position] == TRIES - 1)
            hearing.mended = hearing.tries[told.position] >= 2 * TRIES - 2
            return await hearing(told, checkpoint)

        told = await rig.tell(key, body=POISON)
        async with working(rig.relay(), rig.subscription(lambda _: fails_around_an_outage)):
            await rig.until_heard(key, told)
        assert hearing.tries[told[0]] == 2 * TRIES - 1
        assert await rig.parking.list() == []

    run(scenario)


def test_an_outage_while_parking_parks_all_the_same_and_once(run, monkeypatch):
    async def scenario(rig):
        sick = next(keys_of(0))
        park, failed = ParkingLot.park, list[object]()

        async def unavailable_at_first(self, *given):
            if not failed:
                failed.append(True)
                raise Unavailable("planted")
            await park(self, *given)

        monkeypatch.setattr(ParkingLot, "park", unavailable_at_first)
        told = await rig.tell(sick, body=POISON)
        async with working(rig.relay(), rig.subscription()):
            await rig.until_checkpoint(0, told[0])
        assert [each.position for each in await rig.parking.list()] == told
        assert failed

    run(scenario)


def test_an_event_queued_behind_by_a_process_that_was_killed_then_is_not_applied_out_of_order(run):
    async def scenario(rig):
        sick = next(keys_of(0))
        async with working(rig.relay()):
            poison = await rig.tell(sick, body=POISON)
            async with working(rig.subscription()):
                await rig.until_checkpoint(0, poison[0])
            behind = await rig.tell(sick)
            (recorded,) = await rig.owner.read_after(poison[0], public=True)
            assert await rig.parking.queue_behind("cases", "intake", recorded)  # killed here, before its checkpoint
            async with working(rig.subscription()):
                await rig.until_checkpoint(0, behind[0])
        assert rig.heard.tries[behind[0]] == 0
        assert await rig.heard_of(sick) == []

    run(scenario)


def test_a_key_parked_while_the_parked_keys_are_read_stays_parked(run, soon, monkeypatch):
    async def scenario(rig):
        sick = next(keys_of(0))
        keys, asked, answered = ParkingLot.keys, [], [asyncio.Event() for _ in range(1000)]

        async def slow_keys(self, *given):
            found = await keys(self, *given)
            asked.append(found)
            await answered[len(asked) - 1].wait()
            return found

        async def asked_again() -> bool:
            return len(asked) > 2

        monkeypatch.setattr(ParkingLot, "keys", slow_keys)
        answered[0].set()  # the one of the start
        async with working(rig.relay(), rig.subscription()):

            async def looking() -> bool:
                return len(asked) == 2

            await eventually(looking)
            poison = await rig.tell(sick, body=POISON)
            await rig.until_checkpoint(0, poison[0])
            answered[1].set()
            await eventually(asked_again)
            behind = await rig.tell(sick)
            await rig.until_checkpoint(0, behind[0])
            for each in answered:
                each.set()
        assert rig.heard.tries[behind[0]] == 0

    run(scenario)
