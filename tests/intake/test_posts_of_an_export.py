"""Which posts an export gives, keeps and cannot take (domain.md, People come and go; district-life, row 3)."""

import pytest

from services.intake.roster.ids import person_id, school_id
from shared.events import Post
from tests.logins import past_the_wall

pytestmark = pytest.mark.anyio

ORGS = "sourcedId,name,type\na,SMP Negeri 1,school\nb,SMP Negeri 2,school\n"
USERS = "sourcedId,givenName,familyName,primaryOrgSourcedId\nani,Ani,Contoh,a\ncitra,Citra,Contoh,b\n"
ROLES = "userSourcedId,roleType,role,orgSourcedId\nani,primary,teacher,a\nani,secondary,counselor,b\ncitra,primary,principal,b\n"
WHOLE = {"orgs": ORGS, "users": USERS, "roles": ROLES}
A, B = school_id("roster", "a"), school_id("roster", "b")
ANI, CITRA = person_id("roster", "ani"), person_id("roster", "citra")


async def posts(office, person: str = ANI) -> set[tuple[str, str | None]]:
    """Role and school of every post that the directory has."""
    office.kernel.posts.forget()
    return {(post.role, post.school) for post in (await office.kernel.posts.of(person)).posts}


async def test_row_3_each_role_holds_at_the_school_where_the_export_says_it(office):
    await office.bring_files(WHOLE)
    assert await posts(office) == {("subject-teacher", A), ("counsellor", B)}
    assert await office.told("person-registered") != []
    assert (await office.bring_files(WHOLE)).applied == 0


async def test_version_1_of_one_roster_names_several_schools_for_a_role(office):
    users = "sourcedId,givenName,familyName,role,orgSourcedIds\n" + 'ani,Ani,Contoh,teacher,"a,b"\n'
    await office.bring_files({"orgs": ORGS, "users": users})
    assert await posts(office) == {("subject-teacher", A), ("subject-teacher", B)}


@pytest.mark.parametrize("kinds", [("primary", "primary"), ("secondary", "primary"), ("", "")])
async def test_whoever_works_at_a_school_where_their_child_is_stays_staff(office, kinds):
    works, parent = kinds
    roles = f"userSourcedId,roleType,role,orgSourcedId\nani,{works},principal,a\nani,{parent},parent,b\ncitra,primary,guardian,b\n"
    await office.bring_files({"orgs": ORGS, "users": USERS, "roles": roles})
    assert await posts(office) == {("principal", A)}


async def test_our_own_column_names_roles_at_the_main_school(office):
    users = "sourcedId,givenName,familyName,primaryOrgSourcedId,metadata.tanggapRoles\nani,Ani,Contoh,a,homeroom|school-operator\n"
    await office.bring_files({"orgs": ORGS, "users": users, "roles": "\n".join(ROLES.splitlines()[:3]) + "\n"})
    assert await posts(office) == {("homeroom", A), ("school-operator", A), ("counsellor", B)}


async def test_the_export_of_one_school_takes_no_post_of_another(office):
    await office.bring_files(WHOLE)
    only_a = {
        "orgs": ORGS.splitlines()[0] + "\na,SMP Negeri 1,school\n",
        "users": "sourcedId,givenName,familyName,primaryOrgSourcedId\nani,Ani,Contoh,a\n",
    }
    await office.bring_files(only_a | {"roles": "userSourcedId,roleType,role,orgSourcedId\nani,primary,counselor,a\n"})
    assert await posts(office) == {("counsellor", A), ("counsellor", B)}
    assert await posts(office, CITRA) == {("principal", B)}


async def test_whoever_is_missing_in_the_export_of_one_school_keeps_the_posts_at_another(office):
    await office.bring_files(WHOLE)
    only_a = {
        "orgs": ORGS.splitlines()[0] + "\na,SMP Negeri 1,school\n",
        "users": "sourcedId,givenName,familyName,primaryOrgSourcedId\neka,Eka,Contoh,a\n",
    }
    report = await office.bring_files(only_a | {"roles": "userSourcedId,roleType,role,orgSourcedId\neka,primary,teacher,a\n"}, allow_drop=True)
    assert (await posts(office), report.left) == ({("counsellor", B)}, 0)


async def test_losing_the_only_counsellor_who_is_at_home_elsewhere_is_refused_for_that_school(office):
    await office.bring_files(WHOLE)
    report = await office.bring_files(WHOLE | {"roles": ROLES.replace("ani,secondary,counselor,b\n", "")})
    assert [(each.school, each.part, each.reason) for each in report.refused] == [(B, "staff", "loses-all-counsellors")]
    assert await posts(office) == {("subject-teacher", A), ("counsellor", B)}


async def test_a_role_of_the_district_in_an_export_is_set_aside_and_the_person_comes_in(office):
    roles = ROLES + "citra,secondary,districtAdministrator,b\n"
    report = await office.bring_files(WHOLE | {"roles": roles})
    assert [(each.file, each.row, each.field, each.reason) for each in report.quarantined] == [("roles.csv", 5, "role", "district-role")]
    assert await posts(office, CITRA) == {("principal", B)}


async def test_our_own_column_gives_no_role_of_the_district_either(office):
    users = "sourcedId,givenName,familyName,role,orgSourcedIds,metadata.tanggapRoles\nani,Ani,Contoh,teacher,a,district-duty|auditor|coordinator\n"
    report = await office.bring_files({"orgs": ORGS, "users": users})
    assert [(each.file, each.row, each.reason) for each in report.quarantined] == [("users.csv", 2, "district-role")]
    assert await posts(office) == {("coordinator", A)}


async def test_no_import_touches_an_appointment(office):
    await office.bring_files(WHOLE)
    async with past_the_wall(office.kernel.database).connection() as connection:
        await connection.execute("INSERT INTO post_v1 SELECT generation, %s, 'supervisor', %s, NULL, true FROM post_v1 LIMIT 1", (CITRA, A))
    await office.bring_files(WHOLE | {"roles": ROLES.replace("citra,primary,principal", "citra,primary,teacher")}, allow_drop=True)
    assert await posts(office, CITRA) == {("subject-teacher", B), ("supervisor", A)}
    assert Post("supervisor", A) in (await office.kernel.posts.of(CITRA)).posts
