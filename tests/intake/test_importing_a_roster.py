"""What an import changes and tells the other services. A repeated import changes nothing."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import httpx
import pytest

from district.sample.people import OFFICE, District, generate
from district.sample.roster import SOURCE, write_roster
from services.intake.domain.roster import ROSTER, LetGo, RegisterPerson, RegisterSchool, RosterRowKept
from services.intake.roster.people import person_id, school_id
from services.intake.roster.reading import read_bundle
from services.intake.roster.reasons import SENTENCES
from services.intake.views import project
from shared.access import service_principal
from shared.destroying import Destroyer
from shared.errors import Invalid
from shared.events import PersonLeft, PersonRegistered, SchoolRegistered
from shared.sealed import Sealed
from shared.testing import given
from tests.erasing import erase, erasures_login
from tests.intake.bundles import CANARY, FILES, USERS, row, zipped
from tests.intake.interpreting import interpret
from tests.intake.office import sample, without
from tests.intake.rosters import each_sample
from tests.keys import bearer
from tests.logins import past_the_wall

PHONE = "0811-2345-6789"
"""Longer than what a hash spells by chance, which has no hyphens."""

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


pytest_anyio = pytest.mark.anyio


@pytest_anyio
async def test_a_district_is_brought_in_whole_and_again_without_any_change(office):
    district = sample()
    bundle, seen = write_roster(district, office.folder / "sample.zip"), []
    first = await office.importing.run(bundle, "tester", progress=lambda done, of: seen.append((done, of)))
    assert (first.applied, first.unchanged, first.left, first.schools) == (len(district.people), 0, 0, 2)
    assert (first.refused, first.quarantined) == ([], [])
    assert await office.people() == {person_id(SOURCE, each.key) for each in district.people}
    assert seen[-1] == (len(district.people), len(district.people))
    head = await office.kernel.store.head()
    again = await office.bring(bundle)
    assert (again.applied, again.unchanged, again.left, again.schools) == (0, len(district.people), 0, 2)
    assert (again.refused, again.quarantined) == ([], [])
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
    assert student.born
    opened_ = await office.kernel.vault.open_many([Sealed.model_validate(kept[name]) for name in ("name", "born", "email")])
    assert opened_ == [f"{student.given} {student.family}", student.born.isoformat(), student.email]
    coordinator = district.staff("smp1", "coordinator")[0]
    assert "coordinator" in [post["role"] for post in told[person_id(SOURCE, coordinator.key)]["posts"]]


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
async def test_a_larger_drop_is_refused_for_this_school_and_kind_unless_told_otherwise(office):
    district = sample(40)
    await office.bring(write_roster(district, office.folder / "a.zip"))
    before, smaller = await office.people(), write_roster(without(district, 3), office.folder / "b.zip")
    report = await office.bring(smaller)
    school = school_id(SOURCE, "smp1")
    assert [(each.school, each.part, each.reason, each.lost, each.of) for each in report.refused] == [(school, "students", "loses-too-many", 3, 40)]
    assert (report.applied, report.left, await office.people()) == (0, 0, before)
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
    assert [each.model_dump() for each in report.quarantined] == [
        {"file": "users.csv", "row": 5, "field": "role", "reason": "unknown-role", "sentence": SENTENCES["unknown-role"].model_dump()}
    ]
    assert CANARY not in report.model_dump_json()


@pytest_anyio
async def test_no_table_holds_a_password_or_anything_personal_in_clear(office):
    phoned = USERS.replace("0811", PHONE)
    await office.bring_files(FILES | {"users": phoned, "demographics": "sourcedId,birthDate\nani,2012-05-06\n"})
    async with past_the_wall(office.kernel.database).connection() as connection:
        tables = await (await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'intake'")).fetchall()
        for (table,) in tables:
            text = str(await (await connection.execute(f"SELECT t::text FROM {table} t")).fetchall())
            for word in (CANARY, "Lestari", "ani@contoh.invalid", PHONE, "2012-05-06"):
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
    service = service_principal("test")
    headers = bearer(settings, service)
    content = zipped(FILES, office.folder / "b.zip").read_bytes()[:-30]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://intake") as client:
        answer = await client.post("/intake/api/roster", content=content, headers=headers)
        anonymous = await client.post("/intake/api/roster", content=content)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "", "code": "not-a-zip"}]
    assert anonymous.status_code == 401


@pytest_anyio
@each_sample
async def test_a_whole_bundle_is_brought_in_without_its_passwords_and_with_its_names_sealed(office, sample):
    report = await office.bring(sample.path)
    assert (report.applied, report.schools, report.quarantined) == (len(sample.people), len(sample.schools), [])
    told = "".join(event.body for event in await office.kernel.store.read_after(0))
    assert not [word for word in (sample.unread, *(name.split()[-1] for _, name in sample.people)) if word in told]
    assert (await office.bring(sample.path)).unchanged == len(sample.people)


@pytest_anyio
async def test_somebody_whose_row_is_bad_this_time_does_not_leave(office):
    students = "".join(row(f"murid-{place}") for place in range(40))
    await office.bring_files(FILES | {"users": USERS + students})
    report = await office.bring_files(FILES | {"users": USERS + students, "demographics": "sourcedId,birthDate\nmurid-7,07/05/2012\n"})
    assert [each.reason for each in report.quarantined] == ["spreadsheet-date"]
    assert report.left == 0


@pytest_anyio
async def test_two_schools_with_one_number_do_not_stop_the_directory(office):
    double = SchoolRegistered(school="s2", npsn="20109999", name="SMP", level="smp")
    await office.bring_files(FILES)
    async with past_the_wall(office.kernel.database).connection() as connection:
        event = (await office.kernel.store.read_after(0))[0]
        await project(connection, 1, [event._replace(body=double.model_dump_json())])


@pytest_anyio
async def test_one_erased_person_does_not_keep_the_others_out(office):
    await office.bring_files(FILES)
    await erase(office.kernel, person_id("roster", "ani"))
    report = await office.bring_files(FILES | {"users": USERS.replace("Ani,", "Anisa,") + row("eka")})
    assert report.applied >= 1
    assert person_id("roster", "eka") in await office.people()


@pytest_anyio
@pytest.mark.parametrize("told", [True, False])
async def test_whoever_lost_the_key_of_their_address_alone_keeps_nobody_out(office, told):
    users = USERS if told else USERS.replace("ani@contoh.invalid,,0811", ",,")
    await office.bring_files(FILES | {"users": users})
    ani = person_id("roster", "ani")
    await Destroyer(erasures_login(office.kernel.database.url)).destroy([(ani, "contact")])
    office.kernel.vault.forget()
    report = await office.bring_files(FILES | {"users": users.replace("Ani,", "Anisa,") + row("eka")})
    assert [(each.reason, each.row) for each in report.quarantined] == ([("erased", 2)] if told else [])
    assert report.applied == (1 if told else 2)
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
    assert {each.id for each in roster.people} == {person_id(SOURCE, each.key) for each in district.people if each.school != OFFICE.key}
    assert {person.kind: person.born for person in roster.people if person.kind != "student"} == {"staff": "", "guardian": ""}
    assert all(date.fromisoformat(person.born) for person in roster.people if person.kind == "student")
