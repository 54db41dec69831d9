"""A read model is whole or says that it is not: what a reader gets, and what a rebuild under load shows of itself (architecture, decision 18)."""

import asyncio
from dataclasses import replace
from typing import Literal

import pytest

from shared.errors import BehindWrite, StillBuilding
from shared.eventstore import building, filling, generations, lag, projection
from shared.message import Event
from shared.running import keep_running
from shared.testing import eventually
from tests.shared.test_tail import event, item
from tests.shared.viewing import VIEW, Place, place, project, rows, watched

pytestmark = pytest.mark.anyio


class Named(Event):
    """An event about somebody, whose body is written as every body is."""

    type: Literal["somebody-named"] = "somebody-named"
    version: Literal[1] = 1
    person: str


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def here(database):
    async with place(database) as opened:
        yield opened


@pytest.fixture
def slowly(monkeypatch):
    """Small batches, so that building takes many of them."""
    monkeypatch.setattr(filling, "BATCH", 10)


# reading ---------------------------------------------------------------------------------------------------------------


async def test_whoever_reads_gets_everything_that_was_stored_when_they_asked_whichever_process_wrote_it(here):
    one, other = await here.process(), await here.process()
    one.start()
    for count in (1, 3, 2, 4):
        await (one if count % 2 else other).append(count)
        assert await one.read() == await one.store.head()
        assert await other.read() == await other.store.head(), "its own view does not run: the other process follows for it"


async def test_a_view_that_does_not_follow_says_so_within_its_patience(here, monkeypatch):
    monkeypatch.setattr(projection, "PATIENCE", 0.1)
    one = await here.process()
    one.start()
    await one.append()
    assert await one.read() == 1
    await one.stop()
    await one.append()
    with pytest.raises(BehindWrite):
        await one.read()
    async with one.view.as_it_stands() as reading:
        assert await rows(reading) == 1


async def test_who_asks_about_somebody_waits_for_what_names_them_and_for_nothing_else(here, monkeypatch):
    monkeypatch.setattr(projection, "PATIENCE", 0.1)
    one = await here.process()
    one.start()
    await one.append()
    assert await one.read() == 1
    await one.stop()
    await one.append()
    (stream,) = (await here.sql("SELECT stream FROM event WHERE position = 2"))[0]
    async with one.view.reading("*", about=["somebody-else"]) as reading:
        assert await rows(reading) == 1
    with pytest.raises(BehindWrite):
        async with one.view.reading("*", about=["somebody-else", stream]):
            pass
    one.start()
    monkeypatch.setattr(projection, "PATIENCE", 30)
    async with one.view.reading("*", about=[stream]) as reading:
        assert await rows(reading) == 2


@pytest.mark.parametrize("named", ["sd1", 'rows "7" of\\of', "siswa\x1f\té"], ids=["plain", "quoted", "control"])
async def test_who_asks_about_somebody_finds_their_id_as_a_body_writes_it(here, monkeypatch, named):
    monkeypatch.setattr(projection, "PATIENCE", 0.1)
    one = await here.process()
    one.start()
    await one.append()
    assert await one.read() == 1
    await one.stop()
    await one.store.append(item(replace(event(), body=Named(person=named).model_dump_json())))
    with pytest.raises(BehindWrite):
        async with one.view.reading("*", about=[named]):
            pass
    async with one.view.reading("*", about=[f"{named}-else"]) as reading:
        assert await rows(reading) == 1


async def test_a_view_that_was_never_built_says_so_and_not_that_there_is_nothing(here, monkeypatch):
    monkeypatch.setattr(projection, "PATIENCE", 0.1)
    one = await here.process()
    await one.append(3)
    with pytest.raises(StillBuilding):
        await one.read()
    with pytest.raises(StillBuilding):
        async with one.view.as_it_stands():
            pass
    one.start()
    assert await one.view.caught_up(3, within=30)
    assert await one.read() == 3


async def test_the_first_build_answers_when_it_is_whole_and_not_before(here, slowly, monkeypatch):
    monkeypatch.setattr(projection, "PATIENCE", 0.01)
    one = await here.process()
    await one.append(95)
    one.start()
    found: set[int] = set()
    refused = 0
    while not found:
        try:
            found.add(await one.read())
        except StillBuilding:
            refused += 1
    assert found == {95}
    assert refused


async def test_a_reader_waits_without_the_poll_for_what_another_process_appended(here, monkeypatch):
    monkeypatch.setattr(projection, "IDLE", 60.0)
    one, other = await here.process(), await here.process()
    one.start()
    await one.append()
    assert await one.read() == 1
    await other.append()  # rings another doorbell
    assert await one.read() == 2


# rebuilding ------------------------------------------------------------------------------------------------------------


async def test_rebuilds_under_load_never_show_a_gap(here, slowly):
    one = await here.process()
    one.start()
    await one.append(300)
    async with watched(one) as watcher:
        for _ in range(4):
            assert await one.view.rebuild() >= 300
    print(f"{watcher.answered} answers while it was rebuilt four times, {watcher.refused} times 503")
    assert watcher.gaps == []
    assert watcher.answered > 20
    await eventually(here.one_is_left)
    assert await one.read() == await one.store.head()


