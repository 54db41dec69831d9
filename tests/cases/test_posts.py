"""Who holds which role where, as every service looks it up (architecture, decision 20): posts from the roster and by appointment."""

import asyncio
from collections.abc import Awaitable
from typing import get_args
from uuid import uuid4

import pytest

from services.cases.reading.roster import Roster
from shared.events import (
    PersonAppointed,
    PersonDismissed,
    PersonLeft,
    PersonRegistered,
    PersonReinstated,
    PersonSuspended,
    Post,
    SchoolKind,
    SchoolRegistered,
)
from shared.sealed import Sealed
from tests.cases.desk import Desk

pytestmark = pytest.mark.anyio

NAME = Sealed(kid="k", context="c", box="nama")
KINDS = (("SD Negeri 4", "sd", "regency"), ("SMA Negeri 4", "sma", "province"), ("SLB Kenari", "slb", "province"), ("MTsN 4", "smp", "kemenag"),
         ("MAN 4", "other", "kemenag"), ("Dinas", "district", None))  # fmt: skip


class Place:
    """Two fresh schools, and somebody who holds posts there."""

    def __init__(self, cases: Desk) -> None:
        self.cases, self.posts = cases, cases.kernel.posts
        self.a, self.b, self.ani = (f"{name}-{uuid4()}" for name in ("a", "b", "ani"))

    async def open(self) -> "Place":
        for school in (self.a, self.b):
            await self.cases.hear(SchoolRegistered(school=school, npsn=None, name="SMP", level="smp"))
        return self

    async def registered(self, *posts: Post, kind: str = "staff") -> None:
        await self.cases.hear(PersonRegistered(person=self.ani, kind=kind, school=self.a, posts=posts, name=NAME))

    async def appointed(self, post: Post) -> None:
        await self.cases.hear(PersonAppointed(person=self.ani, post=post, name=NAME))

    async def known(self) -> tuple[set[str], set[str]]:
        """The roles at both schools."""
        return set(await self.posts.roles(self.ani, self.a)), set(await self.posts.roles(self.ani, self.b))

    async def held(self, role: str) -> tuple[bool, bool]:
        """Whether they are among the holders of a role at each school."""
        return self.ani in await self.posts.holders(role, self.a), self.ani in await self.posts.holders(role, self.b)


@pytest.fixture
async def place(cases: Desk) -> Place:
    return await Place(cases).open()


async def test_row_3_a_teacher_at_one_school_who_counsels_at_another_is_each_there_and_only_there(place):
    await place.registered(Post("subject-teacher", place.a), Post("counsellor", place.b))
    assert await place.known() == ({"subject-teacher"}, {"counsellor"})
    assert (await place.held("counsellor"), await place.held("subject-teacher")) == ((False, True), (True, False))
    assert await place.posts.schools(place.ani) == {place.a, place.b}
    assert await place.posts.schools(place.ani, "counsellor", "coordinator") == {place.b}


async def test_a_registration_tells_all_posts_of_the_roster_anew(place):
    await place.registered(Post("counsellor", place.a))
    assert await place.known() == ({"counsellor"}, set())
    await place.registered(Post("counsellor", place.b))
    assert await place.known() == (set(), {"counsellor"})


async def test_an_older_event_never_overwrites_a_newer_one(place):
    before = PersonRegistered(person=place.ani, kind="staff", school=place.a, posts=(Post("counsellor", place.a),), name=NAME)
    await place.cases.hear(before)
    position = place.cases.position
    await place.registered(Post("counsellor", place.b))
    await place.cases.hear(before, position=position)
    await place.cases.hear(PersonLeft(person=place.ani, school=place.a), position=position)
    await place.cases.hear(PersonSuspended(person=place.ani), position=position)
    assert await place.known() == (set(), {"counsellor"})


async def test_many_registrations_that_are_kept_together_keep_each_persons_own_posts_and_the_last_of_each(place):
    budi, roster = f"budi-{uuid4()}", Roster(place.cases.kernel.database, place.posts)
    await place.registered(Post("principal", place.a))

    def told(person: str, position: int, *posts: Post) -> Awaitable[None]:
        return roster.keep(PersonRegistered(person=person, kind="staff", school=place.a, posts=posts, name=NAME), position)

    await asyncio.gather(
        told(place.ani, 1_000_002, Post("counsellor", place.b)),
        told(budi, 1_000_003, Post("homeroom", place.a), Post("subject-teacher", place.b)),
        told(place.ani, 1_000_001, Post("coordinator", place.a)),
    )
    assert await place.known() == (set(), {"counsellor"})
    assert (await place.posts.roles(budi, place.a), await place.posts.roles(budi, place.b)) == ({"homeroom"}, {"subject-teacher"})
    await asyncio.gather(told(budi, 1_000_000, Post("principal", place.b)), told(place.ani, 1_000_004))
    assert await place.known() == (set(), set())
    assert await place.posts.roles(budi, place.b) == {"subject-teacher"}


