"""A school mends what an import set aside of its people; the mend holds until the source agrees (ADR 79; domain.md, People come and go)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from services.intake.domain.mends import (
    MENDS,
    FaultOfPerson,
    GuardianMendedAlready,
    MendField,
    NoSuchMend,
    RosterFaultsTold,
    RosterFieldMended,
    RosterMendEnded,
    RosterMendUndone,
    TellFaults,
    UndoMend,
)
from services.intake.roster.ids import person_id, school_id
from services.intake.roster.known import KnownPerson, read_known
from services.intake.roster.person import Person
from services.intake.roster.reading import read_bundle
from services.intake.roster.registered import Registered
from shared.access import Principal
from shared.sealed import Sealed
from shared.testing import given
from tests.intake.bundles import zipped
from tests.intake.interpreting import interpret
from tests.intake.office import Office
from tests.intake.test_roster_imports import asking
from tests.keys import bearer, somebody

SMP, BY = {"school": "smp"}, {"school": "smp", "person": "ani", "by": "operator"}
BOX, OTHER = (Sealed(kid="k", context=f"c/{each}", box="eA==") for each in ("value", "was"))
FAULT = FaultOfPerson(person="ani", file="demographics.csv", row=2, field="birthDate", reason="not-a-date")
MENDED = RosterFieldMended(field="born", value=BOX, was=None, **BY)


def test_what_stands_open_is_told_once_and_told_again_where_it_changed():
    told = RosterFaultsTold(faults=(FAULT,), more=False, **SMP)
    given(MENDS).when(TellFaults(faults=(FAULT,), **SMP)).then(told)
    given(MENDS, told).when(TellFaults(faults=(FAULT,), **SMP)).then()
    given(MENDS, told).when(TellFaults(faults=(), **SMP)).then(RosterFaultsTold(faults=(), more=False, **SMP))


def test_many_faults_stand_in_several_events_and_count_together():
    many = tuple(FAULT.model_copy(update={"row": row}) for row in range(2, 1203))
    first, second = RosterFaultsTold(faults=many[:1000], more=True, **SMP), RosterFaultsTold(faults=many[1000:], more=False, **SMP)
    given(MENDS).when(TellFaults(faults=many, **SMP)).then(first, second)
    given(MENDS, first, second).when(TellFaults(faults=many, **SMP)).then()


def test_a_mend_stands_until_it_is_undone_or_needless():
    given(MENDS).when(MendField(field="born", value=BOX, was=None, **BY)).then(MENDED)
    given(MENDS, MENDED).when(UndoMend(field="born", **BY)).then(RosterMendUndone(field="born", **BY))
    needless = TellFaults(faults=(), ended=(("ani", "born"), ("budi", "born")), **SMP)
    ended = RosterMendEnded(person="ani", field="born", **SMP)
    given(MENDS, MENDED).when(needless).then(ended)
    for over in (ended, RosterMendUndone(field="born", **BY)):
        given(MENDS, MENDED, over).when(UndoMend(field="born", **BY)).refuses(NoSuchMend)


def test_a_second_mend_keeps_what_was_before_the_first_and_a_second_guardian_waits():
    first = RosterFieldMended(field="name", value=BOX, was=OTHER, **BY)
    given(MENDS, first).when(MendField(field="name", value=OTHER, was=BOX, **BY)).then(RosterFieldMended(field="name", value=OTHER, was=OTHER, **BY))
    linked = RosterFieldMended(field="guardian", value=BOX, was=None, **BY)
    given(MENDS, linked).when(MendField(field="guardian", value=OTHER, was=None, **BY)).refuses(GuardianMendedAlready)


# by the page ----------------------------------------------------------------------------------------------------------

A, B = school_id("roster", "a"), school_id("roster", "b")
ANI, BUDI, IBU, EKA = (person_id("roster", each) for each in ("ani", "budi", "ibu", "eka"))
OPERATOR, COORDINATOR = somebody("operator-a", {"school-operator"}, {A}), somebody("koordinator-a", {"coordinator"}, {A})
OF_B, TEACHER = somebody("operator-b", {"school-operator"}, {B}), somebody("guru-a", {"subject-teacher"}, {A})
PAGE = "/intake/perbaikan"

WRONG = {
    "orgs": "sourcedId,name,type\na,SMP Negeri 1,school\nb,SMP Negeri 2,school\n",
    "users": (
        "sourcedId,status,givenName,familyName,role,orgSourcedIds,agentSourcedIds\n"
        "ani,,Ani,Cntoh,student,a,paman\nbudi,,Budi,Contoh,student,a,\nibu,,Ibu,Contoh,parent,a,\neka,,Eka,Contoh,student,b,\n"
    ),
    "classes": "sourcedId,title\nk7,7A\nk8,7B\n",
    "enrollments": "classSourcedId,userSourcedId,role\nk7,ani,student\nk8,ani,student\nk7,budi,student\nk7,eka,student\n",
    "demographics": "sourcedId,birthDate\nani,3/5/2012\nbudi,2012-05-03\neka,2012-05-33\n",
}
MENDS_OF_ANI = {"born": "2012-05-03", "homeroom": "7B", "guardian": "ibu contoh", "name": "Ani Contoh"}
RIGHT = WRONG | {
    "users": WRONG["users"].replace("Cntoh", "Contoh").replace(",paman", ",ibu"),
    "enrollments": WRONG["enrollments"].replace("k7,ani,student\n", ""),
    "demographics": WRONG["demographics"].replace("3/5/2012", "2012-05-03"),
}
"""What the source would be once it said what was mended. Eka, of the other school, stays wrong."""


@dataclass
class Mending:
    """Intake with two schools, asked by whoever is named."""

    office: Office
    client: httpx.AsyncClient

    def _as(self, who: Principal) -> dict[str, str]:
        return bearer(self.office.kernel.settings, who)

    async def shown(self, who: Principal = OPERATOR) -> str:
        return (await self.client.get(PAGE, headers=self._as(who))).text

    async def form(self, person: str = ANI, who: Principal = OPERATOR) -> httpx.Response:
        return await self.client.get(f"{PAGE}/orang", params={"orang": person}, headers=self._as(who))

    async def mend(self, field: str, value: str, who: Principal = OPERATOR, person: str = ANI) -> int:
        typed = {"orang": person, "bagian": field, "isi": value}
        return (await self.client.post(PAGE, data=typed, headers=self._as(who))).status_code

    async def undo(self, field: str, who: Principal = OPERATOR) -> int:
        return (await self.client.post(f"{PAGE}/batal", data={"orang": ANI, "bagian": field}, headers=self._as(who))).status_code

    async def mend_all(self) -> None:
        assert [await self.mend(field, value) for field, value in MENDS_OF_ANI.items()] == [303] * len(MENDS_OF_ANI)

    async def last(self, person: str = ANI) -> Person:
        found = await Registered(self.office.kernel.store, self.office.kernel.vault).last(person)
        assert found
        return found

    async def roster(self) -> list[Person]:
        """Everybody as they are registered."""
        return [await self.last(each) for each in sorted(await self.office.people())]

    async def events(self, *kinds: str) -> list[tuple[str, str, str]]:
        return [(each["type"], each["person"], each["field"]) for kind in kinds for each in await self.office.told(kind)]


async def as_from_scratch(mending: Mending, files: Mapping[str, str | bytes]) -> list[Person]:
    """The people of a bundle as nothing but the bundle says it."""
    bundle = read_bundle(zipped(files, mending.office.folder / "scratch.zip"))
    people: dict[str, KnownPerson] = {}

    async def keep(some: Mapping[str, KnownPerson]) -> None:
        people.update(some)

    known = await read_known(mending.office.directory, keep)
    return sorted(interpret(bundle, replace(known, people=people)).people, key=lambda each: each.id)


@pytest.fixture
async def mending(office):
    await office.bring_files(WRONG)
    async with asking(office) as client:
        yield Mending(office, client)


@pytest.mark.anyio
async def test_a_school_sees_what_was_set_aside_of_its_own_people_with_the_way_to_mend_it(mending):
    page = await mending.shown(COORDINATOR)
    assert ("Ani Cntoh" in page, "demographics.csv, baris 2" in page, "lebih dari satu rombel" in page) == (True, True, True)
    assert ("Eka" in page, "Budi" in page, ANI in page.replace(f"orang={ANI}", "")) == (False, False, False)
    assert "Eka Contoh" in await mending.shown(OF_B)
    assert [(await mending.form(ANI, who)).status_code for who in (OPERATOR, OF_B, TEACHER)] == [200, 404, 403]


@pytest.mark.anyio
async def test_the_roster_after_an_import_and_its_mends_is_that_of_the_mended_bundle_and_stays_it(mending):
    await mending.mend_all()
    right = await as_from_scratch(mending, RIGHT)
    assert await mending.roster() == right
    report = await mending.office.bring_files(WRONG)
    assert (await mending.roster(), report.applied, report.left) == (right, 0, 0)
    page = await mending.shown()
    assert all(each in page for each in ("Sudah diperbaiki di sini", "Kamis, 3 Mei 2012", "7B", "Ibu Contoh"))


@pytest.mark.anyio
async def test_a_mend_ends_by_itself_once_the_source_says_the_same_and_the_source_rules_again(mending):
    await mending.mend_all()
    report = await mending.office.bring_files(RIGHT)
    assert report.applied == 0, "nobody changed"
    assert sorted(await mending.events("roster-mend-ended")) == [
        ("roster-mend-ended", ANI, field) for field in ("born", "guardian", "homeroom", "name")
    ]
    assert "Sudah diperbaiki di sini" not in await mending.shown()
    await mending.office.bring_files(RIGHT | {"demographics": RIGHT["demographics"].replace("2012-05-03", "2012-06-03")})
    assert (await mending.last()).born == "2012-06-03"


@pytest.mark.anyio
async def test_what_was_undone_is_as_it_was_before_and_the_next_import_has_its_word(mending):
    before = await mending.last()
    await mending.mend_all()
    assert [await mending.undo(field, COORDINATOR) for field in MENDS_OF_ANI] == [303] * len(MENDS_OF_ANI)
    assert await mending.last() == before
    assert await mending.undo("born") == 404
    await mending.office.bring_files(WRONG)
    assert await mending.last() == before


@pytest.mark.anyio
async def test_a_class_that_the_source_calls_a_third_one_is_news_and_a_wrong_name_is_not(mending):
    await mending.mend_all()
    files = WRONG | {
        "classes": "sourcedId,title\nk7,7A\nk8,7B\nk9,8C\n",
        "enrollments": WRONG["enrollments"].replace("k7,ani", "k9,ani").replace("k8,ani", "k9,ani"),
    }
    await mending.office.bring_files(files)
    assert ((await mending.last()).homeroom, await mending.events("roster-mend-ended")) == ("7B", []), "the loss of 7B was refused"
    await mending.office.bring_files(files, accept=[f"{A}:classes"])
    last = await mending.last()
    assert (last.homeroom, last.name, last.born, last.guardians) == ("8C", "Ani Contoh", "2012-05-03", (IBU,))
    assert await mending.events("roster-mend-ended") == [("roster-mend-ended", ANI, "homeroom")]


@pytest.mark.anyio
@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_dry_run_ends_no_mend(mending, dry_run):
    await mending.mend_all()
    await mending.office.bring_files(RIGHT, dry_run=dry_run)
    assert bool(await mending.events("roster-mend-ended")) is not dry_run


@pytest.mark.anyio
async def test_what_cannot_be_right_is_refused_in_words_and_nobody_of_another_school_is_mended(mending):
    typed = [
        ("born", "2012-02-30"),
        ("born", "2999-01-01"),
        ("name", "–"),
        ("name", "3201010101010001"),
        ("homeroom", "8-Jan"),
        ("guardian", "Paman"),
    ]
    assert [await mending.mend(*each) for each in [*typed, ("phone", "1")]] == [422] * 7
    assert [await mending.mend("born", "2012-05-03", who) for who in (OF_B, TEACHER)] == [404, 403]
    assert await mending.mend("born", "2012-05-03", person="nobody") == 404
    assert await mending.mend("homeroom", "7B", person=IBU) == 404, "a guardian is in no class"
    assert await mending.events("roster-field-mended") == []


@pytest.mark.anyio
async def test_nothing_of_a_child_stands_open_in_the_store(mending, caplog: Any):
    await mending.mend_all()
    bodies = [each.body for each in await mending.office.kernel.store.read_after(0, limit=10_000) if each.type == "roster-field-mended"]
    assert [text for text in ('"2012', '"7B"', IBU, '"Ani') for body in bodies if text in body] == [], "quoted: a sealed box spells 7B by chance"
    assert "2012-05-03" not in caplog.text
