"""Who is alerted follows from the posts at the school where the concern is (domain.md, Urgency, People come and go)."""

from uuid import uuid4

import pytest

from services.notifications.ladder import steps
from shared.events import PersonAppointed, PersonDismissed, PersonRegistered, PersonSuspended, Post, SchoolRegistered
from shared.sealed import Sealed
from tests.notifications.desk import Desk, desk

pytestmark = pytest.mark.anyio

NAME = Sealed(kid="k", context="c", box="nama")


@pytest.fixture
async def running(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as found:
        for school, name, level in (("a", "SMP Negeri 1", "smp"), ("b", "SMP Negeri 2", "smp"), ("c", "SMA Negeri 1", "sma")):
            await found.hear(SchoolRegistered(school=school, npsn=None, name=name, level=level, cluster=f"gugus-{school}"))
        yield found


async def registered(running: Desk, person: str, *posts: Post) -> None:
    await running.hear(PersonRegistered(person=person, kind="staff", school="a", posts=posts, name=NAME))


async def staff(running: Desk, school: str) -> dict[str, list[str]]:
    return {role: people for role, people in (await running.roster.staff(school)).items() if people}


async def test_row_3_an_emergency_reaches_the_counsellor_where_she_counsels_and_not_where_she_teaches(running):
    await registered(running, "ani", Post("subject-teacher", "a"), Post("counsellor", "b"))
    assert await staff(running, "a") == {"subject-teacher": ["ani"]}
    assert await staff(running, "b") == {"counsellor": ["ani"]}
    alerted = [steps("emergency", await running.roster.staff(school), (), desk="school") for school in ("a", "b")]
    assert [{person for step in each for person in step.people} for each in alerted] == [set(), {"ani"}]


async def test_the_counsellors_of_a_cluster_serve_a_school_without_one(running):
    await running.hear(SchoolRegistered(school="b", npsn=None, name="SMP Negeri 2", level="smp", cluster="gugus-a"))
    await registered(running, "ani", Post("counsellor", "b"), Post("coordinator", "b"))
    assert await staff(running, "a") == {"counsellor": ["ani"]}
    await registered(running, "budi", Post("counsellor", "a"))
    assert await staff(running, "a") == {"counsellor": ["budi"]}


async def test_a_counsellor_whom_the_district_appointed_for_a_school_is_on_its_ladder(running):
    await running.hear(PersonAppointed(person="citra", post=Post("counsellor", "a"), name=NAME))
    assert (await staff(running, "a"), await staff(running, "b")) == ({"counsellor": ["citra"]}, {})


async def test_the_districts_people_are_on_the_ladder_of_the_schools_that_are_theirs(running):
    for person, post in (("dewi", Post("district-duty")), ("eka", Post("district-officer", kind="province")), ("fajar", Post("supervisor", "b"))):
        await running.hear(PersonAppointed(person=person, post=post, name=NAME))
    assert [await staff(running, school) for school in "abc"] == [
        {"district-duty": ["dewi"]},
        {"district-duty": ["dewi"], "supervisor": ["fajar"]},
        {"district-duty": ["dewi"], "district-officer": ["eka"]},
    ]
    await running.hear(PersonDismissed(person="dewi", post=Post("district-duty")))
    assert await staff(running, "a") == {}


async def test_nobody_who_is_suspended_is_alerted(running):
    await registered(running, "ani", Post("counsellor", "a"))
    await running.hear(PersonSuspended(person="ani"))
    assert await staff(running, "a") == {}


async def test_the_look_up_has_the_same_names_here(running):
    person = f"ani-{uuid4()}"
    await registered(running, person, Post("subject-teacher", "a"), Post("counsellor", "b"))
    posts = running.kernel.posts
    assert await posts.holders("counsellor", "b") == (person,)
    assert (await posts.roles(person, "a"), await posts.roles(person, "b")) == ({"subject-teacher"}, {"counsellor"})
    assert await posts.schools(person) == {"a", "b"}
