"""What an attacker with a role found, and the right answer: security, rows 11 (the glass), 12 (one answer) and 13 (the summary)."""

import json
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from services.cases.commands.routes import GIVEN
from services.cases.domain.case.guardians import AssessGuardian
from services.cases.domain.case.handing_over import DeputiseCase
from services.cases.domain.case.strands import Assign
from services.cases.domain.strategies.teacher import AskTeacher
from services.cases.domain.strategies.visit import PlanVisit
from shared.clock import FixedClock
from shared.events import PersonLeft
from tests.cases.asking import body_from_examples, refused_by_name, seen
from tests.cases.desk import accused

pytestmark = pytest.mark.anyio

CANARIES = ("Kenari", "weapon", "bullying", "guru-terlapor")


async def broken(cases, school, case, activity, **more):
    """The coordinator breaks the glass; the act."""
    await cases.done(case, "break-glass", school.coordinator, activity=activity, **({"ground": "safety", "reason": "Alasan kenari"} | more))
    return json.loads((await cases.events(case, "glass-broken"))[-1])


async def notices(cases, case, message):
    told = [json.loads(each) for each in await cases.events(case, "staff-to-be-told")]
    return {each["person"] for each in told if each["message"] == message}


# row 11: the glass -------------------------------------------------------------------------------------------------


