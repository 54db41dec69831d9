"""Bringing a roster in: what is read, what is set aside and why, what is refused as a whole, and that a repeat changes nothing."""

import asyncio
import io
import json
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from district.sample.people import OFFICE, District, generate
from district.sample.roster import SOURCE, write_roster
from services.intake.app import create_app
from services.intake.domain.roster import ROSTER, LetGo, RegisterPerson, RegisterSchool, RosterRowKept
from services.intake.receipts import Receipts
from services.intake.roster import reading
from services.intake.roster.importing import ImportReport, RosterImport
from services.intake.roster.people import Person, Roster, interpret, person_id, school_id
from services.intake.roster.reading import read_bundle
from services.intake.views import TABLES, VIEW, Projector
from shared.access import Principal, issue_token
from shared.errors import Invalid
from shared.events import PersonLeft, PersonRegistered, SchoolRegistered
from shared.eventstore.projection import Projection
from shared.sealed import Sealed
from shared.settings import read_settings
from shared.testing import given

CANARY = "Kanarikuning"
Changed = Callable[[dict[str, str]], None]

ORGS = "sourcedId,status,name,type,identifier\nsmp1,active,SMP Negeri 1 Contoh,school,20109999\n"
USERS = (
    "sourcedId,status,enabledUser,givenName,familyName,role,orgSourcedIds,email,sms,phone,agentSourcedIds,password\n"
    f"ani,active,true,Ani,Lestari,student,smp1,ani@contoh.invalid,,0811,ibu,{CANARY}\n"
    f"ibu,active,true,Ibu,Lestari,parent,smp1,,0812,,,{CANARY}\n"
    f"budi,active,true,Budi,Santoso,teacher,smp1,,,,,{CANARY}\n"
)
FILES = {"orgs": ORGS, "users": USERS}


def row(sourced_id: str, *, given_name: str = "Citra", role: str = "student", organisation: str = "smp1", **more: str) -> str:
    cells = {
        "status": "active",
        "enabledUser": "true",
        "familyName": "Dewi",
        "email": "",
        "sms": "",
        "phone": "",
        "agentSourcedIds": "",
        "password": "",
    }
    told = cells | {"sourcedId": sourced_id, "givenName": given_name, "role": role, "orgSourcedIds": organisation} | more
    return ",".join(told[name] for name in USERS.splitlines()[0].split(",")) + "\n"


