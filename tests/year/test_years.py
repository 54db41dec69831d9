"""Laws over random years of a district (domain.md, People come and go): what happens is random, what answers is the code of the services.

A year that breaks a law is told by its seed and its diary, cut off after the first thing that broke it: `Year(seed)` gives the same year again.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from unittest.mock import patch

import pytest

from services.cases.commands import fill, schools
from services.notifications.domain.alert import ALERT
from shared.decider import load
from shared.errors import TanggapError
from tests.cases.people import NOW
from tests.intake.exports import Export
from tests.year import laws
from tests.year.exporting import zipped
from tests.year.intake import Intake
from tests.year.leading import led_or_found
from tests.year.living import Year
from tests.year.services import NoAgencies, Services, StandsStill

BRIEFLY, BRIEF_PIECES = 30, 6
YEARS, PIECES = 2_000, 80
"""How many years are lived in how many tests: always, and where there is time."""

STEPS = 90

SCRATCHES: dict[int, tuple[Export, dict[str, tuple[object, ...]]]] = {}
"""The last export that was imported from scratch, by identity, with its roster: the law asks after each step."""


class LawBroken(AssertionError):
    """The seed of the year, what is wrong, and the diary."""


async def wrong(year: Year, known: set[str]) -> list[str]:
    """What breaks one of the first four laws now. known: everybody who was ever in the roster."""
    services = year.services
    known |= set(services.roster.posts.people)
    gone = {person for person in known if person not in services.roster.posts.people or person in services.roster.posts.suspended}
    alerts = {stream: (await load(services.notifications, ALERT, stream)).state for stream in await services.notifications.streams("alert-")}
    return [
        *laws.expected_and_owned(services), *laws.concerns_in_one_case(services), *laws.alerts_end(services, alerts),
        *laws.who_left_opens_nothing(services, gone), *led_or_found(year.leading.acts, services.groups),
    ]  # fmt: skip


async def from_scratch(whole: Export) -> dict[str, tuple[object, ...]]:
    """The roster that this export gives a district which had none."""
    if id(whole) not in SCRATCHES:
        fresh = Services(random.Random(0), NOW)
        await Intake(fresh).bring(zipped(whole), allow_drop=True)
        await fresh.settle()
        SCRATCHES.clear()
        SCRATCHES[id(whole)] = whole, laws.roster(fresh)
    return SCRATCHES[id(whole)][1]


async def roster_differs(year: Year) -> list[str]:
    """The fifth law: everybody stands in the roster as a first import of the last whole export has them, in each of the services."""
    if year.clean is None:
        return []
    here, there = laws.roster(year.services), await from_scratch(year.clean)
    return [
        f"{person} is {here.get(person)} and would be {there.get(person)}"
        for person in here.keys() | there.keys()
        if here.get(person) != there.get(person)
    ]


async def lived(seed: int, steps: int = STEPS) -> Year:
    """Raises: LawBroken."""
    year, known = Year(seed), set[str]()
    with (
        patch.object(fill, "Whereabouts", lambda _: year.services.whereabouts),
        patch.object(schools, "Whereabouts", lambda _: year.services.whereabouts),
        patch.object(fill, "Agencies", lambda _: NoAgencies()),
    ):
        try:
            await year.begin()
            for _ in range(steps):
                await year.happens()
                require(year, [*await wrong(year, known), *await roster_differs(year)] if year.settled else [])
            await year.ends()
            require(year, [*await wrong(year, known), *await roster_differs(year)])
        except (TanggapError, StandsStill) as error:
            raise LawBroken(told(year, [f"{type(error).__name__}: {error}"])) from error
    return year


def require(year: Year, broken: list[str]) -> None:
    if broken:
        raise LawBroken(told(year, broken))


def told(year: Year, broken: list[str]) -> str:
    return "\n".join([f"year {year.seed}:", *broken, "its diary:", *year.diary])


def live(seeds: range) -> Counter[str]:
    """What was done with cases in these years."""
    done: Counter[str] = Counter()
    for seed in seeds:
        done += asyncio.run(lived(seed)).working.given
    return done


@pytest.mark.long
@pytest.mark.parametrize("piece", range(BRIEF_PIECES))
def test_the_laws_hold_in_every_year(piece):
    assert live(range(piece, BRIEFLY, BRIEF_PIECES)).total() > 0, "people did something"


@pytest.mark.thorough
@pytest.mark.parametrize("piece", range(PIECES))
def test_the_laws_hold_in_two_thousand_years(piece):
    done = live(range(piece, YEARS, PIECES))
    moving = {"acknowledge", "assign", "close", "declare-conflict", "match", "merge-into", "transfer-case", "unmatch-student", "wait-for-case"}
    assert moving <= set(done), f"the years have seen the acts that move cases: {done}"
