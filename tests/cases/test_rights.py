"""Who may do and read what, over HTTP. Every read of content is recorded."""

import json

import pytest

from services.cases.commands.routes import GIVEN as CASE_COMMANDS
from tests.cases.asking import body_from_examples, climbed, faults, formed, refused_by_name, seen
from tests.cases.desk import accused, soon

pytestmark = pytest.mark.anyio


async def test_what_was_said_in_counselling_is_for_its_counsellor_alone(cases):
    school = await cases.school()
    case = await school.case(categories=("suicide",), facts={"suicide_plan": True})  # an emergency: escalated to every officer
    await school.held(case)
    assert "Kenari rahasia" in await seen(cases, case, school.counsellor)
    assert (await cases.act(case, "take-over-case", cases.officer, reason="Terlambat")).status_code == 200
    auditor = cases.who("auditor", "auditor")
    for who in (school.other, school.coordinator, school.principal, cases.duty, cases.officer, auditor, cases.who("pengawas", "supervisor")):
        told = await seen(cases, case, who)
        assert "Kenari rahasia" not in told
        assert "counselling-held" in told, "that it happened is known; what was said is withheld, never dropped"
        assert "not for this role" in told
    assert (await cases.get(f"cases/{case}", school.teacher)).status_code == 404


async def test_a_correction_is_for_those_who_may_read_what_it_corrects(cases):
    school = await cases.school()
    case = await school.case()
    await school.held(case)
    await cases.done(case, "note", school.counsellor, text="Catatan")
    history = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    versions = {each["type"]: each["version"] for each in history}
    for corrected, words in (("counselling-held", "Benar rahasia"), ("note-added", "Benar catatan")):
        await cases.done(case, "correct-fact", school.counsellor, event=versions[corrected], words=words, reason="x")
    history = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    first = next(each["version"] for each in history if each["type"] == "fact-corrected")
    await cases.done(case, "correct-fact", school.counsellor, event=first, words="Lebih benar rahasia", reason="x")
    assert "Lebih benar rahasia" in await seen(cases, case, school.counsellor)
    await school.taken_over(case)
    for who in (school.coordinator, cases.duty):
        told = await seen(cases, case, who)
        assert "Benar catatan" in told
        assert "enar rahasia" not in told