async def test_row_11_the_glass_asks_for_a_ground_from_the_list_and_for_words(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    for said in ({"reason": "x"}, {"ground": "safety"}, {"ground": "karena saya ingin tahu", "reason": "x"}, {"ground": "safety", "reason": " "}):
        answer = await cases.act(case, "break-glass", school.coordinator, activity=activity, **said)
        assert answer.status_code == 422, said
    assert await cases.events(case, "glass-broken") == []


async def test_row_11_it_opens_one_activity_for_an_hour_and_changes_nothing(cases):
    school = await cases.school()
    case = await school.case()
    mine, other = await school.held(case), await school.held(case)
    glass = await broken(cases, school, case, mine)
    told = (await cases.get(f"cases/{case}", school.coordinator, reason="supervision")).json()
    opened = {each["id"]: "Kenari rahasia" in json.dumps(each) for each in told["activities"]}
    assert (opened[mine], opened[other]) == (True, False)
    assert [each["activity"] for each in told["glass"]] == [mine], "the page says so"
    evaluated = {"activity": mine, "kind": "laiseg", "helped": True, "finding": "x"}
    assert (await cases.act(case, "evaluate-counselling", school.other, **evaluated)).status_code in (200, 403)
    late = FixedClock(cases.kernel.clock.now() + timedelta(minutes=61))
    with patch.object(cases.kernel, "clock", late):
        told = (await cases.get(f"cases/{case}", school.coordinator, reason="supervision")).json()
        history = (await cases.get(f"cases/{case}/history", school.coordinator, reason="supervision")).text
    assert "Kenari rahasia" not in json.dumps(told) + history
    assert told["glass"] == []
    assert glass["ground"] == "safety"


async def test_row_11_its_owner_and_a_leader_are_told_at_once_and_a_leader_who_took_no_part_reviews_it(cases):
    school = await cases.school()
    case = await school.case()
    glass = await broken(cases, school, case, await school.held(case))
    assert await notices(cases, case, "glass-broken") == {school.named("counsellor"), school.named("principal")}
    (review,) = [each for each in (await cases.get(f"cases/{case}", school.principal)).json()["deadlines"] if each["what"] == "glass-review"]
    assert review["owner"] == school.named("principal")
    said = {"glass": glass["act"], "justified": True, "finding": "x"}
    assert refused_by_name(await cases.act(case, "review-glass", school.coordinator, **said)) == "reviews-own-glass"
    offered = (await cases.get(f"cases/{case}/possible", school.principal)).json()["items"]
    assert "review-glass" in {each["called"] for each in offered}
    history = (await cases.get(f"cases/{case}/history", school.principal)).json()["items"]
    (reason,) = [each["data"]["reason"] for each in history if each["type"] == "glass-broken"]
    assert reason == "Alasan kenari", "whoever reviews it reads why"
    await cases.done(case, "review-glass", school.principal, **said)
    assert "glass-review" not in {each["what"] for each in (await cases.get(f"cases/{case}", school.principal)).json()["deadlines"]}


async def test_row_11_a_conference_opens_with_two_people_and_its_hour_begins_with_the_second(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.conference(case)
    glass = await broken(cases, school, case, activity)
    late = FixedClock(cases.kernel.clock.now() + timedelta(minutes=50))
    with patch.object(cases.kernel, "clock", late):
        await cases.done(case, "confirm-break-glass", school.principal, glass=glass["act"])
    with patch.object(cases.kernel, "clock", FixedClock(late.now() + timedelta(minutes=50))):
        told = (await cases.get(f"cases/{case}", school.coordinator, reason="supervision")).text
    assert "Berita kenari" in told


async def test_row_11_an_officer_who_took_over_never_opens_counselling_notes(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    await school.taken_over(case)
    answer = await cases.act(case, "break-glass", cases.duty, activity=activity, ground="emergency", reason="x")
    assert answer.status_code == 403
    assert "Kenari rahasia" not in await seen(cases, case, cases.duty)


# row 12: one answer ------------------------------------------------------------------------------------------------


async def test_row_12_what_is_not_there_and_what_is_not_theirs_are_one_answer_on_every_route(cases):
    school, elsewhere = await cases.school(), await cases.school()
    named = await school.case(people=(accused(school.named("other")),))
    theirs = await elsewhere.case("student-x")
    for path in ("", "/history", "/documents", "/decisions", "/possible", "/issued"):
        answers = [await cases.get(f"cases/{case}{path}", school.other) for case in (str(uuid4()), theirs, named)]
        told = [{name: value for name, value in each.json().items() if name != "instance"} for each in answers]
        assert told[0] == told[1] == told[2], path
        assert {each.status_code for each in answers} == {404}, path
        assert len({tuple(sorted(each.headers.keys())) for each in answers}) == 1, path


async def test_row_12_a_command_tells_nobody_that_a_case_is_there(cases):
    school, elsewhere = await cases.school(), await cases.school()
    named = await school.case(people=(accused(school.named("other")),))
    theirs = await elsewhere.case("student-x")
    who = cases.holder(school.named("other"), {"counsellor", "coordinator", "principal"}, school.id)
    for command in GIVEN:
        answers = [await cases.act(case, command.called, who, **body_from_examples(command)) for case in (str(uuid4()), theirs, named)]
        told = [{name: value for name, value in each.json().items() if name != "instance"} for each in answers]
        assert told[0] == told[1] == told[2], command.called
        assert {each.status_code for each in answers} <= {403, 404}, command.called


async def test_row_12_naming_somebody_of_another_school_is_answered_as_naming_nobody(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    mother = await elsewhere.person("mother", "guardian")
    for command, field in ((PlanVisit, "guardian"), (AssessGuardian, "guardian"), (AskTeacher, "teacher"), (Assign, "to"), (DeputiseCase, "deputy")):
        people = (mother, elsewhere.named("homeroom"), "nobody-at-all")
        answers = [await cases.act(case, command.called, school.counsellor, **(body_from_examples(command) | {field: each})) for each in people]
        told = [[each for each in answer.json()["errors"] if each["pointer"] == f"/{field}"] for answer in answers]
        assert told[0] == told[1] == told[2] != [], command.called


# row 13: the summary -----------------------------------------------------------------------------------------------


async def test_row_13_a_summary_is_level_state_who_when_and_service_given_and_no_more(cases):
    school = await cases.school()
    named = await school.person("guru-terlapor", "staff", "subject-teacher")
    reporter = school.named("homeroom")
    case = await school.case(categories=("bullying", "weapon"), facts={"weapon": True}, people=(accused(named),), reporter=reporter)
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    await school.person("mother", "guardian")
    await cases.done(case, "assess-guardian", school.counsellor, guardian=school.named("mother"), safe=False, reason="x")
    activity = await school.held(case)
    auditor = cases.who("auditor", "auditor")
    for who in (school.principal, school.other, cases.duty, cases.officer, auditor):
        told = (await cases.get(f"cases/{case}", who)).json()
        whole = await seen(cases, case, who)
        for secret in (*CANARIES, reporter, school.named("mother"), '"origin"'):
            assert secret not in whole, secret
        assert (told["urgency"], told["state"], told["assignee"]) == ("emergency", "in-progress", school.named("counsellor"))
        (service,) = [each for each in told["activities"] if each["id"] == activity]
        assert (service["strategy"], service["owner"], service["state"]) == ("counselling", school.named("counsellor"), "under-way")
        assert "counselling-held" in whole, "that a service was given is known"
        assert "guardian-assessed" not in whole or who == auditor, "of what is none of a summary it is known that something happened"
    history = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    for who in (school.principal, auditor):
        theirs = (await cases.get(f"cases/{case}/history", who)).json()["items"]
        proofs = [[(each["version"], each["hash"], each["previous_hash"]) for each in told] for told in (history, theirs)]
        assert proofs[0] == proofs[1], "the proofs are whole"


async def test_row_13_a_coordinator_reads_with_a_reason_and_of_counselling_only_that_it_is_given(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    told = (await cases.get(f"cases/{case}", school.coordinator, reason="supervision")).json()
    (service,) = [each for each in told["activities"] if each["id"] == activity]
    assert sorted(service) == ["id", "owner", "state", "steps", "strategy", "version", "withheld"]
    assert all(each == {"withheld": "not for this role"} for step in service["steps"] for each in step.values())
    assert [each for each in told["deadlines"] if each["key"].startswith(activity)] == [], "not when it meets"


async def test_row_13_the_duty_officer_reads_and_works_by_taking_over_with_a_reason(cases):
    school = await cases.school()
    case = await school.case()
    assert "Kenari" not in await seen(cases, case, cases.duty)
    assert (await cases.act(case, "note", cases.duty, text="x")).status_code == 403
    offered = {each["called"] for each in (await cases.get(f"cases/{case}/possible", cases.duty)).json()["items"]}
    assert "take-over-case" in offered
    assert "note" not in offered
    assert (await cases.act(case, "take-over-case", cases.duty)).status_code == 422
    await school.taken_over(case)
    assert "Kenari" in await seen(cases, case, cases.duty)
    await cases.done(case, "note", cases.duty, text="x")


# the counsellor of the cluster -------------------------------------------------------------------------------------


async def test_a_school_without_a_counsellor_is_served_by_its_cluster_s_and_by_nobody_else(cases):
    with_one, without, other = await cases.school(), await cases.school(), await cases.school()
    for each in ("counsellor", "other"):
        await cases.hear(PersonLeft(person=without.named(each), school=without.id))
    await cases.cluster(f"gugus-{without.id}", with_one, without)
    case = await without.concern()
    served, stranger = with_one.counsellor, other.counsellor
    cases.kernel.posts.forget()
    assert "Kenari" in await seen(cases, case, served)
    await cases.done(case, "acknowledge", served)
    await cases.done(case, "note", served, text="Catatan")
    assert case in (await cases.get("cases", served)).text
    assert (await cases.get(f"cases/{case}", stranger)).status_code == 404
    await without.person("new", "staff", "counsellor")
    cases.kernel.posts.forget()
    assert (await cases.get(f"cases/{case}", served)).status_code == 404, "the school has one of its own now"
