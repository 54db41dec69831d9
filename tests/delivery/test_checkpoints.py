"""A checkpoint moves together with the effect, and never back."""

from shared.delivery import subscription
from shared.eventstore.store import Checkpoint, Stored
from shared.testing import eventually
from tests.delivery.rig import SILENT, Hearing, keys_of, working


def test_events_that_ask_for_nothing_move_the_checkpoint_a_little_later(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(key, key, key, body=SILENT)
            await rig.until_checkpoint(0, told[-1])
            told += await rig.tell(key)
            await rig.until_heard(key, told[-1:])
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_an_event_that_asks_for_something_takes_the_quiet_ones_before_it_along(run, monkeypatch):
    monkeypatch.setattr(subscription, "CONFIRM", 3600)

    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay(), rig.subscription()):
            quiet = await rig.tell(key, key, body=SILENT)
            told = await rig.tell(key)
            await rig.until_heard(key, told)
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[0]
        assert rig.heard.tries == dict.fromkeys((*quiet, *told), 1)
        assert rig.feed.pulled == []

    run(scenario)


def test_a_process_that_was_overtaken_without_knowing_applies_nothing_twice(run):
    async def scenario(rig):
        key = next(keys_of(0))
        rig.heard.hold(key)
        told = await rig.tell(key, key)
        first, second = await rig.owner.read_after(0, public=True)
        ahead = Hearing(rig.reader)

        async def holding() -> bool:
            return rig.heard.tries[told[0]] == 1

        async with working(rig.relay(), rig.subscription()):
            await eventually(holding)
            assert isinstance(await ahead(first, Checkpoint("cases", "intake", 0, 0, told[0])), Stored)
            assert isinstance(await ahead(second, Checkpoint("cases", "intake", 0, told[0], told[1])), Stored)
            rig.heard.let_go(key)
            told += await rig.tell(key)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)
