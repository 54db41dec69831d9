"""Nobody finds a receipt by trying, and nobody who has one is kept out."""

import pytest

from services.intake.digits import BITS
from services.intake.guessing import LONGEST_WAIT, OF_A_NETWORK, OF_EVERYBODY, Guessing
from services.intake.lettering import LENGTH, LOCATOR
from shared.errors import Unavailable

pytestmark = pytest.mark.anyio
YEAR = 365.25 * 24 * 3600
HERE, THERE = "203.0.113.77", "198.51.100.1"


class Time:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, list[float]()

    def clock(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def guessing(time) -> Guessing:
    return Guessing(time.clock, time.pause)


async def test_at_the_allowed_rate_a_receipt_is_found_after_more_years_than_there_are_stars(guessing, time):
    """The rate is the one that is let through, tried here from ever other networks; half of the secrets are tried on average."""
    tries = OF_EVERYBODY.at_once + 2_000
    for number in range(tries):
        await guessing.turn(f"network {number}")
    rate = (tries - OF_EVERYBODY.at_once) / time.now
    assert rate <= OF_EVERYBODY.a_second * 1.001
    years = 2 ** (BITS - 1) / OF_EVERYBODY.a_second / YEAR
    of_letters = 2 ** (5 * (LENGTH - LOCATOR) - 1) / OF_EVERYBODY.a_second / YEAR
    assert (years > 1e28, of_letters > 9e7) == (True, True)


async def test_what_was_right_is_no_try(guessing, time):
    for _ in range(10 * OF_A_NETWORK.at_once):
        await guessing.turn(HERE)
        guessing.right(HERE)
    assert time.waits == []


async def test_a_network_that_guesses_waits_and_another_does_not(guessing, time):
    for _ in range(OF_A_NETWORK.at_once + 10):
        await guessing.turn(HERE)
    assert len(time.waits) == 10
    await guessing.turn(THERE)
    assert len(time.waits) == 10


async def test_whoever_would_wait_too_long_comes_again_and_loses_nothing_by_it(time):
    async def at_the_same_time(_: float) -> None:
        pass

    guessing = Guessing(time.clock, at_the_same_time)
    let_through = OF_A_NETWORK.at_once + int(LONGEST_WAIT * OF_A_NETWORK.a_second)
    for _ in range(let_through):
        await guessing.turn(HERE)
    for _ in range(1_000):
        with pytest.raises(Unavailable):
            await guessing.turn(HERE)
    time.now += 1.0
    await guessing.turn(HERE)


async def test_no_address_is_kept_even_in_memory(guessing):
    await guessing.turn(HERE)
    assert HERE not in repr(vars_of(guessing))


def vars_of(guessing: Guessing) -> list[object]:
    return [getattr(guessing._buckets, name) for name in ("_networks", "_everybody", "_key")]