def zipped(files: dict[str, str | bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return path


def read(tmp_path: Path, **files: str | bytes) -> Roster:
    return interpret(read_bundle(zipped(FILES | files, tmp_path / "bundle.zip")))


def refused(path: Path) -> tuple[str, str]:
    """Pointer and code of the one fault the bundle is refused for."""
    with pytest.raises(Invalid) as caught:
        read_bundle(path)
    (fault,) = caught.value.faults
    assert CANARY not in str(caught.value)
    return fault.pointer, fault.code


def names(roster: Roster) -> list[str]:
    return [person.name for person in roster.people]


def aside(roster: Roster) -> list[tuple[str, int, str]]:
    return [(each.file, each.row, each.reason) for each in roster.set_aside]


# reading: what a bundle says ---------------------------------------------------------------------------------------


def test_a_1_1_bundle_gives_schools_and_people_under_ids_of_our_own(tmp_path):
    roster = read(tmp_path)
    school = school_id("roster", "smp1")
    assert roster.schools == [SchoolRegistered(school=school, npsn="20109999", name="SMP Negeri 1 Contoh", level="smp")]
    ani, ibu, budi = roster.people
    assert ani == Person(
        person_id("roster", "ani"), "student", school, (), "Ani Lestari", "", "ani@contoh.invalid", "0811", (person_id("roster", "ibu"),), None
    )
    assert (ibu.kind, ibu.phone, ibu.roles) == ("guardian", "0812", ())
    assert (budi.kind, budi.roles) == ("staff", ("subject-teacher",))
    assert roster.set_aside == []


def test_the_same_source_id_of_another_system_is_another_person():
    assert person_id("dapodik", "ani") != person_id("simpatika", "ani")
    assert person_id("dapodik", "ani") != school_id("dapodik", "ani")


def test_a_1_2_bundle_takes_roles_classes_and_birth_dates_from_their_files(tmp_path):
    roster = read(
        tmp_path,
        manifest="propertyName,value\noneroster.version,1.2\nsource.systemCode,dapodik\n",
        users=USERS.replace("student", "").replace("teacher", "").replace("parent", ""),
        roles="userSourcedId,status,roleType,role,orgSourcedId\nani,active,primary,student,smp1\nibu,active,primary,guardian,smp1\n"
        "budi,active,secondary,teacher,smp1\nbudi,active,primary,counselor,smp1\nbudi,tobedeleted,primary,principal,smp1\n",
        classes="sourcedId,title\nc8,8A\n",
        enrollments="classSourcedId,userSourcedId,role,status\nc8,ani,student,active\nc8,budi,teacher,active\n",
        demographics="sourcedId,birthDate\nani,2012-05-06\n",
    )
    ani, ibu, budi = roster.people
    assert (ani.id, ani.born, ani.homeroom) == (person_id("dapodik", "ani"), "2012-05-06", "8A")
    assert (ibu.kind, budi.roles, budi.homeroom) == ("guardian", ("counsellor", "subject-teacher"), None)


@pytest.mark.parametrize("spelling", ["\ufeff{}", "{}\r\n\r\n", '"sourcedId"{}'])
def test_a_byte_order_mark_blank_lines_and_quotes_change_nothing(tmp_path, spelling):
    told = spelling.format(USERS.removeprefix("sourcedId") if spelling.startswith('"') else USERS)
    assert names(read(tmp_path, users=told)) == names(read(tmp_path))


def test_capital_letters_in_file_names_folders_and_vendor_columns_are_borne(tmp_path):
    files = {"export/Orgs": ORGS.replace("identifier", "identifier,ext_vendor").replace("20109999", "20109999,x"), "export/USERS": USERS}
    assert names(interpret(read_bundle(zipped(files, tmp_path / "b.zip")))) == ["Ani Lestari", "Ibu Lestari", "Budi Santoso"]
    for name, content in FILES.items():
        (tmp_path / f"{name}.CSV").write_text(content, encoding="utf-8")
    assert len(interpret(read_bundle(tmp_path)).people) == 3


@pytest.mark.parametrize("more", [{"status": "tobedeleted"}, {"status": "inactive"}, {"enabledUser": "false"}, {"enabledUser": "FALSE"}])
def test_who_is_marked_as_gone_is_not_taken_and_is_no_fault(tmp_path, more):
    roster = read(tmp_path, users=USERS + row("citra", **more))
    assert len(roster.people) == 3
    assert roster.set_aside == []


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("SD Negeri 1", "sd"), ("SDN 1 Contoh", "sd"), ("MIN 2", "sd"), ("SMP Islam", "smp"), ("SMPN 3", "smp"), ("MTsN 1", "smp"),
        ("SMA Negeri 1", "sma"), ("SMAS Harapan", "sma"), ("MAN 1", "sma"), ("SMK 2", "smk"), ("SLB A", "slb"), ("PKBM Harapan", "other"),
    ],
)  # fmt: skip
def test_a_schools_level_is_read_from_its_name(tmp_path, name, level):
    assert read(tmp_path, orgs=ORGS.replace("SMP Negeri 1 Contoh", name)).schools[0].level == level


def test_only_columns_of_the_allow_list_are_used_so_that_no_password_comes_along(tmp_path):
    roster = read(tmp_path)
    assert CANARY not in repr(roster)


