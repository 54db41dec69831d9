"""What nobody has taken stands first for everybody who may take it (first use, row 3); whom a finding cleared finds the case again."""

import pytest

from services.cases.domain.steps.command import Command
from shared.access import Principal
from shared.events import PersonLeft, Post
from tests.cases.asking import climbed
from tests.cases.desk import accused, soon
from tests.cases.test_absences import without_an_owner
from tests.keys import bearer

pytestmark = pytest.mark.anyio

WEAPON = {"categories": ("weapon",), "facts": {"weapon": True}}


async def shown(school, name, who):
    return [(each["case"], each["what"], each["owner"]) for each in await school.listed(name, who)]


async def count(cases, name, who):
    (found,) = (each["count"] for each in (await cases.get("lists", who)).json()["items"] if each["name"] == name)
    return found


async def test_first_use_3_an_alert_that_nobody_acknowledged_stands_first_for_everybody_who_may_take_it(cases):
    school, elsewhere = await cases.school(), await cases.school()
    mine = await school.case("student-2")
    await cases.done(mine, "agree-safety-plan", school.counsellor, words="x", review_by=soon(minutes=-1))
    emergency = await school.concern(**WEAPON)
    for who in (school.counsellor, school.other, school.coordinator, school.principal):
        for name in ("today", "waiting-for-me"):
            assert (await shown(school, name, who))[0] == (emergency, "acknowledge", None), name
        assert await shown(school, "unacknowledged", who) == [(emergency, "acknowledge", None)]
        assert await count(cases, "unacknowledged", who) == 1
    assert (emergency, "acknowledge", None) in await shown(school, "waiting-for-me", cases.duty)
    assert await shown(elsewhere, "waiting-for-me", elsewhere.counsellor) == []
    assert await shown(school, "waiting-for-me", school.teacher) == []
    await cases.done(emergency, "acknowledge", school.coordinator)
    assert await shown(school, "unacknowledged", school.counsellor) == []
    assert await shown(school, "waiting-for-me", school.coordinator) == [(emergency, "decide", school.named("coordinator"))]
    assert [case for case, *_ in await shown(school, "waiting-for-me", school.counsellor)] == [mine] * 4, "and it is nobody else's"


async def test_what_may_be_taken_stands_on_the_lists_where_the_role_that_takes_it_holds(cases):
    """ADR 20: a role counts at its school and nowhere else. A teacher at one school who counsels at another takes nothing at the first."""
    a, b = await cases.school(), await cases.school()
    at_a, at_b = await a.concern(**WEAPON), await b.concern(**WEAPON)
    posts = frozenset({Post("subject-teacher", a.id), Post("counsellor", b.id)})
    ani = bearer(cases.settings, Principal(f"ani-{a.id}", "person", posts))
    for name in ("today", "waiting-for-me", "unacknowledged"):
        assert await shown(a, name, ani) == [(at_b, "acknowledge", None)], name
    assert await count(cases, "unacknowledged", ani) == 1
    assert at_a not in {case for case, *_ in await shown(a, "overdue", ani)}


async def test_what_a_teacher_is_asked_at_the_district_s_desk_opens_no_wall_for_a_supervisor_of_another_school(cases):
    """Two walls in one: the desk's cases are for the supervisors of their school, and everybody finds what they are asked by name."""
    a, b = await cases.school(), await cases.school()
    case = await a.taken_over(await a.concern(desk="district", **WEAPON))
    await cases.done(case, "acknowledge", cases.duty)
    said = {"teacher": a.named("homeroom"), "aim": "information", "question": "x", "respond_by": soon(minutes=-20)}
    await cases.done(case, "ask-teacher", cases.duty, **said)
    await climbed(cases, case)
    seen = [[each["what"] for each in await a.listed("overdue", cases.who(f"eka-{each.id}", "supervisor", each.id))] for each in (a, b)]
    assert seen == [["teacher-answer"], []]
    assert [what for _, what, _ in await shown(a, "waiting-for-me", a.teacher)] == ["teacher-answer"]
    assert await shown(a, "overdue", a.coordinator) == []


async def test_a_second_concern_in_a_colleague_s_case_is_for_everybody_to_take(cases):
    school = await cases.school()
    case = await school.case()
    await school.concern(**WEAPON)
    assert (await shown(school, "today", school.other))[0] == (case, "acknowledge", school.named("counsellor"))


