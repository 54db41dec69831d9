"""What is possible next, over HTTP: whom it offers what on which case, why, by when; and that it gives away nothing."""

from html import unescape

import pytest

from services.cases.commands.bodies import body_of
from services.cases.commands.routes import GIVEN
from services.cases.domain.steps.about import NoMarriageSettlement, NoSettlement
from services.cases.domain.steps.named import GOES_ON, Names
from tests.cases.asking import body_from_examples, faults, goal, refused_by_name
from tests.cases.desk import accused, soon

pytestmark = pytest.mark.anyio

BY_NAME = {command.called: command for command in GIVEN}
EMERGENCY = {"categories": ("suicide",), "facts": {"suicide_plan": True}}
ON_ANY_CASE = {
    "set-urgency", "assess-case", "decide-referral", "assign", "note", "close", "note-member", "agree-safety-plan", "wait-for-case", "hand-over-case",
    "deputise-case", "declare-conflict", "record-first-account", "keep-evidence", "offer-medical-care", "merge-into", "link-case", "transfer-case",
    "unmatch-student", "correct-fact", "record-disclosure", "draft-referral", "assess-guardian", "request-counselling", "ask-teacher",
    "propose-conference", "file-official-report", "record-data-request", "record-inbound-referral", "confirm-reading",
    "answer-reporter",
}  # fmt: skip
"""What a counsellor may do from the first moment on."""


COLLEAGUES = {GOES_ON: "other", Names("staff", fit=False): "coordinator"}


async def steps(cases, case, who):
    answer = await cases.get(f"cases/{case}/possible", who)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def names(cases, case, who):
    return [each["called"] for each in await steps(cases, case, who)]


async def only(cases, case, who, called, **fields):
    """The one step of this name, about these things."""
    (found,) = [each for each in await steps(cases, case, who) if each["called"] == called and fields.items() <= each["fields"].items()]
    return found


async def test_a_fresh_emergency_asks_first_that_somebody_takes_it_in_hand(cases):
    school = await cases.school()
    await school.person("mother", "guardian")
    case = await school.concern(**EMERGENCY)
    first, *others = await steps(cases, case, school.counsellor)
    known = (await cases.get(f"cases/{case}", school.counsellor)).json()["deadlines"]
    due = {each["what"]: each["due"] for each in known}
    assert first == {
        "called": "acknowledge", "method": "POST", "route": f"/cases/api/cases/{case}/acknowledge", "fields": {}, "choices": {},
        "expected": [{"what": "acknowledge", "due": due["acknowledge"].replace("+00:00", "Z"), "owner": None, "overdue": False}],
        "withheld": [],
    }  # fmt: skip
    assert {each["called"] for each in others} == ON_ANY_CASE
    assert {each["called"] for each in others if each["expected"]} == {"set-urgency", "assess-case", "decide-referral"}, "each is a person's decision"
    assert (await only(cases, case, school.counsellor, "set-urgency"))["choices"] == {"urgency": ["high", "medium", "low"]}
    assert (await only(cases, case, school.counsellor, "assess-guardian"))["fields"] == {"guardian": school.named("mother")}


async def test_who_reads_less_is_offered_less(cases):
    school = await cases.school()
    case = await school.case(**EMERGENCY)
    assert await names(cases, case, school.principal) == ["hand-over-case", "deputise-case", "declare-conflict", "set-legal-hold"]
    assert await names(cases, case, cases.officer) == ["take-over-case", "set-legal-hold"]
    await cases.done(case, "assign", school.counsellor, to=school.named("counsellor"))
    assert await names(cases, case, school.other) == ["note-member", "declare-conflict"], "a colleague, who reads the summary"