# reading: bad rows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (row(""), "no sourcedId"),
        (row("ani"), "sourcedId appears twice"),
        (row("citra", given_name="", familyName=""), "no name"),
        (row("citra", role="wizard"), "unknown role"),
        (row("citra", role=""), "unknown role"),
        (row("citra", organisation="sma9"), "unknown organisation"),
        (row("citra", organisation=""), "unknown organisation"),
        ("citra\n", "no name"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_number_and_reason_and_costs_no_other(tmp_path, wrong, reason):
    roster = read(tmp_path, users=USERS + wrong + row("eka", given_name="Eka"))
    assert aside(roster) == [("users.csv", 5, reason)]
    assert names(roster) == ["Ani Lestari", "Ibu Lestari", "Budi Santoso", "Eka Dewi"]


@pytest.mark.parametrize("born", ["06/05/2012", "2012-13-01", "2012-02-30", "tomorrow"])
def test_a_birth_date_that_is_none_sets_the_row_aside_without_quoting_it(tmp_path, born):
    roster = read(tmp_path, demographics=f"sourcedId,birthDate\nani,{born}\n")
    assert aside(roster) == [("users.csv", 2, "birthDate is not a date")]
    assert born not in repr(roster.set_aside)


def test_a_school_without_a_name_is_set_aside_and_its_people_with_it(tmp_path):
    roster = read(tmp_path, orgs=ORGS + "sd1,active,,school,20100001\n", users=USERS + row("citra", organisation="sd1"))
    assert aside(roster) == [("orgs.csv", 3, "no sourcedId or name"), ("users.csv", 5, "unknown organisation")]


def test_rows_are_counted_as_a_person_counts_them_also_after_a_blank_one(tmp_path):
    assert aside(read(tmp_path, users=USERS + "\n" + row("citra", role="wizard"))) == [("users.csv", 6, "unknown role")]


# reading: bundles that cannot be trusted ---------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [0, 1, 30, 0.5, 0.9, -1])
def test_a_truncated_zip_is_refused(tmp_path, kept):
    whole = zipped(FILES, tmp_path / "whole.zip").read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(len(whole) * kept) if isinstance(kept, float) else kept])
    assert refused(cut) == ("", "not-a-zip")


def test_what_is_no_zip_at_all_is_refused(tmp_path):
    (tmp_path / "users.zip").write_text(USERS, encoding="utf-8")
    assert refused(tmp_path / "users.zip") == ("", "not-a-zip")
    assert refused(tmp_path / "absent.zip") == ("", "not-a-zip")


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("orgs", "sourcedId"), ("orgs", "name"), ("orgs", "type"), ("users", "sourcedId"), ("users", "givenName"), ("users", "familyName"),
    ],
)  # fmt: skip
def test_a_missing_column_refuses_the_bundle_and_names_file_and_column(tmp_path, file, column):
    header, rest = FILES[file].split("\n", 1)
    path = zipped(FILES | {file: header.replace(column, "other", 1) + "\n" + rest}, tmp_path / "b.zip")
    assert refused(path) == (f"/{file}.csv/{column}", "missing-column")


@pytest.mark.parametrize("file", ["roles", "classes", "enrollments", "demographics"])
def test_an_optional_file_may_be_missing_but_not_empty(tmp_path, file):
    pointer, code = refused(zipped(FILES | {file: ""}, tmp_path / "b.zip"))
    assert (pointer.split("/")[1], code) == (f"{file}.csv", "missing-column")


@pytest.mark.parametrize("file", ["orgs", "users"])
def test_a_missing_file_refuses_the_bundle(tmp_path, file):
    path = zipped({name: content for name, content in FILES.items() if name != file}, tmp_path / "b.zip")
    assert refused(path) == (f"/{file}.csv", "missing-file")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (USERS.encode("utf-16"), "encoding"),
        (USERS.encode("utf-16-le"), "unstorable-character"),
        (USERS.replace("Ani", "André").encode("latin-1"), "encoding"),
        (USERS.replace("Ani", "A\x00ni").encode(), "unstorable-character"),
    ],
)
def test_another_encoding_is_refused_and_named(tmp_path, content, code):
    assert refused(zipped(FILES | {"users": content}, tmp_path / "b.zip")) == ("/users.csv", code)


def test_what_unpacks_to_far_too_much_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_OCTETS", len(USERS) - 1)
    assert refused(zipped(FILES, tmp_path / "b.zip")) == ("/users.csv", "too-large")


