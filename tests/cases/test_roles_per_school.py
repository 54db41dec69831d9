"""Rights follow from the posts that somebody holds now, each at its school (domain.md, People come and go; architecture, decision 20)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.access import Identity, Principal, issue_token
from shared.clock import SystemClock
from shared.events import PersonAppointed, PersonDismissed, PersonLeft, PersonRegistered, PersonReinstated, PersonSuspended, Post
from shared.keys import Keys
from shared.sealed import Sealed
from tests.cases.desk import Desk, School

pytestmark = pytest.mark.anyio

NAME = Sealed(kid="k", context="c", box="nama")


def signed_in(cases: Desk, person: str) -> dict[str, str]:
    """A token as a person has it: nothing is said to the service beside it."""
    keys = Keys("district", cases.settings.secret_source(), SystemClock())
    return {"authorization": f"Bearer {issue_token(keys, Identity(person, 'person'), datetime.now(UTC) + timedelta(hours=1))}"}


async def registered(cases: Desk, person: str, *posts: Post) -> dict[str, str]:
    main = next(post.school for post in posts if post.school)
    await cases.hear(PersonRegistered(person=person, kind="staff", school=main, posts=posts, name=NAME))
    return signed_in(cases, person)


async def appointed(cases: Desk, person: str, *posts: Post) -> dict[str, str]:
    for post in posts:
        await cases.hear(PersonAppointed(person=person, post=post, name=NAME))
    return signed_in(cases, person)


async def statuses(cases: Desk, who: dict[str, str], *cases_of: str) -> list[int]:
    return [(await cases.get(f"cases/{case}", who)).status_code for case in cases_of]


async def listed(cases: Desk, who: dict[str, str]) -> set[str]:
    return {each["id"] for each in (await cases.get("cases", who)).json()["items"]}


async def two_schools(cases: Desk, **told: Any) -> tuple[School, School, str, str]:
    a, b = await cases.school(), await cases.school()
    return a, b, await a.concern(**told), await b.concern(**told)


async def test_row_3_and_security_9_a_teacher_at_a_who_counsels_at_b_works_at_b_alone(cases):
    a, b, at_a, at_b = await two_schools(cases)
    ani = await registered(cases, f"ani-{a.id}", Post("subject-teacher", a.id), Post("counsellor", b.id))
    assert await statuses(cases, ani, at_a, at_b) == [404, 200]
    assert await listed(cases, ani) & {at_a, at_b} == {at_b}
    assert (await cases.act(at_a, "acknowledge", ani)).status_code == 404
    body = {"outcome_class": "helped", "task_reviewed": "x"}
    assert (await cases.act(at_a, "close", ani, **body)).status_code == 404
    assert (await cases.act(at_b, "acknowledge", ani)).status_code == 200
    for school, status in ((a, 404), (b, 200)):
        assert (await cases.get(f"schools/{school.id}/duty", ani)).status_code == status


async def test_row_3_leading_at_one_school_opens_no_colleagues_work_at_another(cases):
    a, b = await cases.school(), await cases.school()
    at_a, at_b = await a.case(), await b.case()
    for school, case in ((a, at_a), (b, at_b)):
        await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    ani = await registered(cases, f"ani-{a.id}", Post("counsellor", a.id), Post("coordinator", b.id))
    assert (await cases.get(f"cases/{at_a}", ani)).json()["strands"][0]["text"] == {"withheld": "not for this role"}
    assert (await cases.get(f"cases/{at_b}", ani)).status_code == 428
    assert (await cases.get(f"cases/{at_b}", ani, reason="supervision")).json()["strands"][0]["text"] == "Kenari"


@pytest.mark.parametrize("role", ["supervisor", "district-officer"])
async def test_row_20_and_security_9_somebody_above_the_schools_sees_their_own_alone(cases, role):
    a, b, at_a, at_b = await two_schools(cases, facts={"weapon": True})
    eka = await appointed(cases, f"eka-{a.id}", Post(role, b.id))
    assert await statuses(cases, eka, at_a, at_b) == [404, 200]
    assert await listed(cases, eka) & {at_a, at_b} == {at_b}
    assert (await cases.act(at_a, "take-over-case", eka, reason="x")).status_code == 404
    assert (await cases.act(at_b, "take-over-case", eka, reason="x")).status_code == 200
    month = f"{datetime.now(UTC):%Y-%m}"
    schools = {each["school"] for each in (await cases.get("reports/district", eka, month=month)).json()["schools"]}
    assert schools == {b.id}


async def test_row_20_a_case_of_the_districts_desk_is_for_the_supervisor_of_that_school(cases):
    a, b, at_a, at_b = await two_schools(cases, desk="district")
    eka = await appointed(cases, f"eka-{a.id}", Post("supervisor", b.id))
    assert await statuses(cases, eka, at_a, at_b) == [404, 200]
    assert await listed(cases, eka) & {at_a, at_b} == {at_b}


async def test_whoever_took_a_case_over_has_it_only_while_the_school_is_theirs(cases):
    _, b, _, at_b = await two_schools(cases, facts={"weapon": True})
    eka = await appointed(cases, f"eka-{b.id}", Post("supervisor", b.id), Post("supervisor", "elsewhere"))
    await cases.done(at_b, "take-over-case", eka, reason="x")
    assert (await cases.get(f"cases/{at_b}", eka)).json()["strands"][0]["text"] == "Kenari"
    await cases.hear(PersonDismissed(person=f"eka-{b.id}", post=Post("supervisor", b.id)))
    assert await statuses(cases, eka, at_b) == [404]


async def test_row_14_the_old_token_of_whoever_left_opens_nothing(cases):
    school = await cases.school()
    case, ani = await school.concern(), f"ani-{school.id}"
    who = await registered(cases, ani, Post("counsellor", school.id))
    await cases.done(case, "acknowledge", who)
    assert await statuses(cases, who, case) == [200]
    await cases.hear(PersonLeft(person=ani, school=school.id))
    for path in (f"cases/{case}", f"cases/{case}/history", "cases", "lists/waiting-for-me"):
        assert (await cases.get(path, who)).status_code == 403, path
    assert (await cases.act(case, "close", who, outcome_class="helped", task_reviewed="x")).status_code == 403


async def test_whoever_moved_is_out_where_they_were_and_in_where_they_are_now(cases):
    a, b, at_a, at_b = await two_schools(cases)
    who = await registered(cases, f"ani-{a.id}", Post("counsellor", a.id))
    assert await statuses(cases, who, at_a, at_b) == [200, 404]
    await registered(cases, f"ani-{a.id}", Post("counsellor", b.id))
    assert await statuses(cases, who, at_a, at_b) == [404, 200]


async def test_whoever_is_suspended_is_out_until_they_are_reinstated(cases):
    school = await cases.school()
    case, ani = await school.concern(), f"ani-{school.id}"
    who = await registered(cases, ani, Post("counsellor", school.id))
    await cases.hear(PersonSuspended(person=ani))
    assert await statuses(cases, who, case) == [403]
    await cases.hear(PersonReinstated(person=ani))
    assert await statuses(cases, who, case) == [200]


async def test_an_asked_teacher_who_moved_no_longer_reads_the_question(cases):
    a, b = await cases.school(), await cases.school()
    case = await a.case()
    await a.ask(case)
    teacher = signed_in(cases, a.named("homeroom"))
    assert await statuses(cases, teacher, case) == [200]
    await cases.hear(PersonRegistered(person=a.named("homeroom"), kind="staff", school=b.id, posts=(Post("homeroom", b.id),), name=NAME))
    assert await statuses(cases, teacher, case) == [404]


async def test_security_10_nobody_sees_anything_without_a_post(cases):
    school = await cases.school()
    case = await school.concern()
    nobody = signed_in(cases, "siapa")
    assert (await statuses(cases, nobody, case), (await cases.get("cases", nobody)).status_code) == ([403], 403)
    assert Principal("siapa", "person").schools() == frozenset()


async def test_row_3_the_list_of_today_shows_the_whole_school_only_where_somebody_leads(cases):
    a, b = await cases.school(), await cases.school()
    at_a, at_b = await a.case(), await b.case()
    for school, case in ((a, at_a), (b, at_b)):
        await school.ask(case, hours=0.01)
    await cases.caught_up()
    ani = await registered(cases, f"ani-{a.id}", Post("counsellor", a.id), Post("coordinator", b.id))
    answer = (await cases.get("lists/today", ani)).json()["items"]
    assert {each["case"] for each in answer} == {at_b}