async def test_a_switch_that_came_too_early_would_be_seen(here, slowly, monkeypatch):
    """The control of the test above: without the two looks at whether it is level, readers find fewer rows than there were."""
    monkeypatch.setattr(building, "is_last", lambda _: True)
    monkeypatch.setattr(building, "_level", lambda *_: True)
    monkeypatch.setattr(generations.Answering, "position", property(lambda found: found.head))  # who trusts the switch does not look again
    one = await here.process()
    one.start()
    await one.append(300)
    async with watched(one) as watcher:
        for _ in range(20):  # a reader of a busy machine may miss the moment
            await one.view.rebuild()
            if watcher.gaps:
                break
    assert watcher.gaps


async def test_a_switch_that_came_too_early_is_still_no_gap_because_readers_look_at_the_position(here, slowly, monkeypatch):
    monkeypatch.setattr(building, "is_last", lambda _: True)
    monkeypatch.setattr(building, "_level", lambda *_: True)
    one = await here.process()
    one.start()
    await one.append(300)
    async with watched(one) as watcher:
        await one.view.rebuild()
        await eventually(here.one_is_left)
    assert watcher.gaps == []


async def test_a_snapshot_from_before_the_switch_keeps_its_rows_though_they_are_emptied(here):
    one = await here.process()
    one.start()
    await one.append(50)
    async with one.view.reading() as before:
        assert await rows(before) == 50
        await one.view.rebuild()
        await eventually(here.one_is_left)
        assert await rows(before) == 50
        async with one.view.reading() as after:
            assert (await rows(after), after.generation != before.generation) == (50, True)


async def test_what_was_wrong_in_the_old_generation_is_right_in_the_new_one(here):
    one = await here.process()
    one.start()
    await one.append(20)
    assert await one.read() == 20
    await here.sql("DELETE FROM seen_v1 WHERE position > 5")
    assert await one.view.rebuild() == 20
    assert await one.read() == 20


async def test_two_processes_that_rebuild_at_once_build_one_generation(here, slowly):
    one, other = await here.process(), await here.process()
    for each in (one, other):
        each.start()
    await one.append(200)
    async with watched(one) as watcher:
        await asyncio.gather(one.view.rebuild(), other.view.rebuild())
    assert watcher.gaps == []
    await eventually(here.one_is_left)
    assert await one.read() == await other.read() == await one.store.head()


async def half_built(here: Place, process) -> None:
    """A rebuild is under way and some of it is there."""

    async def begun() -> bool:
        return any(state == "building" and count for state, count in await here.generations())

    asked = asyncio.create_task(process.view.rebuild())
    await eventually(begun)
    asked.cancel()


async def test_the_next_process_goes_on_with_what_another_one_had_begun_and_the_old_generation_answers_meanwhile(here, slowly):
    one = await here.process()
    one.start()
    await one.append(500)
    await half_built(here, one)
    await one.stop()
    assert [state for state, _ in await here.generations()] == ["answering", "building"]
    other = await here.process()
    other.start(building=False)
    assert await other.read() == 500
    await other.stop()
    other.start()
    async with watched(other) as watcher:
        await eventually(here.one_is_left)
    assert watcher.gaps == []
    assert await other.read() == await other.store.head()


async def test_a_build_that_fails_leaves_what_answers_alone(here):
    async def fails_beside(connection, generation, events):
        if generation > 1:
            raise ZeroDivisionError
        await project(connection, generation, events)

    one = await here.process(fails_beside)
    one.start(building=False)
    await one.append(3)
    assert await one.read() == 3
    builder = asyncio.create_task(keep_running(one.view.builder))
    asked = asyncio.create_task(one.view.rebuild())
    for _ in range(5):
        await one.append()
        assert await one.read() == await one.store.head()
    assert not asked.done()
    for task in (builder, asked):
        task.cancel()
    assert await here.generations() == [("answering", 8), ("building", 0)]


# what is said of it ----------------------------------------------------------------------------------------------------


async def test_how_far_each_generation_is_behind_is_told(here):
    one = await here.process()
    one.start(building=False)
    await one.append(5)
    assert await one.read() == 5
    async with one.database.connection() as connection:
        await generations.begin(connection, VIEW)
    known = await lag.lags(one.database)
    assert [(each.state, each.position, each.lag) for each in known] == [("answering", 5, 0), ("building", 0, 5)]
    beat = {"ok": True, "lag": 0, "why": ""}
    number = known[1].generation
    assert lag.judged(VIEW, beat, known) == beat | {"building": {"generation": number, "position": 0, "lag": 5}}


def test_a_view_that_does_not_answer_or_is_far_behind_makes_its_service_unready():
    beat = {"ok": True, "lag": 0, "why": ""}
    built = lag.Lag("v", 1, "building", 70, 30)
    told = lag.judged("v", beat, [built, lag.Lag("other", 2, "answering", 100, 0)])
    assert (told["ok"], told["lag"], told["building"]) == (False, None, {"generation": 1, "position": 70, "lag": 30})
    for behind, ready in ((lag.MOST, True), (lag.MOST + 1, False)):
        told = lag.judged("v", beat, [lag.Lag("v", 1, "answering", 0, behind)])
        assert (told["ok"], told["lag"]) == (ready, behind)
    dead = {"ok": False, "lag": 7, "why": "no sign of life for 20 s"}
    assert lag.judged("v", dead, [lag.Lag("v", 1, "answering", 9, 0)]) == dead | {"lag": 0}