def test_one_damaged_octet_anywhere_is_either_harmless_or_refused(tmp_path):
    whole = zipped(FILES, tmp_path / "whole.zip").read_bytes()
    others, damaged = set(), tmp_path / "damaged.zip"
    for place in range(len(whole)):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_bundle(damaged)
        except Invalid:
            continue
        except Exception as error:  # noqa: BLE001 - which ones is the question
            others.add(type(error).__name__)
    assert others == set()


def test_an_encrypted_zip_is_refused(tmp_path):
    whole = bytearray(zipped(FILES, tmp_path / "b.zip").read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := whole.find(mark, place + 1)) >= 0:
            whole[place + flags] |= 1
    (tmp_path / "b.zip").write_bytes(whole)
    assert refused(tmp_path / "b.zip")[1] == "not-a-zip"


def test_a_field_that_never_ends_is_refused(tmp_path):
    with pytest.raises(Invalid):
        read(tmp_path, users=USERS + row("citra", given_name='"' + "x" * 140_000))


@pytest.mark.parametrize("gone", [{"status": "tobedeleted"}, {"role": "wizard"}])
def test_a_student_has_no_guardian_who_is_not_in_the_roster(tmp_path, gone):
    roster = read(tmp_path, users=USERS + row("ayah", **{"role": "parent"} | gone) + row("citra", agentSourcedIds="ayah"))
    known = {person.id for person in roster.people}
    assert all(guardian in known for person in roster.people for guardian in person.guardians)


# real bundles that nobody here wrote -------------------------------------------------------------------------------


def test_the_moodle_fixture_is_read_whole(shared_data):
    bundle = read_bundle(shared_data / "oneroster" / "Test_full_data_set.zip")
    roster = interpret(bundle)
    assert bundle.version == "1.1"
    assert sorted((person.kind, person.name) for person in roster.people) == [
        ("guardian", "Thomas Paul Jones"), ("staff", "Jim Ash Smith"), ("staff", "John Michael Doe"),
        ("student", "Anna Mary Brown"), ("student", "Mary Jane Jones"), ("student", "mmichel Jane Jones"),
    ]  # fmt: skip
    assert roster.set_aside == []
    assert "Password1-" not in repr(roster)


def test_the_sample_with_vendor_columns_is_read_whole(shared_data):
    roster = interpret(read_bundle(shared_data / "oneroster" / "v1p1_csv"))
    assert names(roster) == ["ionut padurariu", "ionut2 padurariu"]
    assert [school.name for school in roster.schools] == ["School 1", "School 2"]


# deciding ----------------------------------------------------------------------------------------------------------

BOX = Sealed(kid="k", context="person-p/name", box="Ym94")
SCHOOL = SchoolRegistered(school="s", npsn="20109999", name="SMP", level="smp")
PERSON = PersonRegistered(person="p", kind="student", school="s", name=BOX)
LEFT = PersonLeft(person="p", school="s")


def test_a_school_is_registered_once_and_again_when_it_changed():
    renamed = SCHOOL.model_copy(update={"name": "SMP Baru"})
    given(ROSTER).when(RegisterSchool(school=SCHOOL)).then(SCHOOL)
    given(ROSTER, SCHOOL).when(RegisterSchool(school=SCHOOL)).then()
    given(ROSTER, SCHOOL).when(RegisterSchool(school=renamed)).then(renamed)


def test_a_person_is_registered_once_and_again_when_the_row_changed():
    kept, other = RosterRowKept(digest="d1"), RosterRowKept(digest="d2")
    given(ROSTER).when(RegisterPerson(person=PERSON, digest="d1")).then(PERSON, kept)
    given(ROSTER, PERSON, kept).when(RegisterPerson(person=PERSON, digest="d1")).then()
    given(ROSTER, PERSON, kept).when(RegisterPerson(person=PERSON, digest="d2")).then(PERSON, other)


