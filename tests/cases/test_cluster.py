"""A school without a counsellor is served by those of its cluster (gugus; domain.md, Urgency: duty): whoever is alerted for it works on its cases, too,
as long as it has none of its own.
"""

import pytest

from shared.events import PersonLeft, PersonRegistered, Post
from shared.testing import eventually
from tests.cases.desk import soon

pytestmark = pytest.mark.anyio


async def small_school(cases):
    """A school whose counsellors left, and one of the same cluster that has two."""
    small, near = await cases.school(), await cases.school()
    await cases.cluster(f"gugus-{small.id}", small, near)
    for role in ("counsellor", "other"):
        await cases.hear(PersonLeft(person=small.named(role), school=small.id))
    return small, near


async def test_a_counsellor_of_the_cluster_opens_and_takes_what_they_are_alerted_to(cases):
    small, near = await small_school(cases)
    far = await cases.school()
    case = await small.concern()
    assert (await cases.get(f"cases/{case}", far.counsellor)).status_code == 404
    await cases.done(case, "acknowledge", near.counsellor)
    await cases.done(case, "assess-case", near.counsellor, field="social", findings="x", safe=True)
    assert (await cases.get(f"cases/{case}", near.counsellor)).json()["assignee"] == near.named("counsellor")
    assert case in {each["case"] for each in await small.listed("waiting-for-me", near.counsellor)}


async def test_nobody_of_the_cluster_reads_what_the_school_s_own_counsellor_has(cases):
    school, near = await cases.school(), await cases.school()
    await cases.cluster(f"gugus-{school.id}", school, near)
    case = await school.concern()
    assert (await cases.get(f"cases/{case}", near.counsellor)).status_code == 404
    assert (await cases.act(case, "assign", school.coordinator, to=near.named("counsellor"))).status_code == 422


async def test_what_a_counsellor_of_the_cluster_had_has_no_owner_once_the_school_has_one(cases):
    small, near = await small_school(cases)
    case = await small.concern()
    await cases.done(case, "acknowledge", near.counsellor)
    await has_its_own(cases, small)
    await gave_up(cases, case)
    assert (await cases.get(f"cases/{case}", near.counsellor)).status_code == 404
    assert await cases.events(case, "owner-back") == []
    assert case in {each["case"] for each in await small.listed("without-an-owner", small.coordinator)}


async def test_nor_where_the_school_is_of_their_cluster_no_more(cases):
    """As a new bundle of schools has it, or one whose cell is empty (found by random years, ADR 34)."""
    small, near = await small_school(cases)
    case = await small.concern()
    await cases.done(case, "acknowledge", near.counsellor)
    await cases.cluster(None, small)
    await gave_up(cases, case)
    assert case in {each["case"] for each in await small.listed("without-an-owner", small.coordinator)}


async def test_nor_is_it_theirs_where_the_student_is_at_their_own_school_now(cases):
    """They are told of the student as everybody there is, and the case is its school's (found by random years, ADR 34)."""
    small, near = await small_school(cases)
    case = await small.concern()
    await cases.done(case, "acknowledge", near.counsellor)
    name = await cases.kernel.vault.seal(small.named("student"), "identity", "x", "x/name")
    await cases.hear(PersonRegistered(person=small.named("student"), kind="student", school=near.id, posts=(), name=name))
    await has_its_own(cases, small)
    await gave_up(cases, case)
    assert case in {each["case"] for each in await small.listed("without-an-owner", small.coordinator)}


async def test_what_a_counsellor_of_the_cluster_had_has_no_owner_once_they_counsel_nowhere(cases):
    small, near = await small_school(cases)
    case = await small.concern()
    await cases.done(case, "acknowledge", near.counsellor)
    await teaches_now(cases, near)
    await gave_up(cases, case)
    assert case in {each["case"] for each in await small.listed("without-an-owner", small.coordinator)}


async def test_nor_where_they_teach_at_the_small_school_besides(cases):
    """Found by random years (ADR 34)."""
    small, near = await small_school(cases)
    case, person = await small.concern(), near.named("counsellor")
    name = await cases.kernel.vault.seal(person, "identity", "x", "x/name")
    teaches, counsels = Post("subject-teacher", small.id), Post("counsellor", near.id)
    await cases.hear(PersonRegistered(person=person, kind="staff", school=near.id, posts=(teaches, counsels), name=name))
    await cases.done(case, "acknowledge", near.counsellor)
    await cases.hear(PersonRegistered(person=person, kind="staff", school=small.id, posts=(teaches,), name=name))
    await gave_up(cases, case)
    assert case in {each["case"] for each in await small.listed("without-an-owner", small.coordinator)}


async def test_a_counselling_of_the_cluster_has_no_owner_either_where_the_case_is_a_colleague_s(cases):
    small, near = await small_school(cases)
    case = await small.concern()
    await cases.done(case, "acknowledge", near.counsellor)
    asked = await cases.done(case, "request-counselling", near.counsellor, origin="self", field="social", reason="x")
    await cases.done(case, "schedule-counselling", near.counsellor, activity=asked["activity"], when=soon(days=1), place="x")
    await cases.done(case, "hand-over-case", near.counsellor, to=small.named("coordinator"), reason="leave")
    await teaches_now(cases, near)
    await gave_up(cases, case)


async def has_its_own(cases, school):
    """The school has a counsellor."""
    name = await cases.kernel.vault.seal("baru", "identity", "x", "x/name")
    post = Post("counsellor", school.id)
    await cases.hear(PersonRegistered(person=school.named("baru"), kind="staff", school=school.id, posts=(post,), name=name))


async def teaches_now(cases, school):
    """The school's counsellor is one of its teachers."""
    name = await cases.kernel.vault.seal(school.named("counsellor"), "identity", "x", "x/name")
    post = Post("subject-teacher", school.id)
    await cases.hear(PersonRegistered(person=school.named("counsellor"), kind="staff", school=school.id, posts=(post,), name=name))


async def gave_up(cases, case):
    """Somebody has something in the case no more."""

    async def told() -> bool:
        return len(await cases.events(case, "owner-gone")) == 1

    await eventually(told)
    await cases.caught_up()
