"""What an import has read lies in a nameless file: how many people are in memory together decides nothing, and a larger district takes no more of it."""

import asyncio
import random
import tracemalloc
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bench.people import Crowd, write
from services.intake.roster.importing import RosterImport, Wishes
from services.intake.roster.known import Known
from services.intake.roster.people import Roster, RosterReader
from services.intake.roster.reading import read_bundle
from services.intake.roster.report import ImportReport
from services.intake.roster.spool import people, spool
from services.intake.roster.spool.spool import Spool
from shared.errors import Invalid, Unavailable
from shared.running import ended
from tests.intake.bundles import zipped
from tests.intake.exports import Held, bundle, export, holding, shuffled, written
from tests.intake.interpreting import interpret
from tests.intake.office import Office
from tests.intake.test_mutated_exports import damaged
from tests.intake.test_refusing_losses import later

FEW = 3
"""People in memory together, where a district is to have many portions."""


def all_of(roster: Roster) -> Roster:
    """The roster with everybody in one order."""
    return replace(roster, people=sorted(roster.people, key=lambda each: each.id))


def read(path: Path, held: Held, portion: int) -> Roster | Invalid:
    try:
        return all_of(interpret(read_bundle(path), held.known(), portion=portion))
    except Invalid as refused:
        return refused


def told(roster: Roster | Invalid) -> object:
    """Whatever can be compared of it: two people are equal wherever their rows stand, so the places are named, too."""
    if isinstance(roster, Invalid):
        return roster.faults
    return roster, [(each.file, each.row, each.untold) for each in roster.people]


def test_a_damaged_export_is_read_the_same_however_few_people_are_in_memory_together(tmp_path):
    held = holding(export(), tmp_path)
    for seed in range(40):
        path = damaged(random.Random(seed), tmp_path / "d.zip")
        whole = told(read(path, held, 10_000))
        assert [told(read(path, held, portion)) for portion in (1, FEW, 20)] == [whole] * 3, seed


def test_people_of_one_school_are_read_together_in_whatever_order_their_rows_stand(tmp_path):
    tables = shuffled(export(), random.Random(7))
    with Spool(48) as spool:
        reader = RosterReader(read_bundle(bundle(tables, tmp_path)), Known(), spool)
        schools = [{person.school for person in reader.portion(number)[0].people} for number in range(len(reader.portions))]
    assert [len(each) for each in schools] == [1, 1] and schools[0] != schools[1]


# on the disk -----------------------------------------------------------------------------------------------------------------


def test_what_is_read_lies_on_the_disk_and_has_no_name_there(tmp_path):
    path = write(Crowd(20_000), tmp_path / "crowd.zip")
    with Spool() as spool:
        RosterReader(read_bundle(path), Known(), spool)
        files = [each for each in Path("/proc/self/fd").iterdir() if each.is_symlink() and "etilqs_" in str(each.readlink())]
        assert sum(each.stat().st_size for each in files) > 10_000_000
        assert all(str(each.readlink()).endswith(" (deleted)") for each in files)


@pytest.mark.parametrize("query", ["_READ_OR_KNOWN", "_EXIST", "_NAMED", "_PLANNED_OR_KNOWN", "_SCHOOL_OF"])
def test_no_question_about_some_people_goes_through_everybody(query):
    with Spool() as base:
        steps = base._base.execute(f"EXPLAIN QUERY PLAN {getattr(people, query)}", ("[]",)).fetchall()
        assert [step for *_, step in steps if step.startswith("SCAN")] == ["SCAN json_each VIRTUAL TABLE INDEX 1:"]


def octets_of_reading(count: int, folder: Path) -> int:
    """The most that Python has taken while it read so many people."""
    path = write(Crowd(count), folder / f"{count}.zip")
    tracemalloc.start()
    try:
        with Spool(500) as spool:
            reader = RosterReader(read_bundle(path), Known(), spool)
            assert sum(len(reader.portion(number)[0].people) for number in range(len(reader.portions))) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_each_further_person_takes_less_than_a_hundred_octets(tmp_path):
    few, many = 1_000, 4_000
    assert octets_of_reading(many, tmp_path) - octets_of_reading(few, tmp_path) < 100 * (many - few)


# where it cannot go on -------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_disk_without_room_is_told_with_its_mend_and_changes_nothing(office: Office, monkeypatch):
    path = zipped(written(export()), office.folder / "a.zip")
    with monkeypatch.context() as patched:
        patched.setattr(spool, "SETTINGS", (*spool.SETTINGS, "max_page_count = 30"))
        with pytest.raises(Unavailable, match="has no room for what it reads: make room"):
            await office.bring(path)
    assert await office.people() == set()
    assert (await office.bring(path)).applied == 96


@pytest.mark.anyio
async def test_whoever_is_cancelled_waits_until_the_thread_has_left_the_file():
    begun, left = asyncio.Event(), Event()
    loop = asyncio.get_running_loop()

    def counting(base: Spool) -> None:
        loop.call_soon_threadsafe(begun.set)
        try:
            while base.rows.portion(range(1, 2)) == []:
                pass
        finally:
            left.set()

    with Spool() as base:
        base.rows.read_whole()
        working = asyncio.create_task(base.work(counting, base))
        await begun.wait()
        await ended(working)
        assert (working.cancelled(), left.is_set()) == (True, True)


# through the whole import ----------------------------------------------------------------------------------------------------


def in_order(report: ImportReport) -> ImportReport:
    return report.model_copy(update={"quarantined": sorted(report.quarantined, key=lambda each: (each.file, each.row, each.field, each.reason))})


async def tried(importing: RosterImport, path: Path) -> ImportReport | tuple[object, ...]:
    try:
        return in_order(await importing.run(path, "tester", wishes=Wishes(dry_run=True)))
    except Invalid as refused:
        return refused.faults


@pytest.mark.anyio
async def test_an_import_of_many_portions_refuses_counts_and_changes_what_one_of_a_single_portion_does(office: Office):
    few = RosterImport(office.kernel, office.directory, FEW)
    await few.run(zipped(written(export()), office.folder / "a.zip"), "tester")
    assert len(await office.people()) == 96
    for seed in range(20):
        path = damaged(random.Random(200_000 + seed), office.folder / "d.zip")
        assert await tried(few, path) == await tried(office.importing, path), seed
    for seed in range(6):
        path = bundle(later(seed), office.folder)
        assert await tried(few, path) == await tried(office.importing, path), seed
        await (few, office.importing)[seed % 2].run(path, "tester", wishes=Wishes(allow_drop=True))
        again = [await each.run(path, "tester", wishes=Wishes(dry_run=True)) for each in (few, office.importing)]
        assert [(each.applied, each.left) for each in again] == [(0, 0), (0, 0)], seed