def test_who_leaves_leaves_once_and_may_come_back():
    kept = RosterRowKept(digest="d1")
    given(ROSTER).when(LetGo(person="p", school="s")).then()
    given(ROSTER, PERSON, kept).when(LetGo(person="p", school="s")).then(LEFT)
    given(ROSTER, PERSON, kept, LEFT).when(LetGo(person="p", school="s")).then()
    given(ROSTER, PERSON, kept, LEFT).when(RegisterPerson(person=PERSON, digest="d1")).then(PERSON, kept)


# importing ---------------------------------------------------------------------------------------------------------

KEY = urlsafe_b64encode(b"k" * 32).decode()
pytest_anyio = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Office:
    """Intake over a real PostgreSQL, its directory kept up to date; Redis is not needed."""

    app: object
    importing: RosterImport
    directory: Projection
    folder: Path

    @property
    def kernel(self):
        return self.importing.kernel

    async def bring(self, bundle: Path, **more) -> ImportReport:
        return await self.importing.run(bundle, "tester", **more)

    async def bring_files(self, files: dict[str, str | bytes], **more) -> ImportReport:
        return await self.bring(zipped(files, self.folder / "bundle.zip"), **more)

    async def people(self) -> set[str]:
        async with self.kernel.database.connection() as connection:
            return {name for (name,) in await (await connection.execute("SELECT person FROM person_v1")).fetchall()}

    async def told(self, event_type: str) -> list[dict]:
        return [json.loads(each.body) for each in await self.kernel.store.read_after(0, limit=10_000) if each.type == event_type]


