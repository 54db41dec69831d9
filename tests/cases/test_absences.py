"""Somebody leaves, is on leave, moves or gets another role: what they owe has no owner at once, and who may go on with it is told
(a district's life, row 14; domain page, "People come and go").
"""

from datetime import UTC, datetime
from functools import partial

import pytest

from services.cases.commands.facts import record_fact
from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import Assign
from services.cases.domain.steps.deadline import DeadlinesGiven, DeadlinesMet
from services.cases.owners import Owners
from services.cases.reading.absences import Absences
from shared.decider import commit, load, write
from shared.events import PersonAppointed, PersonDismissed, PersonLeft, PersonRegistered, PersonReinstated, PersonSuspended, Post
from shared.eventstore.store import Item
from shared.message import TANGGAP, Occasion
from shared.testing import eventually
from tests.cases.desk import accused, soon
from tests.cases.test_clocks import view_of

pytestmark = pytest.mark.anyio

EVERY_CASE = 1000
"""More than the tests of this module have together: those of a neighbour may still be on their way."""


async def left(cases, school, person):
    await cases.hear(PersonLeft(person=school.named(person), school=school.id))


def absences_of(cases):
    return Absences(cases.kernel.database, cases.kernel.posts)


async def without_an_owner(cases, case, count=1):
    """Until the case's history says so."""

    async def said() -> bool:
        return len(await cases.events(case, "owner-gone")) >= count

    await eventually(said)
    await cases.caught_up()


async def told(cases, case):
    """Who was told that something has no owner."""
    query = (
        "SELECT body::json ->> 'person' FROM event WHERE stream = %s AND type = 'staff-to-be-told'"
        " AND body::json ->> 'message' = 'without-owner' ORDER BY version"
    )
    return [row[0] for row in await cases.sql(query, f"case-{case}")]


async def expected(school, case, who, name="without-an-owner"):
    return {each["what"] for each in await school.listed(name, who) if each["case"] == case}


async def on_leave(cases, school, person, deputy=None, **until):
    said = {"person": school.named(person), "away_from": soon(minutes=-1), "away_until": soon(**(until or {"days": 3})), "deputy": deputy}
    answer = await cases.post(f"schools/{school.id}/record-leave", school.coordinator, **said)
    assert answer.status_code == 200, answer.text


async def test_life_14_the_case_of_somebody_who_left_stands_on_the_coordinator_s_list_who_is_told(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "request-counselling", school.counsellor, origin="self", field="personal", reason="Rahasia cempaka")
    await cases.done(case, "assign", school.counsellor, to=school.named("counsellor"))
    assert await expected(school, case, school.coordinator) == set()
    await left(cases, school, "counsellor")
    await without_an_owner(cases, case)
    assert await told(cases, case) == [school.named("coordinator")]
    found = (await cases.get(f"cases/{case}", school.coordinator)).json()
    assert (found["assignee"], found["without_an_owner"]) == (None, True)
    assert {each["owner"] for each in found["deadlines"]} == {None}
    of_the_case = {each["what"] for each in found["deadlines"]}  # when an activity meets is told to nobody who does not read it
    assert await expected(school, case, school.coordinator) == of_the_case | {"counselling-request"} != {"counselling-request"}
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 403, "the old token opens nothing"
    await cases.done(case, "acknowledge", school.coordinator)
    assert await expected(school, case, school.coordinator) == set()
    assert (await cases.get(f"cases/{case}", school.coordinator)).json()["assignee"] == school.named("coordinator")
    assert "cempaka" not in (await cases.get(f"cases/{case}/history", school.coordinator)).text, "notes stay under their readers"