async def test_an_asked_teacher_is_offered_the_answer_and_the_decline_of_that_request_and_no_more(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.ask(case)
    await school.held(case)
    offered = await steps(cases, case, school.teacher)
    assert [(each["called"], each["fields"]) for each in offered] == [
        ("answer-as-teacher", {"activity": activity}), ("decline-as-teacher", {"activity": activity}),
    ]  # fmt: skip
    assert {(each["what"], each["owner"]) for step in offered for each in step["expected"]} == {("teacher-answer", school.named("homeroom"))}
    await cases.done(case, "answer-as-teacher", school.teacher, **offered[0]["fields"], answer="Hadir")
    assert await steps(cases, case, school.teacher) == []


async def test_an_auditor_is_offered_the_glass_of_every_activity_that_there_is(cases):
    school, auditor = await cases.school(), cases.who("auditor", "auditor")
    case = await school.case()
    assert await steps(cases, case, auditor) == []
    activity = await school.ask(case)
    assert [(each["called"], each["fields"]) for each in await steps(cases, case, auditor)] == [("break-glass", {"activity": activity})]


async def test_a_school_that_was_asked_to_take_a_case_is_offered_its_receipt(cases):
    school, there = await cases.school(), await cases.school()
    case = await school.case()
    assert (await cases.get(f"cases/{case}/possible", there.counsellor)).status_code == 404
    await cases.done(case, "transfer-case", school.counsellor, to=there.id, reason="Pindah")
    offered = [(each["called"], each["fields"], [due["what"] for due in each["expected"]]) for each in await steps(cases, case, there.counsellor)]
    assert sorted(offered) == [(called, {}, ["transfer-receipt"]) for called in ("decline-transfer", "receive-transfer")]
    await cases.done(case, "receive-transfer", there.counsellor)
    assert "assign" in await names(cases, case, there.counsellor)
    assert (await cases.get(f"cases/{case}/possible", school.counsellor)).status_code == 404


async def test_whoever_may_not_see_the_case_is_told_as_when_they_ask_for_it(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.concern(people=(accused(school.named("counsellor")),))
    for who, status in ((school.counsellor, 404), (elsewhere.counsellor, 404), (school.teacher, 404), (cases.who("x", "guardian"), 403)):
        asked, read = await cases.get(f"cases/{case}/possible", who), await cases.get(f"cases/{case}", who)
        assert (asked.status_code, asked.json()["type"]) == (read.status_code, read.json()["type"])
        assert asked.status_code == status
    assert (await cases.get("cases/nothing/possible", school.counsellor)).status_code == 404


async def test_what_is_overdue_stands_first_and_names_who_is_to_do_it(cases):
    school = await cases.school()
    case = await school.case()
    late, soon_due = await school.ask(case, days=-1), await school.ask(case, hours=1)
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="x", safe=True)
    await cases.done(case, "plan-case", school.counsellor, goals=[goal(school)])
    waiting = [each for each in await steps(cases, case, school.counsellor) if each["expected"]]
    assert [(each["called"], each["fields"]) for each in waiting] == [
        ("answer-as-teacher", {"activity": late}), ("decline-as-teacher", {"activity": late}),
        ("answer-as-teacher", {"activity": soon_due}), ("decline-as-teacher", {"activity": soon_due}), ("reach-goal", {"goal": "g-1"}),
    ]  # fmt: skip
    told = [each for step in waiting for each in step["expected"]]
    assert [each["overdue"] for each in told] == [True, True, False, False, False]
    assert [each["owner"] for each in told] == [school.named("homeroom")] * 4 + [school.named("counsellor")]
    assert [each["due"] for each in told] == sorted(each["due"] for each in told)


async def test_the_number_and_the_kind_that_come_next_are_known(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    assert (await only(cases, case, school.counsellor, "evaluate-counselling"))["choices"] == {"kind": ["laiseg"]}
    await cases.done(case, "evaluate-counselling", school.counsellor, activity=activity, kind="laiseg", helped=True, finding="x")
    evaluation = await only(cases, case, school.counsellor, "evaluate-counselling")
    assert evaluation["choices"] == {"kind": ["laijapen", "laiseg"]}, "what is expected stands first"
    assert [each["what"] for each in evaluation["expected"]] == ["evaluation-laijapen"]
    await cases.done(case, "schedule-counselling", school.counsellor, activity=activity, when=soon(days=1), place="x")
    assert (await only(cases, case, school.counsellor, "hold-counselling"))["fields"] == {"activity": activity, "meeting": 2}


async def test_where_a_conference_may_not_be_it_is_not_offered(cases):
    school = await cases.school()
    case, severe = await school.case("ani"), await school.case("budi", categories=("sexual-violence",))
    kinds = [(await only(cases, each, school.counsellor, "propose-conference"))["choices"]["kind"] for each in (case, severe)]
    assert kinds == [["help", "mediation", "peace-letter"], ["help"]]
    withheld = (await only(cases, severe, school.counsellor, "propose-conference"))["withheld"]
    assert [(each["value"], each["code"]) for each in withheld] == [
        ("mediation", "no-settlement"), ("peace-letter", "no-settlement"), ("marriage-settlement", "no-marriage-settlement"), ("tribunal", "not-a-tribunal"),
    ]  # fmt: skip
    shown = unescape((await cases.client.get(f"/cases/cases/{severe}/langkah/propose-conference", headers=school.counsellor)).text)
    assert 'value="mediation"' not in shown
    assert f"Tidak dapat dipilih: Mediasi, Surat perdamaian. {NoSettlement.indonesian}" in shown
    assert f"Tidak dapat dipilih: Penyelesaian dengan pernikahan. {NoMarriageSettlement.indonesian}" in shown


async def test_only_a_guardian_of_the_student_is_judged_safe_or_not(cases):
    school = await cases.school()
    case = await school.case("ani")
    await school.person("mother", "guardian"), await school.person("aunt", "guardian")
    offered = [each["fields"] for each in await steps(cases, case, school.counsellor) if each["called"] == "assess-guardian"]
    assert offered == [{"guardian": school.named("mother")}]
    for person, code in (("aunt", "not-a-guardian-of-the-student"), ("nobody", "unknown-person")):
        answer = await cases.act(case, "assess-guardian", school.counsellor, guardian=school.named(person), safe=True, reason="x")
        assert faults(answer) == [("/guardian", code)]


async def test_a_case_is_not_reopened_beside_another_open_one_of_the_same_student(cases):
    school = await cases.school()
    case, unknown = await school.case("ani"), await school.case(None)
    await cases.done(case, "close", school.counsellor, outcome_class="helped", task_reviewed="x")
    assert "reopen" in await names(cases, case, school.counsellor)
    await cases.done(unknown, "match", school.counsellor, student=school.named("ani"))
    assert refused_by_name(await cases.act(case, "reopen", school.counsellor, text="x")) == "student-has-open-case"
    assert "reopen" not in await names(cases, case, school.counsellor)


async def test_a_merged_case_is_taken_apart_by_whoever_works_on_both(cases):
    school = await cases.school()
    case, other = await school.case("ani"), await school.case(None)
    await cases.done(other, "merge-into", school.counsellor, into=case)
    assert await names(cases, other, school.counsellor) == ["unmerge-case"]
    await cases.done(case, "assign", school.counsellor, to=school.named("other"))
    assert (await cases.act(other, "unmerge-case", school.counsellor, reason="x")).status_code == 403
    assert await names(cases, other, school.counsellor) == []


async def test_every_offered_route_is_in_the_document_and_takes_what_is_offered(cases):
    school = await cases.school()
    case = await school.case()
    await school.held(case)
    await school.conference(case)
    document = (await cases.client.get("/cases/openapi.json")).json()
    offered = await steps(cases, case, school.counsellor)
    assert len(offered) > 30
    for each in offered:
        operation = document["paths"][each["route"].replace(case, "{case_id}")][each["method"].lower()]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        assert {*each["fields"], *each["choices"]} <= set(document["components"]["schemas"][name]["properties"]), each["called"]


async def test_what_is_offered_is_accepted_when_it_is_given(cases):
    """Each on a case of its own, with what is offered and the examples of the document for all else."""
    school = await cases.school()
    await school.person("mother", "guardian")
    unknown = await school.case(None)
    ours = {"teacher": school.named("homeroom"), "until": soon(days=1), "into": unknown, "other": unknown}
    there = (await cases.school()).id
    template = await school.case("template")
    for called in {each["called"] for each in await steps(cases, template, school.counsellor)}:
        case = await school.case(f"for-{called}")
        offer = next(each for each in await steps(cases, case, school.counsellor) if each["called"] == called)
        wanted = body_of(BY_NAME[called]).model_fields
        fields = BY_NAME[called].model_fields
        colleague = {name: school.named(who) for name, field in fields.items() for names, who in COLLEAGUES.items() if names in field.metadata}
        there_is = (
            {"to": there} if called == "transfer-case" else {"group": await grouped(cases, school, [case, template])} if "group" in wanted else {}
        )
        said = body_from_examples(BY_NAME[called]) | colleague | {name: value for name, value in ours.items() if name in wanted} | there_is
        chosen = {name: values[0] for name, values in offer["choices"].items()}
        answer = await cases.post(offer["route"].removeprefix("/cases/api/"), school.counsellor, **said | chosen | offer["fields"])
        assert answer.status_code == 200, (called, answer.text)


async def grouped(cases, school, members):
    """A group of these cases; its id."""
    return (await cases.post("groups", school.counsellor, school=school.id, field="social", purpose="x", cases=members)).json()["id"]


async def test_looking_ahead_tells_nothing_confided_and_is_no_reading(cases):
    school = await cases.school()
    case = await school.case()
    await school.held(case)
    await school.conference(case)
    before = await cases.sql("SELECT count(*) FROM read_log WHERE case_id = %s", case)
    for who in (school.counsellor, school.coordinator, school.principal, cases.duty, cases.who("auditor", "auditor")):
        answer = await cases.get(f"cases/{case}/possible", who)
        assert answer.status_code == 200
        assert "enari" not in answer.text
    assert await cases.sql("SELECT count(*) FROM read_log WHERE case_id = %s", case) == before