async def test_a_body_of_version_1_holds_at_its_one_school_and_the_districts_roles_everywhere(place):
    body = PersonRegistered(person=place.ani, kind="staff", school=place.a, name=NAME).model_dump(mode="json", exclude={"posts"})
    await place.cases.hear_body("person-registered", 1, body | {"version": 1, "roles": ["counsellor", "district-duty"]})
    assert await place.known() == ({"counsellor", "district-duty"}, {"district-duty"})


async def test_row_20_a_supervisor_has_a_list_of_schools(place):
    await place.appointed(Post("supervisor", place.a))
    assert (await place.held("supervisor"), await place.posts.schools(place.ani)) == ((True, False), {place.a})
    await place.appointed(Post("supervisor", place.b))
    assert await place.posts.schools(place.ani, "supervisor") == {place.a, place.b}


@pytest.mark.parametrize("kind", ["regency", "province", "kemenag"])
async def test_row_20_an_officer_has_the_schools_of_one_kind(place, kind):
    await place.appointed(Post("district-officer", kind=kind))
    fresh = {f"{name}-{uuid4()}": (name, level, of) for name, level, of in KINDS}
    for school, (name, level, _) in fresh.items():
        await place.cases.hear(SchoolRegistered(school=school, npsn=None, name=name, level=level))
    seen = await place.posts.schools(place.ani)
    assert seen & fresh.keys() == {school for school, (*_, of) in fresh.items() if of == kind}
    for school, (*_, of) in fresh.items():
        assert (place.ani in await place.posts.holders("district-officer", school)) is (of == kind)


async def test_an_officer_of_a_kind_that_has_no_school_sees_none(place):
    await place.cases.sql("DELETE FROM school_v1 WHERE kind = 'kemenag' RETURNING 1")
    await place.appointed(Post("district-officer", kind="kemenag"))
    assert (await place.known(), await place.posts.schools(place.ani)) == ((set(), set()), set())


async def test_the_districts_duty_holds_everywhere(place):
    await place.appointed(Post("district-duty"))
    assert await place.known() == ({"district-duty"}, {"district-duty"})
    assert await place.held("district-duty") == (True, True)
    assert {place.a, place.b} <= await place.posts.schools(place.ani)


@pytest.mark.parametrize("kind", ["student", "guardian"])
async def test_a_student_and_a_guardian_are_that_at_their_school(place, kind):
    await place.registered(kind=kind)
    assert await place.known() == ({kind}, set())


async def test_whoever_leaves_holds_nothing_but_what_the_district_gave(place):
    await place.registered(Post("counsellor", place.a))
    await place.appointed(Post("supervisor", place.b))
    await place.cases.hear(PersonLeft(person=place.ani, school=place.a))
    assert await place.known() == (set(), {"supervisor"})
    roster = await place.cases.sql("SELECT kind, school FROM person_v1 WHERE person = %s", place.ani)
    assert roster == [("staff", None)]
    await place.cases.hear(PersonDismissed(person=place.ani, post=Post("supervisor", place.b)))
    assert await place.known() == (set(), set())
    assert await place.cases.sql("SELECT person FROM person_v1 WHERE person = %s", place.ani) == []


async def test_no_registration_takes_an_appointment(place):
    await place.appointed(Post("counsellor", place.b))
    await place.registered(Post("homeroom", place.a))
    assert await place.known() == ({"homeroom"}, {"counsellor"})


async def test_whoever_is_suspended_holds_nothing_until_they_are_reinstated(place):
    await place.registered(Post("counsellor", place.a))
    await place.cases.hear(PersonSuspended(person=place.ani))
    assert (await place.known(), await place.held("counsellor")) == ((set(), set()), (False, False))
    await place.registered(Post("coordinator", place.a))
    assert await place.known() == (set(), set())
    await place.cases.hear(PersonReinstated(person=place.ani))
    assert await place.known() == ({"coordinator"}, set())


async def test_nobody_is_nobody(place):
    assert (await place.posts.of("tidak-ada")).kind is None
    assert (await place.known(), await place.posts.schools(place.ani)) == ((set(), set()), set())


async def test_a_change_that_another_process_heard_of_is_known_within_a_second(place, monkeypatch):
    await place.registered(Post("counsellor", place.a))
    assert await place.known() == ({"counsellor"}, set())
    await place.cases.sql("DELETE FROM post_v1 WHERE person = %s RETURNING 1", place.ani)
    assert await place.known() == ({"counsellor"}, set())
    monkeypatch.setattr("shared.posts.REMEMBERED", 0.0)
    assert await place.known() == (set(), set())


def test_every_kind_of_school_is_told_apart_by_its_name_and_level():
    told = [SchoolRegistered(school="s", npsn=None, name=name, level=level).kind_of_school for name, level, _ in KINDS]
    assert told == [kind for *_, kind in KINDS]
    assert set(told) - {None} == set(get_args(SchoolKind))
