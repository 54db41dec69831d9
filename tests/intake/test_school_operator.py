"""An operator sekolah sees and mends the roster of the own school, and of no other (domain.md, Who is who)."""

import httpx
import pytest

from services.intake.roster.ids import person_id, school_id
from tests.intake.bundles import zipped
from tests.intake.test_roster_imports import asking
from tests.keys import somebody

pytestmark = pytest.mark.anyio

HEAD = "sourcedId,name,type\n"
ORGS = {"a": "a,SMP Negeri 1,school\n", "b": "b,SMP Negeri 2,school\n"}
USERS = "sourcedId,status,givenName,familyName,role,orgSourcedIds,email\n"
ANI, EKA = "ani,,Ani,Contoh,teacher,a,ani@contoh.invalid\n", "eka,,Eka,Contoh,teacher,b,eka@contoh.invalid\n"
A, B = school_id("roster", "a"), school_id("roster", "b")


@pytest.fixture
async def asked(office):
    """Sends a bundle as the operator of A."""
    await office.bring_files({"orgs": HEAD + ORGS["a"] + ORGS["b"], "users": USERS + ANI + EKA})
    async with asking(office, somebody("operator-a", {"school-operator"}, {A})) as client:

        async def send(schools: str, users: str, **more: bool) -> httpx.Response:
            files = {"orgs": HEAD + "".join(ORGS[each] for each in schools), "users": USERS + users}
            return await client.post("/intake/api/roster", params=more, content=zipped(files, office.folder / "o.zip").read_bytes())

        send.client = client  # type: ignore[attr-defined]
        yield send


async def test_they_import_their_own_school_with_a_dry_run_and_a_report(office, asked):
    users = ANI + "budi,,Budi,Contoh,student,a,\n"
    dry = (await asked("a", users, dry_run=True)).json()
    assert (dry["dry_run"], dry["applied"]) == (True, 1)
    assert (await asked("a", users)).json()["applied"] == 1
    report = (await asked.client.get("/intake/api/roster/report")).json()
    assert {each["school"] for each in report["parts"]} == {A}
    assert person_id("roster", "budi") in await office.people()


async def test_a_bundle_that_names_another_school_is_refused_as_a_whole(office, asked):
    before = await office.people()
    answer = await asked("ab", "budi,,Budi,Contoh,student,b,\n")
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "/orgs.csv", "code": "not-your-school"}])
    assert await office.people() == before


@pytest.mark.parametrize("row", [EKA.replace(",b,eka@", ",a,jahat@"), EKA.replace("eka,,", "eka,tobedeleted,")])
async def test_nobody_of_another_school_is_moved_changed_or_let_go(office, asked, row):
    told = len(await office.told("person-registered"))
    answer = await asked("a", ANI + row)
    assert (answer.status_code, answer.json()["applied"], answer.json()["left"]) == (200, 0, 0)
    assert len(await office.told("person-registered")) == told
    assert person_id("roster", "eka") in await office.people()


async def test_the_report_of_an_import_of_the_whole_district_shows_their_school_alone(office, asked):
    await office.bring_files({"orgs": HEAD + ORGS["a"] + ORGS["b"], "users": USERS + ANI + EKA + "x,,,,teacher,b,\n" + "y,,Yuni,Contoh,teacher,b,\n"})
    report = (await asked.client.get("/intake/api/roster/report")).json()
    assert ({each["school"] for each in report["parts"]}, report["quarantined"], report["applied"]) == ({A}, [], 0)


async def test_no_other_role_of_a_school_imports(office):
    await office.bring_files({"orgs": HEAD + ORGS["a"], "users": USERS + ANI})
    async with asking(office, somebody("kepala", {"principal", "coordinator"}, {A})) as client:
        assert (await client.post("/intake/api/roster", content=b"")).status_code == 403
        assert (await client.get("/intake/api/roster/report")).status_code == 403


USERS_12 = "sourcedId,status,givenName,familyName,role,orgSourcedIds,email,metadata.tanggapRoles\n"


async def bundle_without_schools(office, users: str) -> bytes:
    manifest = "propertyName,value\noneroster.version,1.1\nfile.orgs,absent\nfile.users,delta\n"
    return zipped({"manifest": manifest, "users": USERS_12 + users}, office.folder / "tanpa-sekolah.zip").read_bytes()


@pytest.mark.parametrize(
    "row",
    [
        "operator-a,,Operator,Contoh,teacher,b,o@contoh.invalid,coordinator\n",
        "baru,,Baru,Contoh,teacher,b,baru@contoh.invalid,counsellor|principal\n",
    ],
)
async def test_nobody_new_or_known_gets_a_post_at_another_school_also_where_the_bundle_names_no_school(office, asked, row):
    told = len(await office.told("person-registered"))
    answer = await asked.client.post("/intake/api/roster", content=await bundle_without_schools(office, row))
    assert (answer.status_code, answer.json()["applied"]) == (200, 0)
    assert [each["reason"] for each in answer.json()["quarantined"]] == ["of-another-school"]
    assert len(await office.told("person-registered")) == told


async def test_roles_that_open_cases_or_accounts_wait_for_the_district(office, asked):
    users = "ani,,Ani,Contoh,teacher,a,ani@contoh.invalid,counsellor|homeroom\n"
    answer = await asked.client.post("/intake/api/roster", content=await bundle_without_schools(office, users))
    assert (answer.status_code, answer.json()["applied"]) == (200, 1)
    assert [(each["field"], each["reason"]) for each in answer.json()["quarantined"]] == [("role", "role-for-the-district")]
    last = (await office.told("person-registered"))[-1]
    assert [(post["role"], post["school"]) for post in last["posts"]] == [("homeroom", A)]


async def test_a_role_that_the_district_gave_stays_with_an_import_of_the_own_school(office, asked):
    await office.bring_files({"orgs": HEAD + ORGS["a"] + ORGS["b"], "users": USERS + ANI.replace("teacher", "counselor") + EKA})
    answer = await asked("a", ANI.replace("teacher", "counselor").replace("Ani,", "Anita,"))
    assert (answer.json()["applied"], answer.json()["quarantined"]) == (1, [])


async def test_the_cluster_of_a_school_is_the_districts_to_say(office, asked):
    files = {"orgs": "sourcedId,name,type,metadata.cluster\na,SMP Negeri 1,school,gugus-9\n", "users": USERS + ANI}
    answer = await asked.client.post("/intake/api/roster", content=zipped(files, office.folder / "gugus.zip").read_bytes())
    assert answer.status_code == 200
    assert [each["cluster"] for each in await office.told("school-registered") if each["school"] == A][-1] is None
