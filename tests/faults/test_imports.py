"""An import of a roster is killed at random moments, while it reads, compares or applies: repeated, it ends in the roster of one that nobody disturbed."""

import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from district.sample.people import District
from district.sample.roster import write_roster
from services.intake.roster.person import Person
from tests.faults.rig import chance
from tests.faults.test_faults import RUNS, SEED
from tests.intake.office import Office, opened, sample, without
from tests.intake.test_roster_imports import child, roster_of

pytestmark = [pytest.mark.faults, pytest.mark.anyio]

KILLS = max(1, RUNS // 3)

Roster = dict[str, Person | None]


def bundles(folder: Path) -> tuple[Path, Path]:
    """A district, and the same with a third of its people changed and two of its students gone."""
    district = sample(60)
    changed = [replace(each, family="Menikah") if place % 3 == 0 else each for place, each in enumerate(without(district, 2).people)]
    return write_roster(district, folder / "a.zip"), write_roster(District(district.schools, changed), folder / "b.zip")


def begun(database: str, bundle: Path) -> subprocess.Popen[str]:
    process = child(database, bundle)
    assert process.stdout and process.stdout.readline().strip() == "begun"
    return process


@dataclass(frozen=True)
class Course:
    """An import that nobody disturbs. seconds: how long it takes. batches: how many it appends."""

    seconds: float
    batches: int


def undisturbed_course(database: str, bundle: Path) -> Course:
    process, since = begun(database, bundle), time.monotonic()
    lines, _ = process.communicate()
    assert process.returncode == 0
    return Course(time.monotonic() - since, len(lines.splitlines()))


def killed(database: str, bundle: Path, course: Course, luck: Random) -> None:
    """At once when it begins or has appended a batch, for appending is quick, or a while after it."""
    process = begun(database, bundle)
    try:
        for _ in range(luck.randrange(course.batches)):
            assert process.stdout and process.stdout.readline()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=luck.choice((0, luck.uniform(0, course.seconds))))
    finally:
        process.kill()
        process.communicate()


@asynccontextmanager
async def looking_at(database: str, folder: Path) -> AsyncIterator[tuple[Office, Roster]]:
    async with opened(database, folder) as office:
        assert await office.directory.caught_up(await office.kernel.store.head(), within=30)
        yield office, await roster_of(office)


async def registrations(office: Office) -> list[str]:
    return sorted(each["person"] for each in await office.told("person-registered"))


async def test_an_import_that_is_killed_at_any_moment_and_repeated_ends_as_one_that_nobody_disturbed(database, new_database, tmp_path):
    luck, pair, halves = chance(SEED), bundles(tmp_path), 0
    with new_database() as other:
        course = [undisturbed_course(other, bundle) for bundle in (*pair, pair[0])][-1]
        undisturbed: list[Roster] = []
        for bundle in pair:
            async with opened(other, tmp_path) as office:
                await office.bring(bundle)
                undisturbed.append(await roster_of(office))
    async with opened(database, tmp_path) as office:
        await office.bring(pair[0])
    for kill in range(KILLS):
        wanted, before = undisturbed[(kill + 1) % 2], undisturbed[kill % 2]
        killed(database, pair[(kill + 1) % 2], course, luck)
        async with looking_at(database, tmp_path) as (office, half):
            halves += half not in (wanted, before)
            assert all(half.get(person) in (before.get(person), wanted.get(person)) for person in half), kill
            await office.bring(pair[(kill + 1) % 2])
            assert await roster_of(office) == wanted, kill
    assert halves, "no kill fell into the middle of an import: nothing is proved"
    async with looking_at(database, tmp_path) as (office, _):
        told = await registrations(office)
    assert told == await undisturbed_registrations(new_database, pair, tmp_path)


async def undisturbed_registrations(new_database, pair: tuple[Path, Path], folder: Path) -> list[str]:
    """Who is registered how often where the same imports are never killed: nobody comes in twice because of a kill."""
    with new_database() as database:
        async with opened(database, folder) as office:
            for number in range(KILLS + 1):
                await office.bring(pair[number % 2])
            return await registrations(office)
