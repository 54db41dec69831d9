"""A school says whether two records are one child (ADR 58; domain.md, People come and go)."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from services.intake.domain.doubles import (
    DOUBLES,
    MatchedAlready,
    MatchPersons,
    NoSuchMatch,
    PersonsToldApart,
    SameRecord,
    TellApart,
    UnmatchPersons,
)
from services.intake.roster.doubles import DoublesDesk
from services.intake.roster.ids import person_id, school_id
from services.intake.roster.likeness import likely, of_one_name, spelled
from services.intake.roster.person import Person
from services.intake.views import Directory
from shared.access import Principal
from shared.errors import NotFound
from shared.events import PersonsMatched, PersonsUnmatched
from shared.testing import given
from tests.intake.office import Office
from tests.intake.test_roster_imports import asking
from tests.keys import bearer, somebody

ONE = {"person": "ani", "other": "ani-2", "by": "operator"}
SWAPPED = {"person": "ani-2", "other": "ani", "by": "operator"}
THIRD = {"person": "budi", "other": "ani-2", "by": "operator"}


def test_two_records_are_one_child_and_are_two_again():
    given(DOUBLES).when(MatchPersons(**ONE)).then(PersonsMatched(**ONE))
    given(DOUBLES, PersonsMatched(**ONE)).when(UnmatchPersons(**ONE)).then(PersonsUnmatched(**ONE))
    given(DOUBLES, PersonsMatched(**ONE), PersonsUnmatched(**ONE)).when(MatchPersons(**SWAPPED)).then(PersonsMatched(**SWAPPED))


def test_saying_it_twice_is_quiet():
    given(DOUBLES, PersonsMatched(**ONE)).when(MatchPersons(**ONE)).then()
    given(DOUBLES, PersonsToldApart(**ONE)).when(TellApart(**SWAPPED)).then()


def test_nobody_is_matched_with_two_or_with_themself():
    for wanted in (MatchPersons(**THIRD), MatchPersons(**SWAPPED), TellApart(**THIRD)):
        given(DOUBLES, PersonsMatched(**ONE)).when(wanted).refuses(MatchedAlready)
    given(DOUBLES).when(MatchPersons(person="ani", other="ani", by="operator")).refuses(SameRecord)


def test_what_was_not_matched_is_not_undone():
    given(DOUBLES).when(UnmatchPersons(**ONE)).refuses(NoSuchMatch)
    given(DOUBLES, PersonsMatched(**ONE)).when(UnmatchPersons(**SWAPPED)).refuses(NoSuchMatch)


def test_who_was_told_apart_or_matched_is_not_asked_about_again():
    for told in (PersonsToldApart(**ONE), PersonsMatched(**ONE)):
        assert DOUBLES.fold([told]).is_told("ani-2", "ani")
    after = DOUBLES.fold([PersonsMatched(**ONE), PersonsUnmatched(**ONE)])
    assert (after.is_told("ani", "ani-2"), after.is_told("ani", "budi")) == (True, False)


def test_each_of_the_two_records_leads_to_the_other_as_long_as_they_are_one_child():
    child = DOUBLES.fold([PersonsMatched(**ONE)])
    assert [child.same_child(each) for each in ("ani", "ani-2", "budi")] == ["ani-2", "ani", None]
    assert DOUBLES.fold([PersonsMatched(**ONE), PersonsUnmatched(**ONE)]).same_child("ani") is None


@pytest.mark.parametrize(
    ("one", "other"), [("Siti Nur'aini", "SITI  NURAINI"), ("M. Rizky", "m rizky"), ("Émilia", "Emilia"), ("Al-Fatih", "Al Fatih")]
)
def test_one_name_is_spelled_in_several_ways(one, other):
    assert spelled(one) == spelled(other)


def test_two_birth_dates_are_two_children_and_an_unknown_one_says_nothing():
    child = Person("a", "student", "s", (), "Ani", "2012-05-03", "", "", (), "VII-A")
    others = [replace(child, id=name, born=born) for name, born in (("same", child.born), ("unknown", ""), ("another", "2012-05-04"))]
    assert [(one.id, other.id) for one, other in likely([child, *others])] == [
        ("a", "same"),
        ("a", "unknown"),
        ("same", "unknown"),
        ("unknown", "another"),
    ]
    assert of_one_name({"a": "Ani", "b": "ani ", "c": "Budi", "d": "–"}) == [["a", "b"]]


# by the page ----------------------------------------------------------------------------------------------------------

ORGS = "sourcedId,name,type\na,SMP Negeri 1,school\nb,SMP Negeri 2,school\n"
USERS = (
    "sourcedId,status,givenName,familyName,role,orgSourcedIds\n"
    "ani,,Ani,Contoh,student,a\nani-2,,ANI,CONTOH,student,a\nani-3,,Ani,Contoh,student,b\nbudi,,Budi,Contoh,student,a\n"
)
BORN = "sourcedId,birthDate\nani,2012-05-03\nani-2,2012-05-03\nani-3,2012-05-03\n"
A, B = school_id("roster", "a"), school_id("roster", "b")
ANI, ANI_2, ANI_3, BUDI = (person_id("roster", each) for each in ("ani", "ani-2", "ani-3", "budi"))
OPERATOR, COORDINATOR = somebody("operator-a", {"school-operator"}, {A}), somebody("koordinator-a", {"coordinator"}, {A})
OF_B, TEACHER = somebody("operator-b", {"school-operator"}, {B}), somebody("guru-a", {"subject-teacher"}, {A})
PAGE = "/intake/data-ganda"


@dataclass
class Pages:
    """Intake with two schools, asked by whoever is named."""

    office: Office
    client: httpx.AsyncClient

    def _as(self, who: Principal) -> dict[str, str]:
        return bearer(self.office.kernel.settings, who)

    async def shown(self, who: Principal = OPERATOR) -> httpx.Response:
        return await self.client.get(PAGE, headers=self._as(who))

    async def say(self, jawaban: str, who: Principal = OPERATOR, **typed: Any) -> httpx.Response:
        return await self.client.post(PAGE, data={"one": ANI, "other": ANI_2, "pakai": ANI, "jawaban": jawaban} | typed, headers=self._as(who))

    async def told(self) -> list[tuple[str, str, str]]:
        """What was said, in order."""
        events = [each for kind in ("persons-matched", "persons-unmatched", "persons-told-apart") for each in await self.office.told(kind)]
        return [(each["type"], each["person"], each["other"]) for each in events]


@pytest.fixture
async def school(office):
    await office.bring_files({"orgs": ORGS, "users": USERS, "demographics": BORN})
    async with asking(office) as client:
        yield Pages(office, client)


@pytest.mark.anyio
async def test_the_page_shows_who_is_likely_one_child_at_the_own_school(school):
    page = (await school.shown()).text
    assert (page.count("Satu anak: A"), "lahir Kamis, 3 Mei 2012" in page, "Budi" in page) == (1, True, False)
    assert "Tidak ada." in (await school.shown(OF_B)).text


@pytest.mark.anyio
async def test_whoever_is_on_leave_from_a_school_says_nothing_of_its_students_meanwhile(school):
    desk = DoublesDesk(school.office.kernel, Directory(school.office.kernel.database, school.office.directory))
    on_leave = replace(COORDINATOR, away=frozenset({A}))
    assert ([each.name for each in await desk.of(COORDINATOR)], await desk.of(on_leave)) == (["SMP Negeri 1"], [])
    with pytest.raises(NotFound):
        await desk.say(on_leave, ANI, ANI_2, "one")
    assert await school.told() == []


@pytest.mark.anyio
async def test_they_are_one_child_as_the_record_that_was_chosen_and_two_again(school):
    done = await school.say("satu", COORDINATOR, pakai=ANI_2)
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?tersimpan=1")
    page = (await school.shown()).text
    assert ("Sudah dinyatakan satu anak" in page, "Satu anak: A" in page) == (True, False)
    assert (await school.say("batal", one=ANI_2, other=ANI, pakai="")).status_code == 303
    assert "Sudah dinyatakan satu anak" not in (await school.shown()).text
    assert await school.told() == [("persons-matched", ANI_2, ANI), ("persons-unmatched", ANI_2, ANI)]


@pytest.mark.anyio
async def test_two_children_who_look_alike_are_not_asked_about_again(school):
    assert (await school.say("dua")).status_code == 303
    assert "Satu anak: A" not in (await school.shown()).text
    assert await school.told() == [("persons-told-apart", ANI, ANI_2)]


@pytest.mark.anyio
async def test_a_refusal_says_why_and_nothing_is_saved(school):
    await school.say("satu")
    again = await school.say("dua")
    assert (again.status_code, "Belum tersimpan." in again.text, "Batalkan itu dahulu" in again.text) == (409, True, True)
    for typed in ({"jawaban": "mungkin"}, {"pakai": ANI_3}, {"one": "", "pakai": ""}, {"other": ""}):
        assert (await school.say(**({"jawaban": "satu"} | typed))).status_code == 422
    assert await school.told() == [("persons-matched", ANI, ANI_2)]


@pytest.mark.anyio
async def test_nobody_says_it_of_another_school_s_children_or_without_the_role(school):
    for answer in ("satu", "dua"):
        assert (await school.say(answer, OF_B)).status_code == 404
        assert (await school.say(answer, other=ANI_3)).status_code == 404
        assert (await school.say(answer, other="nobody")).status_code == 404
    assert ((await school.shown(TEACHER)).status_code, (await school.say("satu", TEACHER)).status_code) == (403, 403)
    assert await school.told() == []


@pytest.mark.anyio
async def test_two_children_of_whom_nobody_is_asked_are_not_made_one_by_a_forged_form(school):
    """Their cases would become one: the words about a child would lie in another one's case, and that child's counsellor would be another."""
    answers = [await school.say(answer, who, other=BUDI) for answer in ("satu", "dua") for who in (OPERATOR, COORDINATOR)]
    assert [each.status_code for each in answers] == [404] * 4
    assert await school.told() == []


@pytest.mark.anyio
async def test_the_next_import_of_both_records_changes_nothing_of_it(school):
    await school.say("satu")
    report = await school.office.bring_files({"orgs": ORGS, "users": USERS, "demographics": BORN})
    assert (report.applied, report.unchanged, report.left) == (0, 4, 0)
    assert "Sudah dinyatakan satu anak" in (await school.shown()).text