async def test_the_deputy_of_a_leave_is_told_and_what_nobody_took_comes_back(cases):
    school = await cases.school()
    kept, taken = await school.case("student-1"), await school.case("student-2")
    await on_leave(cases, school, "counsellor", school.named("other"))
    for case in (kept, taken):
        await without_an_owner(cases, case)
        assert await told(cases, case) == [school.named("other")]
    await cases.done(taken, "acknowledge", school.other)
    assert (await cases.post(f"schools/{school.id}/end-leave", school.coordinator, person=school.named("counsellor"))).status_code == 200
    for case in (kept, taken):

        async def back(case=case) -> bool:
            return bool(await cases.events(case, "owner-back"))

        await eventually(back)
    await cases.caught_up()
    owners = [(await cases.get(f"cases/{case}", school.coordinator, reason="supervision")).json()["assignee"] for case in (kept, taken)]
    assert owners == [school.named("counsellor"), school.named("other")]
    assert await expected(school, kept, school.counsellor, "waiting-for-me") != set()


async def test_whoever_is_on_leave_opens_nothing_of_the_school_and_their_return_gives_it_back(cases):
    """Not their own case, not one that is for every counsellor, no list (domain.md, People come and go): a leave goes before."""
    school = await cases.school()
    own, colleagues = await school.case("student-1"), await school.concern()
    paths = (f"cases/{own}", f"cases/{colleagues}", f"cases/{own}/history", f"cases/{own}/possible")
    assert [(await cases.get(path, school.counsellor)).status_code for path in paths] == [200] * 4
    await on_leave(cases, school, "counsellor", school.named("other"))
    await without_an_owner(cases, own)

    async def answers(status: int) -> bool:
        return {(await cases.get(path, school.counsellor)).status_code for path in paths} == {status}

    await eventually(lambda: answers(404))
    refused = await cases.post(f"cases/{own}/acknowledge", school.counsellor)
    assert (refused.status_code, await school.listed("today", school.counsellor), (await cases.get("cases", school.counsellor)).json()["items"]) == (
        404, [], [],
    )  # fmt: skip
    assert (await cases.get(f"cases/{own}", school.other)).status_code == 200
    ended = await cases.post(f"schools/{school.id}/end-leave", school.counsellor, person=school.named("counsellor"))
    assert ended.status_code == 200, "one ends the own leave"
    await eventually(lambda: answers(200))


async def test_a_deputy_who_is_named_in_the_case_is_passed_over(cases):
    school = await cases.school()
    case = await school.case(people=(accused(school.named("other")),))
    await on_leave(cases, school, "counsellor", school.named("other"))
    await without_an_owner(cases, case)
    assert await told(cases, case) == [school.named("coordinator")]


async def test_whoever_moves_to_another_school_leaves_their_cases_there(cases):
    school, there = await cases.school(), await cases.school()
    case = await school.case()
    counsellor = await cases.kernel.vault.seal(school.named("counsellor"), "identity", "x", "x/name")
    await cases.hear(_registered(school.named("counsellor"), there.id, ("counsellor",), counsellor))
    await without_an_owner(cases, case)
    assert await told(cases, case) == [school.named("coordinator")]
    await cases.hear(_registered(school.named("counsellor"), school.id, ("counsellor",), counsellor))

    async def back() -> bool:
        return bool(await cases.events(case, "owner-back"))

    await eventually(back)


async def test_whoever_counsels_no_more_gives_up_their_cases_and_still_answers_what_they_are_asked(cases):
    school = await cases.school()
    case = await school.case()
    asked = await school.case("student-2", people=())
    await cases.done(asked, "assign", school.counsellor, to=school.named("coordinator"))
    said = {"teacher": school.named("counsellor"), "aim": "information", "question": "x", "respond_by": soon(days=2)}
    await cases.done(asked, "ask-teacher", school.coordinator, **said)
    name = await cases.kernel.vault.seal(school.named("counsellor"), "identity", "x", "x/name")
    await cases.hear(_registered(school.named("counsellor"), school.id, ("subject-teacher",), name))
    await without_an_owner(cases, case)
    assert await cases.events(asked, "owner-gone") == []
    assert await expected(school, asked, school.who("counsellor", "subject-teacher"), "waiting-for-me") == {"teacher-answer"}


