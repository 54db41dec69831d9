"""Readiness shows a part that has stopped, is stuck or never ran."""

import pytest

from shared import heartbeat
from shared.delivery import subscription
from shared.heartbeat import health
from shared.testing import eventually
from tests.delivery.rig import keys_of, sound, unsound, working


@pytest.fixture
def quick_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.05)
    monkeypatch.setattr(heartbeat, "STUCK", 1.0)


def test_a_stuck_handler_shows_in_the_heartbeat_and_the_mend_too(run, quick_heart):
    async def scenario(rig):
        key, reading = next(keys_of(0)), rig.subscription()
        async with working(rig.heartbeats, rig.relay(), reading):
            await eventually(lambda: sound(rig, reading.name))
            rig.heard.hold(key)
            told = await rig.tell(key)
            await eventually(lambda: unsound(rig, reading.name))
            assert "works on one message" in str((await health(rig.databases["cases"], [reading.name]))[reading.name]["why"])
            rig.heard.let_go(key)
            await rig.until_heard(key, told)
            await eventually(lambda: sound(rig, reading.name))

    run(scenario)


def test_a_stuck_handler_shows_although_other_partitions_go_on(run, quick_heart):
    async def scenario(rig):
        stuck, flowing = next(keys_of(0)), next(keys_of(1))
        reading = rig.subscription()
        rig.heard.hold(stuck)
        async with working(rig.heartbeats, rig.relay(), reading):
            await eventually(lambda: sound(rig, reading.name))
            await rig.tell(stuck)

            async def shows() -> bool:
                await rig.tell(flowing)
                return await unsound(rig, reading.name)

            try:
                await eventually(shows)
            finally:
                rig.heard.let_go(stuck)

    run(scenario)


def test_a_part_that_stopped_gives_no_sign_of_life_and_one_that_never_ran_says_so(run, monkeypatch):
    monkeypatch.setattr(heartbeat, "EVERY", 0.05)
    monkeypatch.setattr(heartbeat, "LATE", 0.5)

    async def scenario(rig):
        reading = rig.subscription()
        async with working(rig.heartbeats):
            monkeypatch.setattr(subscription, "TICK", 0.05)
            async with working(reading):
                await eventually(lambda: sound(rig, reading.name))
            await eventually(lambda: unsound(rig, reading.name))
            told = await health(rig.databases["cases"], [reading.name, "other"])
        assert "no sign of life" in str(told[reading.name]["why"])
        assert told["other"]["why"] == "never ran"

    run(scenario)
