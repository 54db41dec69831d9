"""What answers in a year in place of tables answers as the tables do: the same years' rosters are kept by both, and both are asked the same.

Without it the laws would hold in a district that is not the product's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.cases.domain.successor import Staff
from services.cases.reading.absences import Absences, Moved
from services.cases.reading.roster import Roster
from services.cases.reading.whereabouts import Whereabouts
from services.notifications.views import Roster as NotificationsRoster
from shared.clock import SystemClock
from shared.database import Database
from shared.events import (
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    SchoolRegistered,
    read_public,
)
from shared.eventstore.memory import InMemoryEventStore
from shared.message import Recorded
from shared.posts import Posts
from shared.school_day import national
from tests.logins import login, past_the_wall
from tests.year import rosters
from tests.year.absent import Absences as MadeAbsences
from tests.year.book import Book
from tests.year.people import People
from tests.year.rosters import ZONE, CasesRoster
from tests.year.test_years import lived

pytestmark = pytest.mark.anyio

SEEDS = (3, 20)
STEPS = 70
EVERY = 200
"""Events of the roster between two comparisons."""

FACTS = (SchoolRegistered, PersonRegistered, PersonLeft, PersonAppointed, PersonDismissed, PersonSuspended, PersonReinstated)


@dataclass
class Tables:
    """What cases and notifications keep in PostgreSQL."""

    cases: Database
    roster: Roster
    whereabouts: Whereabouts
    absences: Absences
    notified: NotificationsRoster


@pytest.fixture
async def tables(database: str) -> AsyncIterator[Tables]:
    cases, notifications = (Database(login(database, name), name, size=2) for name in ("cases", "notifications"))
    await cases.open()
    await notifications.open()
    posts, told = Posts(cases), Posts(notifications)
    try:
        yield Tables(
            cases, Roster(cases, posts), Whereabouts(cases), Absences(cases, posts), NotificationsRoster(notifications, told, national(ZONE))
        )  # fmt: skip
    finally:
        await cases.close()
        await notifications.close()


class Made:
    """The same without tables."""

    def __init__(self) -> None:
        self.roster = CasesRoster()
        self.whereabouts = rosters.Whereabouts(self.roster)
        self.absences = MadeAbsences(self.roster.posts, Book(InMemoryEventStore()))
        self.notified = rosters.NotificationsRoster(SystemClock())


async def keep(service: Tables | Made, event: Recorded) -> None:
    """As the services' handlers of intake's events do."""
    told = read_public(event.type, event.body)
    if not isinstance(told, FACTS):
        return
    if isinstance(told, Moved):
        await service.absences.keep(told, event.position)
    await service.roster.keep(told, event.position)
    await service.notified.keep(told, event.position)
    if isinstance(told, PersonRegistered | PersonLeft):
        await service.whereabouts.keep(told, event.position)


async def same(tables: Tables, made: Made, known: People) -> None:
    """Everybody stands alike in both, and each school has the same people in the same order."""
    for person in sorted({*known.people, *known.posts_of}):
        assert await tables.roster.posts.of(person) == known.standing(person), person
        assert await tables.roster.person(person) == await made.roster.person(person)
        assert await tables.roster.children(person) == await made.roster.children(person)
        assert await tables.whereabouts.of(person) == await made.whereabouts.of(person)
        assert await tables.notified.school(person) == await made.notified.school(person)
        assert await tables.notified.guardians(person) == await made.notified.guardians(person)
    for school in known.schools:
        assert await tables.roster.staff(school) == await made.roster.staff(school)
        assert _without_nobody(await tables.notified.staff(school)) == _without_nobody(await made.notified.staff(school))
        assert await tables.whereabouts.is_school(school) == await made.whereabouts.is_school(school)
        assert await staff(tables, school) == {role: await known.holders(role, school) or tuple(known.nearby(school)) * (role == "counsellor")
                                               for role in ("counsellor", "coordinator", "principal", "district-duty", "district-officer")}  # fmt: skip
    assert await gone(tables) == made.absences.kept


def _without_nobody(staff: dict[str, list[str]]) -> dict[str, list[str]]:
    return {role: people for role, people in staff.items() if people}


async def staff(tables: Tables, school: str) -> dict[str, tuple[str, ...]]:
    found: Staff = await tables.absences.staff(school)
    return {role: tuple(people) for role, people in found.by_role.items()}


async def gone(tables: Tables) -> dict[tuple[str, str], str]:
    """Who is gone from which school, and why."""
    async with past_the_wall(tables.cases).statement() as connection:
        rows = await (await connection.execute("SELECT person, school, why FROM gone_v1")).fetchall()
    return {(person, school): why for person, school, why in rows}


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_tables_and_what_stands_in_for_them_answer_alike(tables: Tables, seed: int):
    year, made = await lived(seed, STEPS), Made()
    told = [event for event in year.services.intake.events if event.public]
    for number, event in enumerate(told, start=1):
        await keep(tables, event)
        await keep(made, event)
        if number % EVERY == 0 or number == len(told):
            await same(tables, made, made.roster.posts)
    assert made.absences.kept, "somebody left, so that there was something to compare"