@asynccontextmanager
async def opened(database: str, folder: Path) -> AsyncIterator[Office]:
    settings = read_settings({"DATABASE_URL": database, "REDIS_URL": "redis://127.0.0.1:9", "TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY})
    app = create_app(settings)
    kernel = app.state.kernel
    await kernel.database.open()
    projector = Projector(Receipts(settings.key("token_key")))
    directory = Projection(VIEW, kernel.store, kernel.database, projector, TABLES, kernel.heartbeats)
    running = asyncio.create_task(directory.run())
    try:
        yield Office(app, RosterImport(kernel, directory), directory, folder)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await running
        await kernel.database.close()


@pytest.fixture
async def office(database, tmp_path):
    async with opened(database, tmp_path) as running:
        yield running


def sample(students: int = 40) -> District:
    """One school of the sample district, with so many students, their guardians, its staff, and the office."""
    whole = generate()
    school = next(each for each in whole.schools if each.key == "smp1")
    taken = whole.of("smp1", "student")[:students]
    theirs = {guardian for each in taken for guardian in each.guardians}
    others = [each for each in whole.people if each.key in theirs or (each.kind == "staff" and each.school in ("smp1", "dinas"))]
    return District([school, OFFICE], [*taken, *others])


def without(district: District, count: int) -> District:
    """The same without the first students; their guardians stay."""
    gone = {each.key for each in district.of("smp1", "student")[:count]}
    return District(district.schools, [each for each in district.people if each.key not in gone])


@pytest_anyio
async def test_a_district_is_brought_in_whole_and_again_without_any_change(office):
    district = sample()
    bundle, seen = write_roster(district, office.folder / "sample.zip"), []
    first = await office.bring(bundle, progress=lambda done, of: seen.append((done, of)))
    assert first == ImportReport(applied=len(district.people), unchanged=0, left=0, schools=2, quarantined=[])
    assert await office.people() == {person_id(SOURCE, each.key) for each in district.people}
    assert seen[-1] == (len(district.people), len(district.people))
    head = await office.kernel.store.head()
    again = await office.bring(bundle)
    assert again == ImportReport(applied=0, unchanged=len(district.people), left=0, schools=2, quarantined=[])
    assert await office.kernel.store.head() == head


@pytest_anyio
async def test_the_sample_keeps_roles_guardians_classes_and_birth_dates(office):
    district = sample(5)
    await office.bring(write_roster(district, office.folder / "sample.zip"))
    told = {each["person"]: each for each in await office.told("person-registered")}
    student = district.of("smp1", "student")[0]
    kept = told[person_id(SOURCE, student.key)]
    assert kept["guardians"] == [person_id(SOURCE, each) for each in student.guardians]
    assert (kept["kind"], kept["school"], kept["homeroom"]) == ("student", school_id(SOURCE, "smp1"), student.classroom)
    opened_ = await office.kernel.vault.open_many([Sealed.model_validate(kept[name]) for name in ("name", "born", "email")])
    assert opened_ == [f"{student.given} {student.family}", student.born.isoformat(), student.email]
    coordinator = district.staff("smp1", "coordinator")[0]
    assert "coordinator" in told[person_id(SOURCE, coordinator.key)]["roles"]


@pytest_anyio
async def test_only_the_row_that_changed_is_applied(office):
    district = sample(10)
    await office.bring(write_roster(district, office.folder / "a.zip"))
    changed = [replace(each, given="Kirana") if each.key == "smp1-murid-003" else each for each in district.people]
    report = await office.bring(write_roster(District(district.schools, changed), office.folder / "b.zip"))
    assert (report.applied, report.unchanged, report.left) == (1, len(district.people) - 1, 0)
    last = (await office.told("person-registered"))[-1]
    assert last["person"] == person_id(SOURCE, "smp1-murid-003")
    assert str(await office.kernel.vault.open(Sealed.model_validate(last["name"]))).startswith("Kirana ")


@pytest_anyio
async def test_up_to_five_in_a_hundred_students_may_leave_unasked_and_may_come_back(office):
    district = sample(40)
    await office.bring(write_roster(district, office.folder / "a.zip"))
    report = await office.bring(write_roster(without(district, 2), office.folder / "b.zip"))
    assert (report.applied, report.left) == (0, 2)
    gone = {person_id(SOURCE, each.key) for each in district.of("smp1", "student")[:2]}
    assert {each["person"] for each in await office.told("person-left")} == gone
    assert not gone & await office.people()
    back = await office.bring(write_roster(district, office.folder / "a.zip"))
    assert (back.applied, back.left) == (2, 0)
    assert gone <= await office.people()


@pytest_anyio
async def test_a_larger_drop_is_refused_with_nothing_changed_unless_told_otherwise(office):
    district = sample(40)
    await office.bring(write_roster(district, office.folder / "a.zip"))
    before, smaller = (await office.people(), await office.kernel.store.head()), write_roster(without(district, 3), office.folder / "b.zip")
    with pytest.raises(Invalid) as caught:
        await office.bring(smaller)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [("/users.csv", "drops-too-many")]
    assert "3 of 40" in str(caught.value)
    assert (await office.people(), await office.kernel.store.head()) == before
    report = await office.bring(smaller, allow_drop=True)
    assert (report.applied, report.left) == (0, 3)


@pytest_anyio
async def test_a_bundle_of_one_school_lets_nobody_of_another_go(office):
    await office.bring(write_roster(sample(5), office.folder / "a.zip"))
    before = await office.people()
    report = await office.bring_files(FILES)
    assert (report.applied, report.left) == (3, 0)
    assert before < await office.people()


@pytest_anyio
async def test_bad_rows_are_reported_by_number_and_reason_and_the_others_are_applied(office):
    report = await office.bring_files(FILES | {"users": USERS + row("citra", role=CANARY) + row("eka")})
    assert report.applied == 4
    assert [each.model_dump() for each in report.quarantined] == [{"file": "users.csv", "row": 5, "reason": "unknown role"}]
    assert CANARY not in report.model_dump_json()


@pytest_anyio
async def test_no_table_holds_a_password_or_anything_personal_in_clear(office):
    await office.bring_files(FILES | {"demographics": "sourcedId,birthDate\nani,2012-05-06\n"})
    async with office.kernel.database.connection() as connection:
        tables = await (await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'intake'")).fetchall()
        for (table,) in tables:
            text = str(await (await connection.execute(f"SELECT t::text FROM {table} t")).fetchall())
            for word in (CANARY, "Lestari", "ani@contoh.invalid", "0811", "2012-05-06"):
                assert word not in text, f"{word} in {table}"
            assert table != "event" or "person-registered" in text


@pytest_anyio
async def test_nobodys_source_id_is_used_as_an_id(office):
    await office.bring_files(FILES)
    for event in await office.kernel.store.read_after(0):
        assert '"ani"' not in event.body
        assert event.stream not in ("person-ani", "school-smp1")


@pytest_anyio
async def test_a_bundle_that_cannot_be_trusted_changes_nothing(office):
    await office.bring_files(FILES)
    head = await office.kernel.store.head()
    for wrong in ({"users": USERS.encode("utf-16")}, {"orgs": "sourcedId\nsmp1\n"}, {"roles": "sourcedId\nx\n"}):
        with pytest.raises(Invalid):
            await office.bring_files(FILES | wrong)
    assert await office.kernel.store.head() == head


@pytest_anyio
async def test_a_truncated_upload_is_answered_with_its_fault_and_without_rights_not_at_all(office):
    settings = office.kernel.settings
    service = Principal("service:test", "service", frozenset({"service"}))
    headers = {"authorization": f"Bearer {issue_token(settings.key('token_key'), service, datetime.now(UTC) + timedelta(hours=1))}"}
    content = zipped(FILES, office.folder / "b.zip").read_bytes()[:-30]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        answer = await client.post("/intake/api/roster", content=content, headers=headers)
        anonymous = await client.post("/intake/api/roster", content=content)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "", "code": "not-a-zip"}]
    assert anonymous.status_code == 401


@pytest_anyio
async def test_the_moodle_fixture_is_brought_in_without_its_passwords(office, shared_data):
    report = await office.bring(shared_data / "oneroster" / "Test_full_data_set.zip")
    assert (report.applied, report.schools, report.quarantined) == (6, 1, [])
    assert not any("Password1" in event.body or "Jones" in event.body for event in await office.kernel.store.read_after(0))
    assert (await office.bring(shared_data / "oneroster" / "Test_full_data_set.zip")).unchanged == 6


@pytest_anyio
async def test_somebody_whose_row_is_bad_this_time_does_not_leave(office):
    students = "".join(row(f"murid-{place}") for place in range(40))
    await office.bring_files(FILES | {"users": USERS + students})
    report = await office.bring_files(FILES | {"users": USERS + students, "demographics": "sourcedId,birthDate\nmurid-7,07/05/2012\n"})
    assert [each.reason for each in report.quarantined] == ["birthDate is not a date"]
    assert report.left == 0


@pytest_anyio
async def test_two_schools_with_one_number_do_not_stop_the_directory(office):
    double = SchoolRegistered(school="s2", npsn="20109999", name="SMP", level="smp")
    projector = Projector(Receipts(b"k" * 32))
    await office.bring_files(FILES)
    async with office.kernel.database.connection() as connection:
        event = (await office.kernel.store.read_after(0))[0]
        await projector(connection, [replace(event, body=double.model_dump_json())])


@pytest_anyio
async def test_one_erased_person_does_not_keep_the_others_out(office):
    await office.bring_files(FILES)
    await office.kernel.vault.erase(person_id("roster", "ani"))
    report = await office.bring_files(FILES | {"users": USERS.replace("Ani,", "Anisa,") + row("eka")})
    assert report.applied >= 1
    assert person_id("roster", "eka") in await office.people()


def test_the_sample_bundle_is_the_same_octets_every_time(tmp_path):
    one, two = (write_roster(sample(3), tmp_path / name).read_bytes() for name in ("one.zip", "two.zip"))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert archive.testzip() is None


def test_every_person_of_the_sample_is_understood(tmp_path):
    district = generate()
    roster = interpret(read_bundle(write_roster(district, tmp_path / "sample.zip")))
    assert roster.set_aside == []
    assert len(roster.people) == len(district.people)
    assert {person.kind: person.born for person in roster.people if person.kind != "student"} == {"staff": "", "guardian": ""}
    assert all(date.fromisoformat(person.born) for person in roster.people if person.kind == "student")
