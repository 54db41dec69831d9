"""An import as a whole: dry run, report, refusal by school and kind, two at a time, and one that is cut off and repeated."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import httpx
import pytest

from district.sample.people import District
from district.sample.roster import SOURCE, write_roster
from services.intake.domain.imports import IMPORTS, PartRefused, RecordImport, RosterImported, RosterRowsSetAside, RowSetAside
from services.intake.domain.roster import ROSTER, RegisterPerson
from services.intake.roster import applying, importing, sources
from services.intake.roster.ids import person_id, school_id
from services.intake.roster.importing import Wishes
from services.intake.roster.person import Person
from services.intake.roster.reading import Bundle
from services.intake.roster.reasons import SENTENCES
from services.intake.roster.registered import Registered
from services.intake.roster.report import LastImport
from shared.access import ANONYMOUS, Principal, service_principal
from shared.decider import execute
from shared.errors import Invalid, NotFound
from shared.events import PersonRegistered
from shared.message import Occasion
from shared.sealed import Sealed
from shared.testing import given
from tests.docs.comments import ROOT
from tests.intake.bundles import CANARY, FILES, ORGS, USERS, row, zipped
from tests.intake.exports import export, written
from tests.intake.office import Office, opened, sample, without
from tests.intake.test_mutated_exports import damaged
from tests.keys import bearer, somebody
from tests.logins import past_the_wall

pytest_anyio = pytest.mark.anyio
SCHOOL = school_id("roster", "smp1")
TWO = "a@x.invalid; b@x.invalid"


# what is recorded ------------------------------------------------------------------------------------------------------------


def told(**more: object) -> RosterImported:
    return RosterImported.model_validate({"schools": 1, "applied": 0, "unchanged": 3, "left": 0, "parts": (), "refused": (), "accepted": ()} | more)


def test_an_import_is_recorded_with_the_rows_that_it_set_aside():
    rows = tuple(RowSetAside(file="users.csv", row=place, field="phone", reason="spreadsheet-number") for place in range(2, 1203))
    chunks = RosterRowsSetAside(rows=rows[:1000]), RosterRowsSetAside(rows=rows[1000:])
    given(IMPORTS).when(RecordImport(imported=told(), rows=rows)).then(*chunks, told())


def test_an_import_that_changed_nothing_is_recorded_where_the_last_one_left_something_open():
    row_ = RosterRowsSetAside(rows=(RowSetAside(file="users.csv", row=2, field="", reason="doubled"),))
    refused = told(refused=(PartRefused(school="s", part="staff", reason="loses-principal", lost=1, of=1),))
    quiet = RecordImport(imported=told(), rows=())
    given(IMPORTS).when(quiet).then(told())
    given(IMPORTS, told()).when(quiet).then()
    given(IMPORTS, row_, told()).when(quiet).then(told())
    given(IMPORTS, refused).when(quiet).then(told())
    given(IMPORTS, refused, told()).when(quiet).then()


# dry run -----------------------------------------------------------------------------------------------------------------------


@pytest_anyio
async def test_a_dry_run_says_what_would_change_and_stores_nothing(office):
    district = sample(40)
    await office.bring(write_roster(district, office.folder / "a.zip"))
    changed = [replace(each, given="Kirana") if each.key == "smp1-murid-005" else each for each in without(district, 2).people]
    changed_bundle = write_roster(District(district.schools, changed), office.folder / "b.zip")
    before = await everything(office)
    dry = await office.bring(changed_bundle, dry_run=True)
    assert await everything(office) == before
    school = school_id(SOURCE, "smp1")
    (students,) = (each for each in dry.parts if (each.school, each.part) == (school, "students"))
    assert students.model_dump() == {
        "school": school, "npsn": "20100002", "name": students.name, "part": "students", "added": 0, "changed": 1, "moved": 0, "left": 2,
        "unchanged": 37, "set_aside": 0, "refused": 0,
    }  # fmt: skip
    real = await office.bring(changed_bundle)
    assert (dry.dry_run, real.dry_run, real.model_copy(update={"dry_run": True})) == (True, False, dry)


async def everything(office: Office) -> list[object]:
    """All rows of all tables of intake but the lease and the signs of life."""
    async with past_the_wall(office.kernel.database).connection() as connection:
        tables = await (await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'intake' ORDER BY 1")).fetchall()
        names = [name for (name,) in tables if name not in ("lease", "heartbeat", "view_checkpoint")]
        return [(name, await (await connection.execute(f"SELECT t::text FROM {name} t ORDER BY 1")).fetchall()) for name in names]


# the report ----------------------------------------------------------------------------------------------------------------------


@pytest_anyio
async def test_the_report_of_the_last_import_keeps_every_row_that_was_set_aside(office):
    with pytest.raises(NotFound):
        await office.importing.last()
    users = USERS + row("citra", phone='"8,12E+11"') + row("eka", role=CANARY)
    made = await office.bring_files(FILES | {"users": users}, accept=["20109999:staff"])
    last = await office.importing.last()
    assert {name: value for name, value in last if name in type(made).model_fields} == dict(made)
    assert (last.actor, last.accepted) == ("tester", [f"{SCHOOL}:staff"])
    assert [each.model_dump() for each in last.quarantined] == [
        {"file": "users.csv", "row": 5, "field": "phone", "reason": "spreadsheet-number", "sentence": SENTENCES["spreadsheet-number"].model_dump()},
        {"file": "users.csv", "row": 6, "field": "role", "reason": "unknown-role", "sentence": SENTENCES["unknown-role"].model_dump()},
    ]
    await office.bring_files(FILES | {"users": USERS + row("citra", phone="0813")})
    assert (await office.importing.last()).quarantined == []
    await office.bring_files(FILES | {"users": USERS + row("citra", phone="0813")})
    assert (await office.importing.last()).applied == 1


@pytest_anyio
async def test_no_value_of_a_row_is_kept_that_was_set_aside(office):
    users = USERS + row(f'"{CANARY}\ufffd"') + row("eka", phone=f"={CANARY}") + row("citra", role=CANARY) + row("dwi", given_name=f"{CANARY}\ufffd")
    made = await office.bring_files(FILES | {"users": users, "orgs": ORGS + f"smp2,{CANARY},SMP 2,school,x\n"})
    assert len(made.quarantined) == 5
    assert CANARY not in str(await everything(office)) + made.model_dump_json() + (await office.importing.last()).model_dump_json()


def test_every_reason_has_a_sentence_with_a_mend_in_both_languages():
    for sentence in SENTENCES.values():
        assert sentence.id.endswith(".") and sentence.en.endswith(".") and ":" in sentence.id and ":" in sentence.en


# refused for a school and kind -------------------------------------------------------------------------------------------------------


@pytest_anyio
async def test_row_15_without_any_staff_the_staff_stay_and_the_rest_is_applied(office):
    await office.bring_files(written(export()))
    tables = export()
    staff = {row_[0] for row_ in tables["users"] if "staf" in row_[0]}
    tables["users"] = [row_ for row_ in tables["users"] if row_[0] not in staff]
    tables["users"].append(["baru", "active", "Baru", "Contoh", "", "", ""])
    tables["roles"].append(["baru", "active", "primary", "student", "smp1"])
    made = await office.bring_files(written(tables))
    assert sorted((each.name, each.npsn, each.part, each.reason, each.lost, each.of) for each in made.refused) == [
        ("SMP sd2", "20100002", "staff", "loses-too-many", 6, 6), ("SMP smp1", "20100001", "staff", "loses-too-many", 6, 6),
    ]  # fmt: skip
    assert (made.applied, made.left) == (1, 0)
    assert {person_id("roster", key) for key in (*staff, "baru")} <= await office.people()
    made = await office.bring_files(written(tables), accept=["20100001:staff"])
    assert ([each.npsn for each in made.refused], made.left) == (["20100002"], 6)


@pytest_anyio
async def test_row_2_a_switched_off_login_changes_nothing(office):
    await office.bring_files(FILES)
    made = await office.bring_files(FILES | {"users": USERS.replace("active,true", "active,false")})
    assert (made.applied, made.unchanged, made.left) == (0, 3, 0)


@pytest_anyio
async def test_what_an_export_does_not_say_stays_as_it_was(office):
    await office.bring_files(written(export()))
    before = len(await office.told("person-registered"))
    less = {name: text for name, text in written(export()).items() if name not in ("demographics", "enrollments", "classes")}
    less["users"] = "\n".join(",".join(line.split(",")[:4]) for line in less["users"].splitlines())
    made = await office.bring_files(less)
    assert (made.applied, made.unchanged, made.refused) == (0, 96, [])
    made = await office.bring_files(less | {"users": less["users"].replace("Murid3,Contoh", "Murid3,Menikah")})
    assert made.applied == 2
    for registered in (await office.told("person-registered"))[before:]:
        values = [Sealed.model_validate(registered[name]) for name in ("name", "born", "email", "phone")]
        opened_ = await office.kernel.vault.open_many(values)
        assert (
            opened_[:2] == ["Murid3 Menikah", "2013-05-04"] and str(opened_[2]).endswith("murid-3@contoh.invalid") and opened_[3] == "+628121234567"
        )
        assert registered["homeroom"] == "7A" and len(registered["guardians"]) == 1


@pytest_anyio
async def test_row_5_what_an_older_release_kept_of_two_addresses_in_a_cell_is_not_taken_for_one(office):
    """That release kept the cell as it was; a cell that is set aside now does not bring it back."""
    kernel, ibu = office.kernel, person_id("roster", "ibu")
    await office.bring_files(FILES)
    name = await kernel.vault.seal(ibu, "identity", "Ibu", f"person-{ibu}/name")
    email = await kernel.vault.seal(ibu, "contact", TWO, f"person-{ibu}/email")
    before = PersonRegistered(person=ibu, kind="guardian", school=SCHOOL, name=name, email=email)
    occasion = Occasion("test", None, kernel.clock.now(), cause := uuid4(), cause)
    await execute(kernel.store, ROSTER, f"person-{ibu}", RegisterPerson(person=before, digest="own:before"), occasion)
    made = await office.bring_files(FILES | {"users": USERS.replace("parent,smp1,,", f"parent,smp1,{TWO},")})
    assert [(each.field, each.reason) for each in made.quarantined] == [("email", "several-addresses")]
    assert (await office.told("person-registered"))[-1]["email"] is None


@pytest_anyio
async def test_another_system_names_a_school_that_we_have_and_gets_the_same_school(office):
    await office.bring_files(FILES)
    other = {"manifest": "source.systemCode,lain\n", "orgs": ORGS.replace("smp1,", "x-9,"), "users": USERS.replace("smp1", "x-9")}
    await office.bring_files(other, allow_drop=True)
    assert len(await office.told("school-registered")) == 1
    assert await office.people() == {person_id("lain", key) for key in ("ani", "ibu", "budi")}


# two at a time, and cut off -------------------------------------------------------------------------------------------------------------


async def roster_of(office: Office) -> dict[str, Person | None]:
    """Everybody of the directory, opened."""
    registered = Registered(office.kernel.store, office.kernel.vault)
    return {person: await registered.last(person) for person in await office.people()}


@pytest_anyio
async def test_of_two_imports_at_a_time_one_waits_and_the_rosters_are_never_mixed(database, tmp_path, monkeypatch):
    monkeypatch.setattr(applying, "AT_ONCE", 5)
    district = sample(40)
    done: list[str] = []
    married = District(district.schools, [replace(each, family="Menikah") for each in district.people])
    bundles = [write_roster(district, tmp_path / "a.zip"), write_roster(married, tmp_path / "b.zip")]
    async with opened(database, tmp_path) as one, opened(database, tmp_path) as other:
        await asyncio.gather(
            one.importing.run(bundles[0], "tester", progress=lambda _, __: done.append("a")),
            other.importing.run(bundles[1], "tester", progress=lambda _, __: done.append("b")),
        )
        assert done in ([*(["a"] * done.count("a")), *(["b"] * done.count("b"))], [*(["b"] * done.count("b")), *(["a"] * done.count("a"))])
        last = bundles[0] if done[-1] == "a" else bundles[1]
        made = await one.importing.run(last, "tester", wishes=Wishes(dry_run=True))
        assert (made.applied, made.unchanged, made.left) == (0, len(district.people), 0)


@pytest_anyio
async def test_a_bundle_is_not_read_before_the_one_before_it_is_done(office, monkeypatch):
    order: list[str] = []
    read = sources.read_source

    def read_source(source: Path, school: str | None) -> Bundle:
        order.append(source.stem)
        return read(source, school)

    async def bring(path: Path) -> object:
        try:
            return await office.importing.run(path, "tester")
        except Invalid as refused:
            return refused
        finally:
            order.append(f"{path.stem} done")

    monkeypatch.setattr(importing, "read_source", read_source)
    files = {"one": FILES, "wrong": {"orgs": ORGS}, "two": FILES}
    await asyncio.gather(*(bring(zipped(content, office.folder / f"{name}.zip")) for name, content in files.items()))
    assert order == ["one", "one done", "wrong", "wrong done", "two", "two done"]


def child(database: str, bundle: Path, *stand: int) -> subprocess.Popen[str]:
    """stand: after how many batches it stands still; it goes on to its end where that is left out."""
    command = [sys.executable, "-m", "tests.intake.importing_child", database, str(bundle), *map(str, stand)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ})


@pytest.mark.parametrize("batches", [1, 3])
@pytest_anyio
async def test_an_import_that_was_killed_and_is_repeated_ends_in_the_same_roster(database, new_database, tmp_path, batches):
    district = sample(40)
    first = write_roster(district, tmp_path / "a.zip")
    changed = [replace(each, family="Menikah") if place % 3 == 0 else each for place, each in enumerate(without(district, 2).people)]
    second = write_roster(District(district.schools, changed), tmp_path / "b.zip")
    async with opened(database, tmp_path) as office:
        await office.bring(first)
    process = child(database, second, batches)
    try:
        assert process.stdout
        for _ in range(1 + batches):
            assert process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    async with opened(database, tmp_path) as office:
        half = await office.bring(second, dry_run=True)
        assert 0 < half.applied + half.left < sum(place % 3 == 0 for place in range(len(changed))) + 2
        await office.bring(second)
        cut_off = await roster_of(office)
    with new_database() as other:
        async with opened(other, tmp_path) as office:
            await office.bring(first)
            await office.bring(second)
            assert await roster_of(office) == cut_off


# over HTTP --------------------------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def asking(office: Office, principal: Principal = ANONYMOUS) -> AsyncIterator[httpx.AsyncClient]:
    """The routes of a whole intake service, for whoever this is."""
    transport = httpx.ASGITransport(app=office.app, raise_app_exceptions=False)
    async with (
        office.app.router.lifespan_context(office.app),
        httpx.AsyncClient(transport=transport, base_url="http://intake", headers=bearer(office.kernel.settings, principal), timeout=60) as client,
    ):
        yield client


@pytest_anyio
async def test_the_routes_import_try_and_report(office):
    content = zipped(FILES | {"users": USERS + row("eka", role="wizard")}, office.folder / "b.zip").read_bytes()
    async with asking(office, service_principal("test")) as client:
        assert (await client.get("/intake/api/roster/report")).status_code == 404
        dry = await client.post("/intake/api/roster", params={"dry_run": True}, content=content)
        assert (dry.status_code, dry.json()["applied"], await office.people()) == (200, 3, set())
        real = (await client.post("/intake/api/roster", content=content)).json()
        report = (await client.get("/intake/api/roster/report")).json()
        assert {name: report[name] for name in real} == real
        assert [(each["file"], each["row"], each["field"], each["reason"]) for each in report["quarantined"]] == [
            ("users.csv", 5, "role", "unknown-role")
        ]
        assert LastImport.model_validate(report).actor == "service:test"
        less = zipped({"orgs": ORGS, "users": USERS.splitlines(keepends=True)[0] + row("ani")}, office.folder / "c.zip").read_bytes()
        refused = (await client.post("/intake/api/roster", content=less)).json()["refused"]
        assert sorted((each["part"], each["lost"], each["of"]) for each in refused) == [("guardians", 1, 1), ("staff", 1, 1)]
        wrong = await client.post("/intake/api/roster", params={"accept": "20109999:pupils"}, content=less)
        assert (wrong.status_code, wrong.json()["errors"]) == (422, [{"pointer": "/accept", "code": "unknown-kind"}])
        taken = await client.post("/intake/api/roster", params={"accept": ["20109999:staff", f"{SCHOOL}:guardians"]}, content=less)
        assert (taken.json()["refused"], taken.json()["left"]) == ([], 2)


@pytest_anyio
async def test_an_upload_has_no_name_on_the_disk(office, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    seen: list[Path] = []
    read = sources.read_source

    def read_source(source: BinaryIO, school: str | None) -> Bundle:
        seen.extend((tmp_path / "temporary").iterdir())
        return read(source, school)

    monkeypatch.setattr(importing, "read_source", read_source)
    async with asking(office, service_principal("test")) as client:
        answer = await client.post("/intake/api/roster", content=zipped(FILES, office.folder / "b.zip").read_bytes())
    assert (answer.status_code, answer.json()["applied"], seen) == (200, 3, [])


@pytest_anyio
async def test_only_services_and_administrators_read_the_report(office):
    await office.bring_files(written(export()))  # who holds which post is known once the directory answers
    async with asking(office, somebody("ani", {"counsellor"}, {SCHOOL})) as client:
        assert (await client.get("/intake/api/roster/report")).status_code == 403
        assert (await client.get("/intake/api/roster/report", headers={"authorization": ""})).status_code == 401


@pytest_anyio
async def test_a_damaged_bundle_is_never_an_error_of_ours(office):
    await office.bring_files(written(export()))
    async with asking(office, somebody("eka", {"system-administrator"})) as client:
        for seed in range(25):
            content = damaged(random.Random(100_000 + seed), office.folder / "d.zip").read_bytes()
            answer = await client.post("/intake/api/roster", content=content)
            assert answer.status_code in (200, 422), (seed, answer.text)
            assert json.loads(answer.text).keys() & {"errors", "quarantined"}, seed