async def test_what_a_teacher_who_left_was_asked_and_had_promised_has_no_owner(cases):
    school = await cases.school()
    case, other = await school.case(), await school.case("student-2")
    await school.ask(case, days=2)
    await school.conference(other)
    await left(cases, school, "homeroom")
    await without_an_owner(cases, case)
    assert await expected(school, case, school.coordinator) == {"teacher-answer"}
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["assignee"] == school.named("counsellor")
    await left(cases, school, "principal")
    await without_an_owner(cases, other)
    assert await expected(school, other, school.coordinator) == {"commitment"}


async def test_a_case_given_to_somebody_in_the_moment_of_their_leaving_is_found(cases):
    school = await cases.school()
    case = await school.case()
    await left(cases, school, "other")
    await _assigned_meanwhile(cases, case, school.named("other"))
    await without_an_owner(cases, case)
    assert await told(cases, case) == [school.named("coordinator")]


async def is_back(cases, case):
    """Until the case's history says so."""

    async def said() -> bool:
        return bool(await cases.events(case, "owner-back"))

    await eventually(said)
    await cases.caught_up()


async def test_the_case_of_somebody_who_is_suspended_has_no_owner_until_they_are_reinstated(cases):
    school = await cases.school()
    case = await school.case()
    await cases.hear(PersonSuspended(person=school.named("coordinator")))
    await cases.hear(PersonSuspended(person=school.named("counsellor")))
    await without_an_owner(cases, case)
    assert await told(cases, case) == [school.named("principal")], "who is suspended goes on with nothing"
    (said,) = await cases.events(case, "owner-gone")
    assert '"why":"suspended"' in said
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 403
    assert await expected(school, case, school.other) == {"decide", "contact", "plan"}
    await cases.hear(PersonReinstated(person=school.named("counsellor")))
    await is_back(cases, case)
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["assignee"] == school.named("counsellor")


async def test_whoever_loses_one_of_two_schools_keeps_the_cases_of_the_other(cases):
    a, b = await cases.school(), await cases.school()
    ani = a.named("counsellor")
    name = await cases.kernel.vault.seal(ani, "identity", "x", "x/name")
    both = tuple(Post("counsellor", school.id) for school in (a, b))
    await cases.hear(PersonRegistered(person=ani, kind="staff", school=a.id, posts=both, name=name))
    who = cases.who(ani, "counsellor", a.id, b.id)
    at_a, at_b = await a.concern(), await b.concern()
    for case in (at_a, at_b):
        await cases.done(case, "acknowledge", who)
    await cases.hear(PersonRegistered(person=ani, kind="staff", school=b.id, posts=both[1:], name=name))
    await without_an_owner(cases, at_a)
    assert await cases.events(at_b, "owner-gone") == []
    await left(cases, b, "stranger")
    await cases.hear(PersonLeft(person=ani, school=b.id))
    await without_an_owner(cases, at_b)
    await cases.hear(PersonRegistered(person=ani, kind="staff", school=b.id, posts=both[1:], name=name))
    await is_back(cases, at_b)
    assert await cases.events(at_a, "owner-back") == [], "they came back to the other school"


async def test_what_somebody_of_the_district_had_has_no_owner_when_they_are_dismissed(cases):
    school = await cases.school()
    case, eka = await school.concern(desk="district"), f"eka-{school.id}"
    post = Post("district-duty")
    name = await cases.kernel.vault.seal(eka, "identity", "x", "x/name")
    await cases.hear(PersonAppointed(person=eka, post=post, name=name))
    await cases.done(case, "acknowledge", cases.who(eka, "district-duty"))
    await cases.hear(PersonDismissed(person=eka, post=post))
    await without_an_owner(cases, case)
    assert (await cases.get(f"cases/{case}", cases.duty)).json()["without_an_owner"]


async def test_a_school_without_a_counsellor_asks_those_of_its_cluster_who_may_stand_in(cases):
    school, near = await cases.school(), await cases.school()
    await cases.cluster(f"gugus-{school.id}", school, near)
    for person in ("counsellor", "other"):
        await left(cases, school, person)
    staff = await Absences(cases.kernel.database, cases.kernel.posts).staff(school.id)
    assert staff.by_role["counsellor"] == (near.named("counsellor"), near.named("other"))
    assert staff.by_role["principal"] == (school.named("principal"),)


