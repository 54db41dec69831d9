"""Cases that are merged, unmerged or moved to another school or desk, over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cases.asking import formed, goal, refused_by_name
from tests.cases.desk import soon
from tests.cases.test_forms import Fields, page

pytestmark = pytest.mark.anyio


async def state_of(cases, school, case):
    return (await cases.get(f"cases/{case}", school.counsellor)).json()["state"]


async def listed_state(cases, school, case):
    items = (await cases.get("cases", school.counsellor)).json()["items"]
    return next(each["state"] for each in items if each["id"] == case)


async def test_a_merged_case_rests_until_it_is_unmerged_and_its_words_stay_its_own(cases):
    school = await cases.school()
    known, unknown = await school.case(), await school.case(None)
    assert refused_by_name(await cases.act(unknown, "match", school.counsellor, student=school.named("student"))) == "student-has-open-case"
    assert refused_by_name(await cases.act(unknown, "merge-into", school.counsellor, into=unknown)) == "same-case"
    assert (await cases.done(unknown, "merge-into", school.counsellor, into=known))["state"] == "merged"
    for route, body in (("note", {"text": "x"}), ("assess-case", {"field": "social", "findings": "x", "safe": True})):
        assert refused_by_name(await cases.act(unknown, route, school.counsellor, **body)) == "case-rests"
    told = (await cases.get(f"cases/{known}", school.counsellor)).json()
    assert (told["merged"], len(told["strands"])) == ([unknown], 1)
    assert await listed_state(cases, school, unknown) == "merged"
    assert unknown not in {each["id"] for each in await school.listed("unidentified", school.counsellor)}
    await cases.done(unknown, "unmerge-case", school.counsellor, reason="Bukan dia")
    assert (await cases.get(f"cases/{known}", school.counsellor)).json()["merged"] == []
    assert refused_by_name(await cases.act(unknown, "unmerge-case", school.counsellor, reason="x")) == "not-merged"
    assert (await cases.act(unknown, "note", school.counsellor, text="x")).status_code == 200


async def test_cases_of_two_students_or_of_a_stranger_s_school_are_not_merged(cases):
    school, elsewhere = await cases.school(), await cases.school()
    one, two, theirs = await school.case(), await school.case("student-2"), await elsewhere.case()
    assert refused_by_name(await cases.act(one, "merge-into", school.counsellor, into=two)) == "not-same-student"
    for other in (theirs, "none"):
        assert (await cases.act(one, "merge-into", school.counsellor, into=other)).status_code == 404
    assert await cases.events(one, "case-merged") == []
    assert await cases.events(theirs, "merged-taken") == []


async def test_another_case_is_chosen_by_its_student_and_one_that_nobody_may_know_of_is_neither_offered_nor_linked(cases):
    school, elsewhere = await cases.school(), await cases.school()
    one, two, unknown, theirs = await school.case(), await school.case("student-2"), await school.case(None), await elsewhere.case()
    for called, name in (("merge-into", "into"), ("link-case", "other")):
        answer = await page(cases, school.counsellor, f"/cases/cases/{one}/langkah/{called}")
        shown = Fields(answer.text)
        assert (shown.asked[name], shown.options[name], "Belum dikenali, dibuka" in answer.text) == ("select", [two, unknown], True)
    for other in (theirs, "Kasus Ani"):
        assert (await cases.act(one, "link-case", school.counsellor, other=other)).status_code == 404
    assert await cases.events(one, "case-linked") == []
    await cases.done(one, "link-case", school.counsellor, other=two)


async def test_a_student_who_was_not_the_one_is_unmatched_and_free_for_another_case(cases):
    school = await cases.school()
    case, student = await school.case(None), await school.person("student-5", "student")
    await cases.done(case, "match", school.counsellor, student=student)
    assert refused_by_name(await cases.act(case, "unmatch-student", school.counsellor, student="x", reason="x")) == "not-this-student"
    await cases.done(case, "unmatch-student", school.counsellor, student=student, reason="Bukan dia")
    assert [each["id"] for each in await school.listed("unidentified", school.counsellor)] == [case]
    fresh = await school.concern("student-5")
    assert fresh != case
    assert refused_by_name(await cases.act(case, "match", school.counsellor, student=student)) == "student-has-open-case"


async def test_a_transfer_waits_for_its_receipt_and_only_the_other_school_gives_it(cases):
    here, there, elsewhere = [await cases.school() for _ in range(3)]
    case = await here.case()
    await cases.done(case, "note", here.counsellor, text="Catatan kenari")
    assert (await cases.act(case, "receive-transfer", there.counsellor)).status_code == 404
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="Pindah")
    (waiting,) = [each for each in (await cases.get(f"cases/{case}", here.counsellor)).json()["deadlines"] if each["what"] == "transfer-receipt"]
    assert waiting["due"] > datetime.now(UTC).isoformat()
    assert (await cases.act(case, "receive-transfer", elsewhere.counsellor)).status_code == 404
    assert refused_by_name(await cases.act(case, "receive-transfer", here.counsellor)) == "not-asked-for-transfer"
    assert refused_by_name(await cases.act(case, "close", here.counsellor, outcome_class="transferred", task_reviewed="x")) == "transfer-waiting"
    before = (await cases.get(f"cases/{case}", there.counsellor)).json()
    assert sorted(before) == ["activities", "id", "state", "version"], "before the receipt it is a number"
    for path in ("history", "documents", "decisions"):
        assert (await cases.get(f"cases/{case}/{path}", there.counsellor)).status_code == 403
    assert (await cases.act(case, "note", there.counsellor, text="x")).status_code == 403
    await cases.done(case, "receive-transfer", there.principal)
    told = (await cases.get(f"cases/{case}", there.counsellor)).json()
    assert (told["school"], told["assignee"]) == (there.id, None)
    assert not [each for each in told["deadlines"] if each["what"] == "transfer-receipt"]
    for who in (here.counsellor, here.coordinator, here.principal):
        assert (await cases.get(f"cases/{case}", who)).status_code == 404
        assert case not in (await cases.get("cases", who)).text
    assert case in (await cases.get("cases", there.counsellor)).text


async def test_what_is_expected_of_a_transferred_case_is_listed_at_its_new_school(cases):
    here, there = await cases.school(), await cases.school()
    case = await here.case()
    await here.ask(case, minutes=-20)
    await cases.done(case, "transfer-case", here.counsellor, to=there.id, reason="Pindah")
    await cases.done(case, "receive-transfer", there.counsellor)
    assert await here.listed("overdue", here.coordinator) == []
    assert [each["case"] for each in await there.listed("overdue", there.coordinator)] == [case]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((("wait-for-case", {"until": "soon", "what": "x"}), ("resume-case", {})), id="waited-and-resumed"),
        pytest.param((("close", {"outcome_class": "helped", "task_reviewed": "x"}), ("reopen", {"text": "x"})), id="closed-and-reopened"),
        pytest.param(
            (
                ("wait-for-case", {"until": "soon", "what": "x"}),
                ("draft-referral", {"agency": "a", "why": "x", "alternatives": ["b"], "consent": "given"}),
            ),
            id="drafted-while-waiting",
        ),
    ],
)
async def test_the_list_shows_the_state_that_the_case_has(cases, steps):
    school = await cases.school()
    case = await school.case()
    for route, body in steps:
        await cases.done(case, route, school.counsellor, **{name: soon(days=5) if value == "soon" else value for name, value in body.items()})
    assert await listed_state(cases, school, case) == await state_of(cases, school, case)


async def test_the_list_shows_the_state_of_a_case_about_which_its_group_s_leader_notes_something(cases):
    school = await cases.school()
    group, (case, _) = await formed(cases, school)
    await cases.done(case, "wait-for-case", school.counsellor, until=soon(days=5), what="x")
    await cases.done(case, "note-member", school.counsellor, group=group, session=1, note="x")
    assert await listed_state(cases, school, case) == await state_of(cases, school, case)


async def test_the_list_shows_the_state_of_a_case_that_is_worked_on(cases):
    school = await cases.school()
    case = await school.case()
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("assess-case", {"field": "social", "findings": "x", "safe": True}), ("plan-case", {"goals": [goal(school)]}),
        ("request-counselling", {"origin": "self", "field": "social", "reason": "x"}), ("wait-for-case", {"until": soon(days=5), "what": "x"}),
        ("resume-case", {}),
    )  # fmt: skip
    states = []
    for route, body in steps:
        await cases.done(case, route, school.counsellor, **body)
        states.append(await state_of(cases, school, case))
        assert await listed_state(cases, school, case) == states[-1], route
    assert states == ["assessed", "planned", "in-progress", "waiting", "in-progress"]
