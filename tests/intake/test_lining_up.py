"""Whoever sends more than can be worked on waits in a line of their own (ADR 59): nobody else waits behind them, and no address outlives its request."""

import asyncio

import pytest

from services.intake.form.lining_up import Crowded, Lines

pytestmark = pytest.mark.anyio


async def test_a_network_s_requests_take_turns_and_another_s_waits_for_none_of_them():
    lines, done, going_on = Lines(at_once=2, most=3), [], asyncio.Event()

    async def asked(network: str, name: str) -> None:
        async with lines.turn(network):
            done.append(name)
            if network == "flooding":
                await going_on.wait()

    flood = [asyncio.create_task(asked("flooding", f"junk-{number}")) for number in range(5)]
    await asyncio.sleep(0)
    await asked("a child's", "true")
    assert done == ["junk-0", "junk-1", "true"]
    with pytest.raises(Crowded):
        await asked("flooding", "one too many")
    going_on.set()
    await asyncio.gather(*flood)
    assert done == ["junk-0", "junk-1", "true", "junk-2", "junk-3", "junk-4"]
    assert lines._lines == {}, "nothing is remembered of whom nothing is under way"


async def test_whoever_goes_away_while_waiting_leaves_the_line():
    lines, going_on = Lines(at_once=1, most=1), asyncio.Event()

    async def asked() -> None:
        async with lines.turn("one"):
            await going_on.wait()

    first, second = asyncio.create_task(asked()), asyncio.create_task(asked())
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    third = asyncio.create_task(asked())
    await asyncio.sleep(0)
    going_on.set()
    await asyncio.gather(first, third)
    assert lines._lines == {}