async def test_many_cases_are_told_once_each(cases):
    school = await cases.school()
    made = [await school.case(f"student-{number}") for number in range(12)]
    for _ in range(2):
        await left(cases, school, "counsellor")
    for case in made:
        await without_an_owner(cases, case)
    assert [len(await cases.events(case, "owner-gone")) for case in made] == [1] * len(made)
    assert [await told(cases, case) for case in made] == [[school.named("coordinator")]] * len(made)


def _registered(person, school, roles, name):
    return PersonRegistered(person=person, kind="staff", school=school, posts=tuple(Post(role, school) for role in roles), name=name)


async def _assigned_meanwhile(cases, case, to):
    """As a command that looked the person up before they left."""
    now = datetime.now(UTC)
    await record_fact(
        cases.kernel.store, CASE, case, Assign(act="meanwhile", by="coordinator", at=now, to=to), Occasion("a", None, now, TANGGAP, TANGGAP)
    )


async def test_whoever_is_named_in_a_new_concern_has_the_case_no_longer_until_they_are_cleared(cases):
    school = await cases.school()
    case, counsellor = await school.case(), school.named("counsellor")
    await cases.done(case, "assign", school.coordinator, to=counsellor)
    assert await school.concern(people=(accused(counsellor),)) == case
    await without_an_owner(cases, case)
    assert await told(cases, case) == [school.named("coordinator")]
    found = (await cases.get(f"cases/{case}", school.coordinator)).json()
    assert (found["assignee"], found["without_an_owner"], {each["owner"] for each in found["deadlines"]}) == (None, True, {None})
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 404
    assert case not in {each.case for each in await absences_of(cases).owed(EVERY_CASE)}, "it is told once"
    await cases.done(case, "judge-allegation", school.coordinator, accused=counsellor, outcome="unfounded", reason="x")
    await is_back(cases, case)
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["assignee"] == counsellor


async def test_who_gave_a_case_up_for_a_conflict_does_not_come_back_to_it_before_the_ruling(cases):
    school = await cases.school()
    case, counsellor = await school.case(), school.named("counsellor")
    await cases.done(case, "declare-conflict", school.counsellor, person=counsellor, ground="other")
    await cases.caught_up()
    assert await told(cases, case) == [school.named("coordinator")]
    assert await expected(school, case, school.coordinator) >= {"decide", "contact", "plan"}
    assert case not in {each for each, _ in await absences_of(cases).returned(EVERY_CASE)}
    await cases.done(case, "rule-conflict", school.coordinator, person=counsellor, conflicted=False, reason="x")
    await is_back(cases, case)
    assert (await cases.get(f"cases/{case}", school.coordinator)).json()["without_an_owner"], "it is given to somebody by name"


async def test_what_an_older_release_left_without_anything_expected_is_found(cases):
    """Its store says that nothing is expected of the case any more, or that its clocks are nobody's."""
    school = await cases.school()
    still, unowned = await school.case("student-1"), await school.case("student-2")
    for case, events in ((still, [DeadlinesMet(keys=("decide", "contact", "plan"))]), (unowned, [DeadlinesGiven(keys=("decide",), owner=None)])):
        loaded = await load(cases.kernel.store, CASE, f"case-{case}")
        occasion = Occasion("a", school.id, datetime.now(UTC), TANGGAP, TANGGAP)
        await commit(cases.kernel.store, partial(_written, write(CASE, loaded, events, occasion)))
    await cases.caught_up()
    owners = Owners(cases.kernel, view_of(cases), CASE)
    await owners.step()  # or the service itself, if it looked just before
    await cases.caught_up()
    assert await expected(school, still, school.counsellor, "waiting-for-me") == {"assess"}
    assert await expected(school, unowned, school.counsellor, "waiting-for-me") == {"decide", "contact", "plan"}


async def _written(made):
    return Item((made,))
