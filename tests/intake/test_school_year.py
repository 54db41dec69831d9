"""A school's new year: lists that a coordinator confirms; open cases are named first, and nothing closes by itself (ADR 70)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.intake.domain.school_year import (
    SCHOOL_YEAR,
    BeginYear,
    ClassesPlanned,
    Move,
    NotAmongTheLeaving,
    NothingPlanned,
    PlanClasses,
    SchoolYearSettled,
    SetApart,
    SettleYear,
    StudentsMovedUp,
    StudentsSetApart,
    StudentTakenBack,
    TakeBack,
    YearUnderway,
)
from services.intake.roster.ids import person_id, school_id
from services.intake.year.moving_up import raised
from services.intake.year.office import YearOffice
from shared.access import Principal
from shared.neighbours import Told
from shared.open_cases import AskedOf, OpenCase, OpenCases
from shared.testing import given
from tests.intake.office import Office
from tests.intake.test_roster_imports import asking
from tests.keys import bearer, somebody

AT = datetime(2027, 7, 10, tzinfo=UTC)
BY = {"school": "smp", "by": "koordinator"}
UP, OUT = Move(person="ani", was="7A", to="8A"), Move(person="citra", was="9A", to=None)
MOVED = StudentsMovedUp(moves=(UP, OUT), at=AT, **BY)


@pytest.mark.parametrize(
    ("title", "level", "later"),
    [
        ("7A", "smp", "8A"), ("VII-A", "smp", "VIII-A"), ("IX B", "smp", None), ("9", "smp", None), ("Kelas 1", "sd", "Kelas 2"), ("6B", "sd", None),
        ("XI IPA 2", "sma", "XII IPA 2"), ("X-1", "smk", "XI-1"), ("XII TKJ", "smk", None), ("Melati", "sd", "Melati"), ("III", "other", "IV"),
        ("9A", "other", "10A"), ("Kelompok 0", "other", "Kelompok 0"), ("", "sd", ""), ("77", "sd", "77"),
    ],
)  # fmt: skip
def test_a_class_is_called_a_year_later_as_its_school_writes_it(title, level, later):
    assert raised(title, level) == later


def test_a_plan_is_made_changed_and_confirmed():
    plan = ClassesPlanned(classes={"7A": "8A", "9A": None}, **BY)
    given(SCHOOL_YEAR).when(PlanClasses(classes=plan.classes, **BY)).then(plan)
    given(SCHOOL_YEAR, plan).when(PlanClasses(classes=plan.classes, **BY)).then()
    apart = StudentsSetApart(students={"budi": "7A"}, along=(), **BY)
    given(SCHOOL_YEAR, plan).when(SetApart(students={"budi": "7A"}, along=("ani",), **BY)).then(apart)
    given(SCHOOL_YEAR, plan, apart).when(SetApart(students={}, along=("budi",), **BY)).then(StudentsSetApart(students={}, along=("budi",), **BY))
    year = SCHOOL_YEAR.fold([plan, apart])
    assert [year.move_of(*each) for each in (("ani", "7A"), ("budi", "7A"), ("citra", "9A"), ("dian", "8Z"), ("eka", None))] == [
        UP, None, OUT, None, None,
    ]  # fmt: skip
    given(SCHOOL_YEAR, plan).when(BeginYear(moves=(UP, OUT), at=AT, **BY)).then(MOVED)
    given(SCHOOL_YEAR, plan).when(BeginYear(moves=(), at=AT, **BY)).refuses(NothingPlanned)


def test_what_is_confirmed_is_applied_to_the_end_before_anything_else_is_planned():
    for wanted in (PlanClasses(classes={}, **BY), BeginYear(moves=(UP,), at=AT, **BY), TakeBack(person="citra", **BY)):
        given(SCHOOL_YEAR, MOVED).when(wanted).refuses(YearUnderway)
    settled = SchoolYearSettled(school="smp")
    given(SCHOOL_YEAR, MOVED).when(SettleYear(school="smp")).then(settled)
    given(SCHOOL_YEAR, MOVED, settled).when(SettleYear(school="smp")).then()
    given(SCHOOL_YEAR, MOVED, settled).when(TakeBack(person="citra", **BY)).then(StudentTakenBack(person="citra", **BY))
    for person in ("ani", "nobody"):
        given(SCHOOL_YEAR, MOVED, settled).when(TakeBack(person=person, **BY)).refuses(NotAmongTheLeaving)


def test_many_moves_are_several_events_of_one_confirmation():
    moves = tuple(Move(person=f"murid-{each}", was="7A", to="8A") for each in range(501))
    told = [StudentsMovedUp(moves=moves[:500], at=AT, **BY), StudentsMovedUp(moves=moves[500:], at=AT, **BY)]
    given(SCHOOL_YEAR).when(BeginYear(moves=moves, at=AT, **BY)).then(*told)
    assert len(SCHOOL_YEAR.fold(told).moves) == 501


# by the page ----------------------------------------------------------------------------------------------------------

ORGS = "sourcedId,name,type\na,SMP Negeri 1,school\nb,SMP Negeri 2,school\n"
USERS = (
    "sourcedId,status,givenName,familyName,role,orgSourcedIds\n"
    "ani,,Ani,Contoh,student,a\nbudi,,Budi,Contoh,student,a\ncitra,,Citra,Contoh,student,a\ndian,,Dian,Contoh,student,b\n"
    "guru,,Guru,Contoh,teacher,a\n"
)
CLASSES = "sourcedId,title,classType,schoolSourcedId\nk7,7A,homeroom,a\nk9,9A,homeroom,a\nk8,8A,homeroom,a\n"
ENROLLED = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\n1,k7,a,ani,student\n2,k7,a,budi,student\n3,k9,a,citra,student\n"
FILES = {"orgs": ORGS, "users": USERS, "classes": CLASSES, "enrollments": ENROLLED}
A, B = school_id("roster", "a"), school_id("roster", "b")
ANI, BUDI, CITRA, DIAN, GURU = (person_id("roster", each) for each in ("ani", "budi", "citra", "dian", "guru"))
COORDINATOR, OF_B = somebody("koordinator-a", {"coordinator"}, {A}), somebody("koordinator-b", {"coordinator"}, {B})
OF_BOTH, OPERATOR = somebody("koordinator-ab", {"coordinator"}, {A, B}), somebody("operator-a", {"school-operator"}, {A})
PAGE = "/intake/tahun-ajaran"


@dataclass
class Year:
    """Intake with two schools. cases: what its sibling answers. asked: what it was asked."""

    office: Office
    client: httpx.AsyncClient
    cases: list[OpenCase] = field(default_factory=list)
    asked: list[AskedOf] = field(default_factory=list)

    def _as(self, who: Principal) -> dict[str, str]:
        return bearer(self.office.kernel.settings, who)

    async def shown(self, who: Principal = COORDINATOR, school: str = A) -> httpx.Response:
        return await self.client.get(PAGE, params={"sekolah": school}, headers=self._as(who))

    async def send(self, path: str, who: Principal = COORDINATOR, **typed: Any) -> httpx.Response:
        return await self.client.post(f"{PAGE}/{path}", data={"sekolah": A} | typed, headers=self._as(who))

    async def planned(self) -> None:
        """7A becomes 8A, 9A graduates, Budi stays."""
        assert (await self.send("kelas", kelas=["7A", "9A"], ke=["ke:8A", "keluar"])).status_code == 303
        assert (await self.send("murid", murid=[ANI, BUDI], ke=["ikut", "tetap"])).status_code == 303

    async def homerooms(self) -> dict[str, str | None]:
        async with self.office.directory.reading(acting="directory") as (connection, generation):
            query = "SELECT person, homeroom FROM person_v1 WHERE generation = %s AND kind = 'student'"
            return dict(await (await connection.execute(query, (generation,))).fetchall())


@pytest.fixture
async def year(office, monkeypatch):
    await office.bring_files(FILES)
    async with asking(office) as client:
        told = Year(office, client)

        async def answer(_: Told, path: str, body: AskedOf) -> bytes:
            assert path == "open-cases"
            told.asked.append(body)
            return OpenCases(cases=tuple(each for each in told.cases if each.student in body.students)).model_dump_json().encode()

        monkeypatch.setattr(Told, "bytes", answer)
        yield told


@pytest.mark.anyio
async def test_open_cases_are_named_before_anything_is_confirmed_and_the_lists_move_everybody(year):
    year.cases = [OpenCase(case="kasus-1", student=CITRA, keeper=GURU), OpenCase(case="kasus-2", student=ANI, keeper=None)]
    await year.planned()
    page = (await year.shown()).text
    assert page.index("Citra Contoh") < page.index("Ani Contoh") < page.index("Konfirmasi tahun ajaran baru")
    assert ("Ditangani Guru Contoh" in page, "Belum ada yang menangani" in page, "7A ke 8A: 1 murid" in page) == (True, True, True)
    assert year.asked[-1] == AskedOf(reader="koordinator-a", school=A, students=(ANI, CITRA))
    seen = {"kasus": "kasus-1,kasus-2", "pindah": 2, "keluar": 1}
    assert (await year.send("konfirmasi", **seen)).status_code == 422, "the list was not read"
    assert (await year.send("konfirmasi", dibaca="ya", **seen | {"kasus": "kasus-1"})).status_code == 409, "a case came meanwhile"
    assert (await year.send("konfirmasi", dibaca="ya", **seen | {"pindah": 3})).status_code == 409, "a student came meanwhile"
    assert await year.office.told("students-moved-up") == []
    assert (await year.send("konfirmasi", dibaca="ya", **seen)).status_code == 303
    assert await year.homerooms() == {ANI: "8A", BUDI: "7A", DIAN: None}
    assert [each["person"] for each in await year.office.told("person-left")] == [CITRA]
    assert [each["school"] for each in await year.office.told("school-year-settled")] == [A]


@pytest.mark.anyio
async def test_an_export_of_last_year_takes_nobody_back_and_a_new_one_is_believed(year):
    await year.planned()
    assert (await year.send("konfirmasi", pindah=2, keluar=1)).status_code == 303
    report = await year.office.bring_files(FILES)
    assert [(each.file, each.row, each.reason) for each in report.quarantined] == [("users.csv", 4, "left-with-the-year")]
    assert await year.homerooms() == {ANI: "8A", BUDI: "7A", DIAN: None}
    newer = ENROLLED.replace("1,k7", "1,k9").replace("3,k9", "3,k8")
    await year.office.bring_files(FILES | {"enrollments": newer})
    assert await year.homerooms() == {ANI: "9A", BUDI: "7A", CITRA: "8A", DIAN: None}


@pytest.mark.anyio
async def test_who_was_put_on_the_list_by_mistake_is_taken_back_as_they_were(year):
    await year.planned()
    await year.send("konfirmasi", pindah=2, keluar=1)
    assert "Citra Contoh masih di sekolah ini" in (await year.shown()).text
    assert (await year.send("kembali", murid=CITRA)).status_code == 303
    assert (await year.homerooms())[CITRA] == "9A"
    assert (await year.send("kembali", murid=CITRA)).status_code == 404
    report = await year.office.bring_files(FILES)
    assert (report.quarantined, (await year.homerooms())[CITRA]) == ([], "9A")


@pytest.mark.anyio
async def test_nobody_is_taken_back_whom_another_school_has_had_since(year):
    await year.planned()
    await year.send("konfirmasi", pindah=2, keluar=1)
    at_b = USERS.replace("citra,,Citra,Contoh,student,a", "citra,,Citra,Contoh,student,b")
    await year.office.bring_files(FILES | {"users": at_b, "enrollments": ENROLLED.replace("3,k9,a,citra,student\n", "")})
    await year.office.bring_files(
        FILES | {"users": at_b.replace("citra,,Citra,Contoh,student,b\n", ""), "enrollments": ENROLLED.replace("3,k9,a,citra,student\n", "")}
    )
    before = await year.homerooms()
    assert (await year.send("kembali", murid=CITRA)).status_code == 404
    assert (await year.homerooms(), await year.office.told("student-taken-back")) == (before, [])


@pytest.mark.anyio
@pytest.mark.parametrize("title", ["8\u202eA", "x" * 301, "8-Jan", "=A1"])
async def test_a_class_is_called_nothing_that_an_import_would_set_aside(year, title):
    for path, typed in (("kelas", {"kelas": ["7A", "9A"], "ke": [f"ke:{title}", "tetap"]}), ("murid", {"murid": [ANI], "ke": [f"ke:{title}"]})):
        answer = await year.send(path, **typed)
        assert (answer.status_code, "Nama kelas ditulis sebagai teks biasa" in answer.text) == (422, True)
    assert (await year.office.told("classes-planned"), await year.office.told("students-set-apart")) == ([], [])


@pytest.mark.anyio
async def test_a_move_that_was_cut_off_goes_on_and_nobody_moves_twice(year, monkeypatch):
    await year.planned()
    whole = YearOffice._apply

    async def cut(self, school, moves, by):
        await whole(self, school, moves[:1], by)
        raise ConnectionError

    monkeypatch.setattr(YearOffice, "_apply", cut)
    assert (await year.send("konfirmasi", pindah=2, keluar=1)).status_code == 500
    monkeypatch.setattr(YearOffice, "_apply", whole)
    page = (await year.shown()).text
    assert ("Belum selesai diterapkan" in page, "Konfirmasi tahun ajaran baru" in page) == (True, False)
    assert (await year.send("lanjutkan")).status_code == 303
    assert await year.homerooms() == {ANI: "8A", BUDI: "7A", DIAN: None}


@pytest.mark.anyio
async def test_a_homeroom_teacher_is_added_and_taken_back(year):
    assert (await year.send("wali", orang=GURU)).status_code == 303
    assert "Guru Contoh bukan wali kelas lagi" in (await year.shown()).text
    assert (await year.send("wali", orang=GURU, akhiri="1")).status_code == 303
    assert "Guru Contoh bukan wali kelas lagi" not in (await year.shown()).text
    assert (await year.send("wali", orang=ANI)).status_code == 404


@pytest.mark.anyio
async def test_nobody_prepares_the_year_of_another_school_or_without_the_role(year):
    plan = {"kelas": ["7A", "9A"], "ke": ["ke:8A", "keluar"]}
    assert ((await year.shown(OF_B)).status_code, (await year.send("kelas", OF_B, **plan)).status_code) == (404, 404)
    assert ((await year.shown(OPERATOR)).status_code, (await year.send("lanjutkan", OPERATOR)).status_code) == (403, 403)
    both = await year.shown(OF_BOTH, "")
    assert [name in both.text for name in ("SMP Negeri 1", "SMP Negeri 2")] == [True, True]
    for typed in ({"kelas": ["7A"], "ke": ["keluar"]}, {"kelas": ["7A", "9A"], "ke": ["ke: ", "keluar"]}, {"kelas": ["7A", "9A"], "ke": ["x", "y"]}):
        assert (await year.send("kelas", **typed)).status_code == 404
    for students in ([DIAN], ["nobody"]):
        assert (await year.send("murid", murid=students, ke=["keluar"])).status_code == 404
    assert await year.office.told("classes-planned") == []


@pytest.mark.anyio
async def test_without_an_answer_about_open_cases_nothing_is_confirmed(year, monkeypatch):
    await year.planned()
    monkeypatch.undo()
    page = (await year.shown()).text
    assert ("Kasus terbuka belum dapat diperiksa" in page, "Konfirmasi tahun ajaran baru" in page) == (True, False)
    assert (await year.send("konfirmasi", pindah=2, keluar=1)).status_code == 503
    assert await year.office.told("students-moved-up") == []
