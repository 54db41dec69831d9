"""Which machines' keys hold, as a process knows it: asked again after a second, and none while intake does not answer (ADR 43)."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import FixedClock
from shared.errors import Unavailable
from shared.machines.key import ApiKey, ShownKey, new_key, shown_key
from shared.machines.known import MOST, KnownKeys

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Owner:
    """Intake, as far as it is asked. asked: every question."""

    def __init__(self, *values: str) -> None:
        self.holding = {
            shown: ApiKey(shown.id, "rsud", "agency", frozenset({"referrals:read"}), NOON + timedelta(days=1)) for shown in map(_shown, values)
        }
        self.answers = True
        self.asked: list[list[ShownKey]] = []

    async def look(self, shown: Sequence[ShownKey]) -> Mapping[ShownKey, ApiKey]:
        self.asked.append(list(shown))
        if not self.answers:
            raise Unavailable
        return {each: self.holding[each] for each in shown if each in self.holding}


def _shown(value: str) -> ShownKey:
    found = shown_key(value)
    assert found
    return found


class World:
    """One process, and seconds that pass only here."""

    def __init__(self, *values: str) -> None:
        self.owner, self.clock, self.seconds = Owner(*values), FixedClock(NOON), 0.0
        self.known = KnownKeys(self.owner, self.clock, lambda: self.seconds)

    async def holds(self, value: str) -> bool:
        return await self.known.of(value) is not None


def test_a_key_says_its_id_and_never_looks_like_another():
    one, other = new_key(), new_key()
    assert (one.startswith("tgk_"), one != other, _shown(one) != _shown(other)) == (True, True, True)
    changed = one[:-1] + ("A" if one[-1] != "A" else "B")
    assert (_shown(changed).id, _shown(changed).digest != _shown(one).digest) == (_shown(one).id, True)


WHOLE = "tgk_0123456789abcdef_" + "k" * 43


@pytest.mark.parametrize("value", ["", "tgk_", "tgk_0123456789abcdef_", "tgp_x.y.z", "tgk_0123456789abcdef_" + "é" * 43, WHOLE + "\n", WHOLE[:-1]])
def test_what_is_no_key_by_its_form_is_asked_of_nobody(value):
    async def scenario():
        world = World()
        assert not await world.holds(value)
        assert world.owner.asked == []

    asyncio.run(scenario())


def test_an_ended_key_is_refused_a_second_later_and_one_that_does_not_hold_is_not_asked_for_all_the_time():
    async def scenario():
        value, unknown = new_key(), new_key()
        world = World(value)
        assert [await world.holds(value), await world.holds(value), await world.holds(unknown), await world.holds(unknown)] == [
            True,
            True,
            False,
            False,
        ]
        assert len(world.owner.asked) == 2
        world.owner.holding.clear()
        world.seconds = 0.99
        assert await world.holds(value)
        world.seconds = 1.0
        assert not await world.holds(value)

    asyncio.run(scenario())


def test_a_key_that_runs_out_is_refused_in_the_same_moment():
    async def scenario():
        value = new_key()
        world = World(value)
        assert await world.holds(value)
        world.clock.moment = NOON + timedelta(days=1)
        assert not await world.holds(value)

    asyncio.run(scenario())


def test_while_intake_does_not_answer_no_key_holds_after_the_second():
    async def scenario():
        value = new_key()
        world = World(value)
        assert await world.holds(value)
        world.owner.answers, world.seconds = False, 1.0
        with pytest.raises(Unavailable):
            await world.holds(value)

    asyncio.run(scenario())


def test_guesses_fill_no_memory():
    async def scenario():
        world = World()
        await asyncio.gather(*(world.holds(new_key()) for _ in range(MOST + 50)))
        assert len(world.known._known) == MOST
        assert max(map(len, world.owner.asked)) <= 100

    asyncio.run(scenario())
