"""How old each school's roster is, and that a school which sends nothing any more stands on the district's list (domain.md, People come and go; ADR 52)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from services.intake.domain.freshness import AT_ONCE, FRESHNESS, STALE_AFTER, STREAM, Age, Freshness, RosterSchoolsTold, TellSchools
from services.intake.roster.ids import school_id
from shared.access import Principal, service_principal
from shared.decider import execute
from shared.message import Occasion
from shared.testing import given
from tests.intake.office import Office
from tests.intake.test_roster_imports import asking
from tests.keys import bearer, somebody

NOON = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)
ORGS = "sourcedId,name,type\na,SMP Negeri 1,school\nb,SMP Negeri 2,school\n"
USERS = "sourcedId,givenName,familyName,role,orgSourcedIds\n"
BOTH = USERS + "ani,Ani,Contoh,principal,a\nbudi,Budi,Contoh,principal,b\n"
A, B = school_id("roster", "a"), school_id("roster", "b")
DUTY = somebody("duty", {"district-duty"})


def told(*schools: str, at: datetime = NOON) -> RosterSchoolsTold:
    return RosterSchoolsTold(schools=schools, at=at)


# pure ---------------------------------------------------------------------------------------------------------------


def test_a_school_is_told_again_also_where_it_said_the_same_but_not_twice_in_a_day():
    given(FRESHNESS, told("a", at=NOON - timedelta(hours=23))).when(TellSchools(schools=("b", "a"), at=NOON)).then(told("b"))
    given(FRESHNESS, told("a", at=NOON - timedelta(days=1))).when(TellSchools(schools=("b", "a", "b"), at=NOON)).then(told("a", "b"))
    given(FRESHNESS).when(TellSchools(schools=(), at=NOON)).then()


def test_a_whole_district_is_told_in_several_events():
    schools = tuple(f"{number:04}" for number in range(AT_ONCE + 1))
    given(FRESHNESS).when(TellSchools(schools=schools, at=NOON)).then(told(*schools[:AT_ONCE]), told(schools[-1]))


@pytest.mark.parametrize(("since", "stale"), [(timedelta(), False), (STALE_AFTER, False), (STALE_AFTER + timedelta(seconds=1), True)])
def test_a_roster_is_stale_after_thirty_days_without_its_school(since, stale):
    freshness = FRESHNESS.fold([told("a", at=NOON - timedelta(days=400)), told("a", at=NOON)])
    assert freshness.of("a", NOON + since) == Age(NOON, stale)


def test_a_school_that_nobody_ever_told_is_stale():
    assert Freshness().of("a", NOON) == Age(None, True)


# of a running service -----------------------------------------------------------------------------------------------


async def ages(client: httpx.AsyncClient, office: Office, who: Principal) -> list[tuple[str, bool, bool]]:
    """School, whether it was ever told, whether it is stale; in the order of the list."""
    answer = await client.get("/intake/api/roster/schools", headers=bearer(office.kernel.settings, who))
    assert answer.status_code == 200
    return [(each["school"], each["told"] is not None, each["stale"]) for each in answer.json()]


async def grow_old(office: Office, *schools: str) -> None:
    """The schools were told long ago, and not since."""
    at, cause = datetime.now(UTC) - STALE_AFTER - timedelta(days=1), uuid4()
    await execute(office.kernel.store, FRESHNESS, STREAM, TellSchools(schools=schools, at=at), Occasion("tester", None, at, cause, cause))
    assert await office.directory.caught_up(await office.kernel.store.head(), within=30)


@pytest.mark.anyio
async def test_an_import_tells_the_schools_whose_people_it_took_and_no_other(office):
    await office.bring_files({"orgs": ORGS, "users": BOTH})
    before = await office.told("roster-schools-told")
    assert [sorted(each["schools"]) for each in before] == [sorted((A, B))]
    await office.bring_files({"orgs": ORGS, "users": BOTH}, dry_run=True)
    assert await office.told("roster-schools-told") == before
    await grow_old(office, A, B)
    lost = await office.bring_files({"orgs": ORGS, "users": USERS + "ani,Ani,Contoh,principal,a\n"})
    assert [each.school for each in lost.refused] == [B]
    assert [each["schools"] for each in (await office.told("roster-schools-told"))[2:]] == [[A]]


@pytest.mark.anyio
async def test_a_school_of_which_every_person_was_set_aside_is_not_told(office):
    await office.bring_files({"orgs": ORGS, "users": BOTH})
    await grow_old(office, A, B)
    report = await office.bring_files({"orgs": ORGS, "users": BOTH.replace("Budi,Contoh", ",")})
    assert ([each.reason for each in report.quarantined], report.refused) == (["no-name"], [])
    assert [each["schools"] for each in (await office.told("roster-schools-told"))[2:]] == [[A]]


@pytest.mark.anyio
async def test_the_district_sees_the_stalest_school_first_and_a_warning(office):
    await office.bring_files({"orgs": ORGS, "users": BOTH})
    await grow_old(office, B)
    async with asking(office) as client:
        assert await ages(client, office, service_principal("test")) == [(B, True, True), (A, True, False)]
        assert await ages(client, office, somebody("operator-a", {"school-operator"}, {A})) == [(A, True, False)]
        page = (await client.get("/intake/impor", headers=bearer(office.kernel.settings, DUTY))).text
        assert "1 sekolah tidak mengirim datanya selama 30 hari" in page
        assert page.index("SMP Negeri 2") < page.index("Sudah lama") < page.index("Terkini")
        own = (await client.get("/intake/impor", headers=bearer(office.kernel.settings, somebody("operator-a", {"school-operator"}, {A})))).text
        assert ("Terkini" in own, "Sudah lama" in own, "SMP Negeri 2" in own) == (True, False, False)
