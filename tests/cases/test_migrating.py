"""From a store of the release before generations: lists answer what a fold of the store says, or that they are being built, from the first moment."""

import asyncio

import pytest

from shared.eventstore import filling, projection
from shared.testing import eventually
from tests.cases.desk import desk
from tests.cases.folded import Asker
from tests.cases.older import make_older
from tests.cases.reading import Reader, Readers
from tests.logins import prepared

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def slowly(monkeypatch):
    monkeypatch.setattr(filling, "BATCH", 4)


def readers_of(cases, school):
    people = [Asker(school.named(name), school.id, name == "coordinator") for name in ("counsellor", "coordinator")]
    return Readers([Reader(cases, school, each) for each in people])


async def some_cases(cases):
    school = await cases.school()
    for number in range(5):
        case = await school.case(f"student-{number}")
        await school.ask(case, minutes=-20)
    return school


async def test_a_store_that_was_level_is_carried_over_and_never_half_filled(database, redis_url):
    async with desk(database, redis_url) as cases:
        school = await some_cases(cases)
    make_older(database)
    prepared(database)
    async with desk(database, redis_url) as cases:
        school.desk = cases
        readers = readers_of(cases, school)
        readers.start()
        await school.ask(await school.case("student-9"), minutes=-5)
        await readers.have_read(2)
        await readers.stop()
        print(f"answers while an older store was carried over: {dict(readers.statuses)}")
        assert await readers.wrong() == []
        assert len((await cases.get("cases", school.counsellor)).json()["items"]) == 6


async def half_built(cases):
    """A rebuild that ends with its process: some events are in it."""

    async def begun() -> bool:
        return bool(await cases.sql("SELECT 1 FROM view_checkpoint WHERE view = 'case_list_v2' AND state = 'building' AND position > 8"))

    asked = asyncio.create_task(cases.client.post("/cases/api/views/case_list_v2/rebuild", headers=cases.service))
    await eventually(begun)
    asked.cancel()


async def test_a_rebuild_of_the_older_release_that_was_killed_answers_nothing_until_it_is_whole(database, redis_url, monkeypatch):
    async with desk(database, redis_url) as cases:
        school = await some_cases(cases)
        await half_built(cases)
    make_older(database, state="building")
    prepared(database)
    monkeypatch.setattr(projection, "PATIENCE", 0.01)
    async with desk(database, redis_url) as cases:
        school.desk = cases
        readers = readers_of(cases, school)
        readers.start()
        await readers.have_read(2)
        await readers.stop()
        print(f"answers while a rebuild that was cut short was built on: {dict(readers.statuses)}")
        assert readers.statuses[503], "it was seen while it was built"
        assert await readers.wrong() == []