async def test_counselling_is_opened_to_one_coordinator_by_breaking_the_glass(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    deputy = school.who("coordinator-2", "coordinator")
    await cases.done(case, "break-glass", school.coordinator, activity=activity, ground="supervision", reason="Darurat")
    assert "Kenari rahasia" in await seen(cases, case, school.coordinator)
    assert "Kenari rahasia" not in await seen(cases, case, deputy)
    assert (await cases.act(case, "break-glass", school.other, activity=activity, ground="supervision", reason="x")).status_code == 403


async def test_a_conference_is_for_those_who_came_and_a_broken_glass_needs_a_second_person(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.conference(case)
    for who in (school.counsellor, school.principal):
        assert "Berita kenari" in await seen(cases, case, who)
        assert "Janji kenari" in await seen(cases, case, who)
    for who in (school.coordinator, school.other, cases.duty):  # the coordinator was invited and did not come
        assert "Berita kenari" not in await seen(cases, case, who)
        assert "Tujuan kenari" not in await seen(cases, case, who)
    await cases.done(case, "break-glass", school.coordinator, activity=activity, ground="supervision", reason="Darurat")
    assert "Berita kenari" not in await seen(cases, case, school.coordinator), "one person is not enough"
    history = (await cases.get(f"cases/{case}/history", school.coordinator, reason="supervision")).json()["items"]
    glass = next(each["data"]["act"] for each in history if each["type"] == "glass-broken")
    alone = await cases.act(case, "confirm-break-glass", school.coordinator, glass=glass)
    assert (alone.status_code, refused_by_name(alone)) == (409, "second-reader")
    await cases.done(case, "confirm-break-glass", cases.duty, glass=glass)
    assert "Berita kenari" in await seen(cases, case, school.coordinator)
    assert "Berita kenari" not in await seen(cases, case, cases.duty), "who confirmed reads nothing"


async def test_an_auditor_reads_content_by_breaking_the_glass(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    await cases.done(case, "break-glass", cases.who("auditor", "auditor"), activity=activity, ground="supervision", reason="Pemeriksaan")
    assert "Kenari rahasia" in (await cases.get(f"cases/{case}", cases.who("auditor", "auditor"))).text
    assert "Kenari rahasia" not in await seen(cases, case, cases.who("auditor-2", "auditor"))


async def test_an_auditor_opens_the_minutes_of_a_conference_only_with_a_second_person(cases):
    school, auditor = await cases.school(), cases.who("auditor", "auditor")
    case = await school.case()
    activity = await school.conference(case)
    await cases.done(case, "break-glass", auditor, activity=activity, ground="supervision", reason="Pemeriksaan")
    assert "Berita kenari" not in await seen(cases, case, auditor)
    glass = json.loads((await cases.events(case, "glass-broken"))[0])["act"]
    await cases.done(case, "confirm-break-glass", school.coordinator, glass=glass)
    assert "Berita kenari" in await seen(cases, case, auditor)


async def test_an_asked_teacher_answers_their_own_request_and_nothing_else(cases):
    school = await cases.school()
    case = await school.case()
    assert (await cases.act(case, "answer-as-teacher", school.teacher, activity="x", answer="x")).status_code == 404, "nothing is known of it yet"
    mine, theirs = await school.ask(case), await school.ask(case)
    stranger = school.who("teacher-2", "homeroom")
    assert (await cases.act(case, "answer-as-teacher", stranger, activity=mine, answer="x")).status_code == 404
    for route, body in (("note", {"text": "x"}), ("close", {"outcome_class": "helped", "task_reviewed": "x"}), ("assess-case", {})):
        assert (await cases.act(case, route, school.teacher, **body)).status_code == 403
    await cases.done(case, "answer-as-teacher", school.teacher, activity=mine, answer="Jawaban kenari")
    await cases.done(case, "decline-as-teacher", school.teacher, activity=theirs, reason="x")
    assert (await cases.get(f"cases/{case}", stranger)).status_code == 404
    for who in (stranger, school.teacher):
        for path in ("/history", "/documents", "/decisions"):
            assert (await cases.get(f"cases/{case}{path}", who)).status_code == 403
    assert "Jawaban kenari" in await seen(cases, case, school.counsellor)
    assert "Jawaban kenari" not in await seen(cases, case, school.principal)


async def test_an_asked_teacher_reads_the_question_and_nothing_else(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "note", school.counsellor, text="Catatan kenari")
    await school.ask(case)
    answer = await cases.get(f"cases/{case}", school.teacher)
    assert answer.status_code == 200
    assert "Tanya kenari" in answer.text
    assert "Catatan kenari" not in answer.text
    assert sorted(answer.json()) == ["activities", "id", "state", "version"], "neither the student nor the urgency"
    others = [activity for activity in answer.json()["activities"] if activity["strategy"] != "teacher-collaboration"]
    assert others == []


async def test_every_kind_of_teacher_who_is_asked_reads_the_question_and_no_other_case(cases):
    school = await cases.school()
    asked, other = await school.case(), await school.case("student-2")
    await school.held(asked)
    for role in ("homeroom", "mentor", "subject-teacher", "vice-principal"):
        teacher = await school.person(f"asked-{role}", "staff", role)
        body = {"teacher": teacher, "aim": "information", "question": f"Tanya {role}", "respond_by": soon(days=1)}
        await cases.done(asked, "ask-teacher", school.counsellor, **body)
        (told,) = (await cases.get(f"cases/{asked}", school.who(f"asked-{role}", role))).json()["activities"]
        assert told["steps"][0]["question"] == f"Tanya {role}"
        assert (await cases.get(f"cases/{other}", school.who(f"asked-{role}", role))).status_code == 404


async def test_a_teacher_who_came_to_a_conference_reads_its_minutes(cases):
    school = await cases.school()
    case = await school.case()
    await school.conference(case, third="homeroom")
    (told,) = (await cases.get(f"cases/{case}", school.teacher)).json()["activities"]
    assert told["steps"][-1]["facts"] == "Berita kenari"


async def test_an_assigned_case_is_a_summary_to_another_counsellor_until_they_deputise(cases):
    school = await cases.school()
    case = await school.concern()
    assert "Kenari" in await seen(cases, case, school.other), "a case that nobody has is for every counsellor of the school"
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    told = (await cases.get(f"cases/{case}", school.other)).json()
    assert (told["state"], told["urgency"], told["assignee"]) == ("opened", "medium", school.named("counsellor"))
    assert "Kenari" not in await seen(cases, case, school.other)
    await cases.done(case, "deputise-case", school.counsellor, deputy=school.named("other"), until=soon(days=2))
    assert "Kenari" in await seen(cases, case, school.other)
    assert "Kenari" in await seen(cases, case, school.counsellor)
    gone = await cases.act(case, "deputise-case", school.counsellor, deputy=school.named("other"), until=soon(days=-1))
    assert refused_by_name(gone) == "moment-passed"


async def test_a_counsellor_who_has_only_the_summary_makes_nobody_a_reader(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    await cases.act(case, "deputise-case", school.other, deputy=school.named("other"), until=soon(days=2))
    assert "Kenari" not in await seen(cases, case, school.other)


COLLEAGUES = {"acknowledge", "declare-conflict", "note-member", "answer-as-teacher", "decline-as-teacher"}


async def test_a_counsellor_who_has_only_the_summary_does_nothing_with_the_case(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    before = (await cases.get(f"cases/{case}", school.counsellor)).json()["version"]
    for command in CASE_COMMANDS:
        if command.called not in COLLEAGUES:
            answer = await cases.act(case, command.called, school.other, **body_from_examples(command))
            assert answer.status_code == 403, command.called
    for route, body in (("assign", {"to": school.named("other")}), ("note", {"text": "x"}), ("set-urgency", {"urgency": "low", "reason": "x"}),
                        ("close", {"outcome_class": "helped", "task_reviewed": "x"})):  # fmt: skip
        assert (await cases.act(case, route, school.other, **body)).status_code == 403, route
    members = [case, await school.case("student-2")]
    formed_by_other = await cases.post("groups", school.other, school=school.id, field="social", purpose="x", cases=members)
    assert formed_by_other.status_code == 403
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["version"] == before


async def test_a_colleague_takes_in_hand_what_joined_and_nobody_has_taken(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    assert await school.concern(categories=("weapon",), facts={"weapon": True}) == case
    await cases.done(case, "acknowledge", school.other)
    assert (await cases.get(f"cases/{case}", school.other)).json()["acknowledged_by"] == school.named("other")
    for who in (school.other, school.counsellor):
        assert "Kenari" in await seen(cases, case, who)


@pytest.mark.parametrize("given", ["hand-over-case", "assign"])
async def test_whoever_gave_a_case_away_has_only_its_summary(cases, given):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, given, school.counsellor, to=school.named("other"), **({"reason": "leave"} if given == "hand-over-case" else {}))
    assert "Kenari" not in await seen(cases, case, school.counsellor)
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["assignee"] == school.named("other")
    assert "Kenari" in await seen(cases, case, school.other)


async def test_whoever_an_activity_was_handed_over_to_goes_on_with_that_and_no_other(cases):
    school = await cases.school()
    case = await school.case()
    mine, theirs = await school.held(case), await school.held(case)
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    await cases.done(case, "hand-over-activity", school.counsellor, activity=mine, to=school.named("other"))
    evaluated = {"kind": "laiseg", "helped": True, "finding": "x"}
    await cases.done(case, "evaluate-counselling", school.other, activity=mine, **evaluated)
    assert (await cases.act(case, "evaluate-counselling", school.other, activity=theirs, **evaluated)).status_code == 403


async def test_a_principal_decides_what_is_theirs_and_does_not_counsel(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "set-legal-hold", school.principal, reason="x")
    await cases.done(case, "hand-over-case", school.principal, to=school.named("counsellor"), reason="leave")
    both = cases.holder(school.named("principal"), {"principal", "counsellor"}, school.id)
    assert (await cases.act(case, "note", both, text="x")).status_code == 403
    assert (await cases.act(case, "deputise-case", both, deputy=school.named("other"), until=soon(days=1))).status_code == 200


async def test_a_coordinator_who_is_a_counsellor_too_reads_and_works_as_a_coordinator(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    both = cases.holder(school.named("coordinator"), {"coordinator", "counsellor"}, school.id)
    assert "Kenari" in await seen(cases, case, both)
    await cases.done(case, "assign", both, to=school.named("other"))


async def test_a_right_that_has_ended_does_not_come_back_with_an_earlier_day(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    ended = {"deputy": school.named("other"), "until": soon(days=-1), "happened_at": soon(days=-3)}
    await cases.done(case, "deputise-case", school.counsellor, **ended)
    assessed = {"field": "social", "findings": "x", "safe": True, "happened_at": soon(days=-2)}
    assert (await cases.act(case, "assess-case", school.other, **assessed)).status_code == 403


async def test_whoever_is_named_in_a_concern_reads_and_does_nothing(cases):
    school = await cases.school()
    case = await school.case(people=(accused(school.named("principal")),))
    for path in ("", "/history", "/documents", "/decisions"):
        assert (await cases.get(f"cases/{case}{path}", school.principal)).status_code == 404
    assert case not in (await cases.get("cases", school.principal)).text
    assert case in (await cases.get("cases", school.coordinator)).text
    answer = await cases.act(case, "hand-over-case", school.counsellor, to=school.named("principal"), reason="leave")
    assert faults(answer) == [("/to", "role-may-not")]
    await cases.done(case, "declare-conflict", school.counsellor, person=school.named("counsellor"), ground="witness", substitute=None)
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 404, "suspended at once"
    assert (await cases.act(case, "note", school.counsellor, text="x")).status_code == 404
    ruled = {"person": school.named("counsellor"), "conflicted": False, "reason": "x"}
    await cases.done(case, "rule-conflict", school.coordinator, **ruled)
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 200


async def test_an_officer_sees_only_what_is_escalated_and_reads_it_after_taking_over(cases):
    school = await cases.school()
    calm, urgent = await school.case(), await school.case("student-2", categories=("weapon",), facts={"weapon": True})
    assert (await cases.get(f"cases/{calm}", cases.officer)).status_code == 404
    assert "Kenari" not in await seen(cases, urgent, cases.officer)
    assert (await cases.get(f"cases/{urgent}", cases.officer)).json()["urgency"] == "emergency"
    listed = (await cases.get("cases", cases.officer, school=school.id)).json()["items"]
    assert [each["id"] for each in listed] == [urgent]
    assert (await cases.act(urgent, "take-over-case", cases.officer)).status_code == 422, "never without a reason"
    await cases.done(urgent, "take-over-case", cases.officer, reason="Terlambat")
    assert "Kenari" in await seen(cases, urgent, cases.officer)
    assert "Kenari" not in await seen(cases, urgent, cases.who("officer-2", "district-officer"))


async def reads(cases, case, reader):
    return [row[0] for row in await cases.sql("SELECT what FROM read_log WHERE case_id = %s AND reader = %s ORDER BY read_at", case, reader)]


async def test_every_read_of_a_case_s_content_is_recorded_and_a_summary_is_none(cases):
    school = await cases.school()
    case = await school.case()
    await seen(cases, case, school.counsellor)
    assert await reads(cases, case, school.named("counsellor")) == ["case", "history", "history", "decisions"]
    await seen(cases, case, school.principal)
    assert await reads(cases, case, school.named("principal")) == []


async def test_reading_the_minutes_of_a_conference_is_recorded(cases):
    school = await cases.school()
    case = await school.case()
    await school.conference(case)
    assert "Berita kenari" in (await cases.get(f"cases/{case}", school.principal)).text
    assert await reads(cases, case, school.named("principal")) == ["case"]


async def test_every_reader_of_a_part_is_recorded_and_nobody_who_was_shown_none(cases):
    school, auditor = await cases.school(), cases.who("auditor", "auditor")
    case = await school.case()
    activity = await school.held(case)
    await school.ask(case)
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    for who in (auditor, school.other, school.principal):
        await seen(cases, case, who)
    for person in ("auditor", school.named("other"), school.named("principal")):
        assert await reads(cases, case, person) == [], "a summary and proofs are no content"
    await cases.get(f"cases/{case}", school.teacher)
    assert await reads(cases, case, school.named("homeroom")) == ["case"]
    await cases.done(case, "break-glass", auditor, activity=activity, ground="supervision", reason="Pemeriksaan")
    await cases.done(case, "hand-over-activity", school.counsellor, activity=activity, to=school.named("other"))
    for who in (auditor, school.other):
        await seen(cases, case, who)
    assert await reads(cases, case, "auditor") == ["case", "history"]
    assert await reads(cases, case, school.named("other")) == ["case", "history", "history"], "the documents are made of the history"


async def test_an_earlier_moment_is_read_under_the_rights_of_today(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    before = (await cases.get(f"cases/{case}", school.counsellor)).json()["version"]
    await cases.done(case, "hand-over-activity", school.counsellor, activity=activity, to=school.named("other"))
    assert "Kenari rahasia" not in (await cases.get(f"cases/{case}", school.counsellor, version=before)).text
    assert "Kenari rahasia" in (await cases.get(f"cases/{case}", school.other, version=before)).text


async def test_reading_a_group_is_recorded(cases):
    school = await cases.school()
    group, _ = await formed(cases, school)
    before = await cases.sql("SELECT count(*) FROM read_log")
    assert "Tujuan kenari" in (await cases.get(f"groups/{group}", school.counsellor)).text
    assert await cases.sql("SELECT count(*) FROM read_log") > before


async def test_reading_what_stands_alone_is_recorded_with_who_and_which_and_a_refused_one_is_not(cases):
    school = await cases.school()
    said = {"school": school.id, "institution": "MGBK", "kind": "mgbk", "improves": "x", "contribution": "x", "contact": "x"}
    partnership = (await cases.post("partnerships", school.counsellor, **said)).json()["id"]
    said = {"school": school.id, "asker_kind": "teacher", "asker": school.named("homeroom"), "aim": "climate", "question": "x"}
    consultation = (await cases.post("consultations", school.counsellor, **said)).json()["id"]
    group, _ = await formed(cases, school)
    paths = {"partnership": partnership, "consultation": consultation, "group": group}
    for what, subject in paths.items():
        await cases.get(f"{what}s/{subject}", school.counsellor)
        assert await reads(cases, subject, school.named("counsellor")) == [what]
    for what in ("consultation", "group"):
        await cases.get(f"{what}s/{paths[what]}", school.coordinator)
        assert await reads(cases, paths[what], school.named("coordinator")) == []
    await cases.get(f"consultations/{consultation}", school.teacher)
    assert await reads(cases, consultation, school.named("homeroom")) == ["consultation"]


async def test_a_case_of_the_district_s_desk_is_unknown_at_its_school(cases):
    school = await cases.school()
    case = await school.concern(people=(accused(None),), desk="district")
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 404
    assert case in (await cases.get("cases", cases.duty, school=school.id)).text
    for who in (school.counsellor, school.coordinator, school.principal):
        assert case not in (await cases.get("cases", who)).text
        for name in ("today", "overdue"):
            assert case not in (await cases.get(f"lists/{name}", who)).text


async def test_a_case_that_comes_to_the_district_s_desk_later_leaves_every_list_of_its_school(cases):
    school = await cases.school()
    case = await school.case(None)
    await school.ask(case, minutes=-20)
    await climbed(cases, case)
    names = ("today", "overdue", "unidentified", "waiting-for-me", "commitments", "referrals-without-answer", "ladder")
    told = [case in (await cases.get(f"lists/{name}", school.coordinator)).text for name in names]
    assert told == [True, True, True, False, False, False, True]
    student = await school.person("student", "student")
    await cases.done(case, "match", school.counsellor, student=student)
    assert await school.concern(people=(accused(None),), desk="district") == case
    for who in (school.counsellor, school.coordinator, school.principal):
        assert case not in (await cases.get("cases", who)).text
        for name in names:
            assert case not in (await cases.get(f"lists/{name}", who)).text, name
    for name in ("overdue", "ladder"):
        for who in (cases.duty, cases.officer):
            assert case in (await cases.get(f"lists/{name}", who, school=school.id)).text
    page = (await cases.client.get("/cases/", headers=school.coordinator)).text
    assert case not in page