async def test_first_use_4_whoever_acknowledges_is_shown_as_having_the_case(cases):
    school = await cases.school()
    case = await school.concern(**WEAPON)
    await cases.done(case, "acknowledge", school.coordinator)
    told = (await cases.get(f"cases/{case}", school.coordinator)).json()
    assert told["assignee"] == school.named("coordinator")
    assert {each["owner"] for each in told["deadlines"]} == {school.named("coordinator")}
    (listed,) = (await cases.get("cases", school.counsellor, assignee=school.named("coordinator"))).json()["items"]
    assert listed["id"] == case
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    assert (await cases.get("cases", school.counsellor, assignee=school.named("coordinator"))).json()["items"] == []


async def test_a_case_without_an_owner_stands_next_once_and_on_a_list_of_its_own(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    await cases.hear(PersonLeft(person=school.named("counsellor"), school=school.id))
    await without_an_owner(cases, case)
    alert = await school.concern("student-9", **WEAPON)
    for who in (school.other, school.coordinator):
        assert [each[:2] for each in await shown(school, "waiting-for-me", who)] == [(alert, "acknowledge"), (case, "contact")]
    without = await shown(school, "without-an-owner", school.other)
    assert {what for each, what, _ in without if each == case} == {"decide", "contact", "plan"}
    assert await count(cases, "without-an-owner", school.other) == len(without)
    assert await shown(elsewhere, "without-an-owner", elsewhere.counsellor) == []
    await cases.done(case, "acknowledge", school.other)
    assert {owner for each, _, owner in await shown(school, "waiting-for-me", school.other) if each == case} == {school.named("other")}


async def test_pages_go_on_behind_the_alerts(cases):
    school = await cases.school()
    own = await school.case("student-1")
    alerts = [await school.concern(f"student-{number}", **WEAPON) for number in (2, 3)]
    whole = [(each["case"], each["key"]) for each in await school.listed("waiting-for-me", school.counsellor)]
    assert [case for case, _ in whole[:2]] == alerts
    assert own in [case for case, _ in whole]
    paged: list[tuple[str, str]] = []
    cursor = None
    while len(paged) < len(whole):
        told = (await cases.get("lists/waiting-for-me", school.counsellor, limit=1, **({"cursor": cursor} if cursor else {}))).json()
        paged += [(each["case"], each["key"]) for each in told["items"]]
        cursor = told["next"]
    assert (paged, cursor) == (whole, None)
    for wrong in ("W0luZmluaXR5LCIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsImEiLCJiIl0", "WzksIjIwMjYtMDEtMDFUMDA6MDA6MDBaIiwiYSIsImIiXQ"):
        assert (await cases.get("lists/waiting-for-me", school.counsellor, cursor=wrong)).status_code == 422


async def test_a_teacher_who_is_asked_in_a_case_of_the_district_s_desk_finds_it_and_nothing_else_of_it(cases):
    school = await cases.school()
    case = await school.taken_over(await school.concern(desk="district", **WEAPON))
    await cases.done(case, "acknowledge", cases.duty)
    said = {"teacher": school.named("homeroom"), "aim": "information", "question": "x", "respond_by": soon(days=2)}
    await cases.done(case, "ask-teacher", cases.duty, **said)
    assert await shown(school, "waiting-for-me", school.teacher) == [(case, "teacher-answer", school.named("homeroom"))]
    for who in (school.counsellor, school.coordinator, school.principal):
        assert await shown(school, "waiting-for-me", who) == []
        assert await shown(school, "today", who) == []


async def test_whoever_is_named_later_does_not_find_what_they_were_asked(cases):
    school = await cases.school()
    case = await school.case()
    await school.ask(case, days=2)
    assert [each[1] for each in await shown(school, "waiting-for-me", school.teacher)] == ["teacher-answer"]
    await school.concern(desk="district", people=(accused(school.named("homeroom")),))
    assert await shown(school, "waiting-for-me", school.teacher) == []


@pytest.mark.parametrize("outcome", ["not-proven", "unfounded"])
async def test_whom_a_finding_cleared_finds_the_case_again_until_a_concern_names_them_anew(cases, outcome):
    school = await cases.school()
    case = await school.case(people=(accused(school.named("other")),))

    async def finds():
        return [each["id"] for each in (await cases.get("cases", school.other)).json()["items"]], bool(await school.listed("overdue", school.other))

    await school.ask(case, minutes=-20)
    assert await finds() == ([], False)
    await cases.done(case, "judge-allegation", school.coordinator, accused=school.named("other"), outcome=outcome, reason="x")
    assert await finds() == ([case], True)
    await school.concern(people=(accused(school.named("other")),))
    assert await finds() == ([], False)


def test_a_command_that_takes_is_one_of_the_row_in_hand():
    """The lists ask this row who may take; another name there would leave them without alerts."""
    assert {each.called for each in Command.__subclasses__() if each.permission == "in-hand"} >= {"acknowledge"}
