"""The HTTP of cases in process, on real PostgreSQL and Redis: every command, rights, versions, repeats, refusals by name, lists, moves, a rebuild."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.cases.commands import CASE_COMMANDS, OPENS, body_of, example, route_of
from services.cases.projecting import TABLES
from shared.errors import Refused
from shared.events import PersonRegistered
from shared.testing import eventually
from tests.cases.desk import accused, soon

pytestmark = pytest.mark.anyio

FIRST_STEPS = ("acknowledge", "assign", "note", "set-urgency", "decide-referral", "draft-referral", "approve-referral", "send-referral",
               "cancel-referral", "assess-guardian", "tell-guardian", "match", "close", "reopen")  # fmt: skip


def refusals(kind=Refused):
    """Every refusal of the loaded program by its stable name."""
    found = {}
    for each in kind.__subclasses__():
        found |= refusals(each) | {each().code: each}
    return found


def refused_by_name(answer):
    """The name of a 409 or of a refusal that is told as 404, with both sentences for a person."""
    told = answer.json()
    name = told["type"].removeprefix("/problems/")
    known = refusals()[name]
    assert told["sentence"] == {"id": known.indonesian, "en": known.english}
    assert known.indonesian != known.english
    assert Refused.indonesian not in told["sentence"].values()
    return name


def body_from_examples(command):
    """What the served document says as an example, field by field."""
    fields = body_of(command).model_json_schema()["properties"]
    return {name: each["examples"][0] for name, each in fields.items() if each.get("examples")}


# every command -----------------------------------------------------------------------------------------------------


async def test_the_document_lists_every_command_with_an_example_of_every_field(cases):
    document = (await cases.client.get("/cases/openapi.json")).json()
    for command in CASE_COMMANDS:
        operation = document["paths"][f"/cases/api/cases/{{case_id}}/{route_of(command)}"]["post"]
        assert operation["summary"].startswith(f"{command.__name__}: ")
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rsplit("/", 1)[1]
        told = document["components"]["schemas"][name]
        assert told["additionalProperties"] is False
        assert not {"act", "by", "at"} & set(told["properties"]), "who, when and which act is not the client's to say"
        assert ("activity" in told["properties"]) == ("activity" in command.model_fields and command not in OPENS)
        lacking = [field for field, each in told["properties"].items() if field != "happened_at" and not each.get("examples")]
        assert lacking == [], name


async def test_the_example_of_every_command_is_understood_and_accepted_or_refused_by_name(cases):
    school, codes = await cases.school(), {}
    for command in CASE_COMMANDS:
        case = await school.concern(f"student-of-{route_of(command)}")
        answer = await cases.act(case, route_of(command), cases.duty, **body_from_examples(command))
        codes.setdefault(answer.status_code, []).append(route_of(command))
        if answer.status_code in (404, 409) and answer.json()["type"] != "/problems/not-found":
            refused_by_name(answer)
        if answer.status_code == 422:
            assert {each["code"] for each in answer.json()["errors"]} <= {"unknown-person", "not-a-guardian-of-the-student"}, route_of(command)
    assert set(codes) <= {200, 404, 409, 422}, codes
    assert len(codes[200]) > 15, codes


async def test_a_field_that_no_command_knows_is_refused_by_its_name(cases):
    school = await cases.school()
    case = await school.case()
    for route in (*map(route_of, CASE_COMMANDS), *FIRST_STEPS):
        answer = await cases.act(case, route, cases.duty, colour="biru kenari")
        assert answer.status_code == 422, route
        assert {"pointer": "/colour", "code": "extra_forbidden"} in answer.json()["errors"], route
        assert "kenari" not in answer.text


async def test_an_empty_or_wrong_body_is_told_field_by_field_and_never_a_500(cases):
    school = await cases.school()
    case = await school.case()
    for command in CASE_COMMANDS:
        required = [name for name, field in body_of(command).model_fields.items() if field.is_required()]
        answer = await cases.act(case, route_of(command), cases.duty)
        if required:
            assert answer.status_code == 422
            assert sorted(each["pointer"] for each in answer.json()["errors"]) == sorted(f"/{name}" for name in required)
        for wrong in (None, {"a": 1}, [], "x" * 25_000, -1):
            told = await cases.act(case, route_of(command), cases.duty, **dict.fromkeys(required, wrong))
            assert told.status_code in ((422, 404, 409) if required else (200, 409)), (route_of(command), wrong)


async def test_a_step_that_lies_in_the_future_or_names_a_stranger_is_refused_with_its_place(cases):
    school = await cases.school()
    case = await school.case()
    late = await cases.act(case, "assess-case", school.counsellor, field="social", findings="x", safe=True, happened_at=soon(hours=1))
    assert (late.status_code, late.json()["errors"]) == (422, [{"pointer": "/happened_at", "code": "in-the-future"}])
    asked = {"aim": "information", "question": "x", "respond_by": soon(days=1)}
    stranger = await cases.act(case, "ask-teacher", school.counsellor, teacher="nobody", **asked)
    assert stranger.json()["errors"] == [{"pointer": "/teacher", "code": "unknown-person"}]
    father = await school.person("father", "guardian")
    plan = await cases.act(case, "plan-parent-meeting", school.counsellor, guardian=father, kind="help-at-home", goal="x")
    assert plan.json()["errors"] == [{"pointer": "/guardian", "code": "not-a-guardian-of-the-student"}]
    invited = [{"person": each, "side": "school", "reason": "support"} for each in (school.named("principal"), "nobody")]
    activity = (await cases.done(case, "propose-conference", school.counsellor, kind="help", purpose="x"))["activity"]
    convened = await cases.act(case, "convene-conference", school.counsellor, activity=activity, when=soon(days=1), invitees=invited)
    assert convened.json()["errors"] == [{"pointer": "/invitees/1/person", "code": "unknown-person"}]


async def test_who_may_not_use_a_route_is_told_so_before_anything_else(cases):
    school = await cases.school()
    case = await school.case()
    administrator = cases.who("admin", "system-administrator")
    for command in CASE_COMMANDS:
        url = f"/cases/api/cases/{case}/{route_of(command)}"
        assert (await cases.client.post(url, json=body_from_examples(command))).status_code == 401
        assert (await cases.client.post(url, json=body_from_examples(command), headers=administrator)).status_code == 403


async def test_what_is_said_is_kept_sealed_and_read_again_as_it_was_said(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="Temuan kenari", safe=True)
    (body,) = await cases.events(case, "case-assessed")
    assert "kenari" not in body
    history = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    (told,) = [each for each in history if each["type"] == "case-assessed"]
    assert told["data"]["findings"] == "Temuan kenari"
    assert told["actor"] == told["data"]["by"] == school.named("counsellor")


async def test_when_it_happened_and_when_it_was_recorded_are_two_times(cases):
    school = await cases.school()
    case = await school.case()
    said = soon(days=-40)
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="x", safe=True, happened_at=said)
    history = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    (told,) = [each for each in history if each["type"] == "case-assessed"]
    assert told["recorded_at"] > soon(minutes=-5)
    assert told["happened_at"][:19] == said[:19]
    assert (await cases.get(f"cases/{case}", school.counsellor, happened_until=soon(days=-20))).status_code == 404, "the case was not there yet"


async def test_what_stands_alone_keeps_both_times_too(cases):
    school, said = await cases.school(), soon(days=-40)
    group, _ = await formed(cases, school)
    session = {"session": 1, "stage": "beginning", "when": said, "present": [school.named("ani")], "pledge": True, "dynamics": "x"}
    await cases.post(f"groups/{group}/hold-session", school.counsellor, happened_at=said, **session)
    body = {"school": school.id, "asker_kind": "teacher", "asker": None, "aim": "climate", "question": "x", "happened_at": said}
    consultation = (await cases.post("consultations", school.counsellor, **body)).json()["id"]
    for stream, event_type in ((f"group-{group}", "session-held"), (f"consultation-{consultation}", "consultation-asked")):
        ((happened, recorded),) = await cases.sql("SELECT happened_at, recorded_at FROM event WHERE stream = %s AND type = %s", stream, event_type)
        assert (happened.isoformat(), recorded > datetime.fromisoformat(soon(minutes=-5))) == (said, True)


async def test_the_student_s_age_is_that_of_the_day_on_which_it_happened(cases):
    school = await cases.school()
    case = await school.case("grown")
    born = (datetime.now(UTC) - timedelta(days=18 * 365.25 + 20)).date().isoformat()
    name, birthday = [await cases.kernel.vault.seal(school.named("grown"), "identity", text, text) for text in ("Kenari", born)]
    await cases.hear(PersonRegistered(person=school.named("grown"), kind="student", school=school.id, roles=(), name=name, born=birthday))
    for giver, happened, age in (("guardian", soon(days=-40), 17), ("student", None, 18)):
        draft = {"agency": "a", "why": "x", "alternatives": ["b"], "consent": "asked"}
        await cases.done(case, "draft-referral", school.counsellor, **draft)
        referral = (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"][-1]["referral"]
        await cases.done(case, "record-consent", school.counsellor, referral=referral, giver=giver, form="1", happened_at=happened)
        assert json.loads((await cases.events(case, "consent-recorded"))[-1])["age"] == age


# versions and repeats ----------------------------------------------------------------------------------------------


async def test_if_match_names_the_activity_s_version_and_a_note_never_conflicts(cases):
    school = await cases.school()
    case = await school.case()
    asked = await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x")
    assert asked["activity_version"] == 1
    assert asked["version"] > 1
    body = {"activity": asked["activity"], "when": soon(days=1), "place": "x"}
    for wrong in ('"0"', '"2"', f'"{asked["version"]}"', "x", '"99999999999999999999999"'):
        answer = await cases.act(case, "schedule-counselling", school.counsellor, match=wrong, **body)
        assert (answer.status_code, answer.json()["type"]) == (412, "/problems/precondition-failed"), wrong
    assert (await cases.done(case, "schedule-counselling", school.counsellor, match='"1"', **body))["activity_version"] == 2
    for match in ('W/"2"', "*", None):
        assert (await cases.act(case, "schedule-counselling", school.counsellor, match=match, **body)).status_code in (200, 409)
    assert (await cases.done(case, "note", school.counsellor, match='"1"', text="Catatan"))["state"] == "in-progress"
    assert (await cases.act(case, "note-member", school.counsellor, match='"1"', group="g", session=1, note="x")).status_code == 200


async def test_if_match_of_a_step_without_an_activity_names_the_case_s_version(cases):
    school = await cases.school()
    case = await school.case()
    version = (await cases.get(f"cases/{case}", school.counsellor)).json()["version"]
    body = {"field": "social", "findings": "x", "safe": True}
    assert (await cases.act(case, "assess-case", school.counsellor, match=f'"{version - 1}"', **body)).status_code == 412
    done = await cases.done(case, "assess-case", school.counsellor, match=f'"{version}"', **body)
    assert done["version"] == (await cases.get(f"cases/{case}", school.counsellor)).json()["version"] > version


async def test_a_repeat_with_the_same_key_is_quiet_and_another_key_is_another_act(cases):
    school = await cases.school()
    case = await school.case()
    steps = {
        "request-counselling": ({"origin": "self", "field": "social", "reason": "x"}, "counselling-requested"),
        "ask-teacher": ({"teacher": school.named("homeroom"), "aim": "help", "question": "x", "respond_by": soon(days=1)}, "teacher-asked"),
        "assess-case": ({"field": "social", "findings": "x", "safe": True}, "case-assessed"),
        "note": ({"text": "x"}, "note-added"),
        "record-disclosure": (body_from_examples(next(each for each in CASE_COMMANDS if each.__name__ == "RecordDisclosure")), "disclosure-recorded"),
    }
    for route, (body, said) in steps.items():
        key = str(uuid4())
        first = await cases.done(case, route, school.counsellor, key=key, **body)
        again = await cases.done(case, route, school.counsellor, key=f'"{key}"', **body)
        assert again == first, route
        assert len(await cases.events(case, said)) == 1, route
        await cases.done(case, route, school.counsellor, key=str(uuid4()), **body)
        assert len(await cases.events(case, said)) == 2, route
    wrong = await cases.act(case, "note", school.counsellor, key="k" * 201, text="x")
    assert wrong.status_code == 422


async def test_a_repeat_with_the_version_that_it_first_named_is_quiet_too(cases):
    school = await cases.school()
    case = await school.case()
    activity = (await cases.done(case, "request-counselling", school.counsellor, origin="self", field="social", reason="x"))["activity"]
    body = {"activity": activity, "when": soon(days=1), "place": "x"}
    key = str(uuid4())
    await cases.done(case, "schedule-counselling", school.counsellor, key=key, match='"1"', **body)
    await cases.done(case, "schedule-counselling", school.counsellor, key=key, match='"1"', **body)  # the answer was lost on its way
    another = await cases.act(case, "schedule-counselling", school.counsellor, key=str(uuid4()), match='"1"', **body)
    assert another.status_code == 412
    version = (await cases.get(f"cases/{case}", school.counsellor)).json()["version"]
    assigned = [await cases.done(case, "assign", school.counsellor, key=key, match=f'"{version}"', to=school.named("counsellor")) for _ in range(2)]
    assert assigned[0] == assigned[1]


async def test_a_repeat_is_answered_with_what_became_of_it_since(cases):
    school, key = await cases.school(), str(uuid4())
    case = await school.case()
    body = {"outcome_class": "helped", "task_reviewed": "x"}
    await cases.done(case, "close", school.counsellor, key=key, **body)
    reopened = await cases.done(case, "reopen", school.counsellor, text="x")
    told = await cases.done(case, "close", school.counsellor, key=key, **body)
    assert (told["version"], told["state"]) == (reopened["version"], reopened["state"])


async def test_a_repeat_of_what_stands_alone_with_its_first_version_is_quiet_too(cases):
    school, key = await cases.school(), str(uuid4())
    group, _ = await formed(cases, school)
    session = {"session": 1, "stage": "beginning", "when": soon(), "present": [school.named("ani")], "pledge": True, "dynamics": "x"}
    first, again = [await cases.post(f"groups/{group}/hold-session", school.counsellor, key=key, match='"1"', **session) for _ in range(2)]
    assert (first.status_code, again.json()) == (200, first.json())
    other = await cases.post(f"groups/{group}/close-group", school.counsellor, key=str(uuid4()), match='"1"', result="x")
    assert other.status_code == 412


async def test_a_refusal_carries_its_name_and_both_sentences_and_changes_nothing(cases):
    school = await cases.school()
    case = await school.case()
    before = (await cases.get(f"cases/{case}", school.counsellor)).json()["version"]
    assert refused_by_name(await cases.act(case, "plan-case", school.counsellor, goals=[_goal(school)])) == "not-assessed"
    assert refused_by_name(await cases.act(case, "propose-conference", school.counsellor, kind="tribunal", purpose="x")) == "not-a-tribunal"
    assert refused_by_name(await cases.act(case, "resume-case", school.counsellor)) == "not-waiting"
    assert refused_by_name(await cases.act(case, "reopen", school.counsellor, text="x")) == "not-closed"
    assert refused_by_name(await cases.act(case, "transfer-case", school.counsellor, to=school.id, reason="x")) == "already-there"
    unknown = await cases.act(case, "end-counselling", school.counsellor, activity="none", result="helped")
    assert (unknown.status_code, refused_by_name(unknown)) == (404, "no-such-activity")
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["version"] == before


def _goal(school):
    return {"goal": "g-1", "field": "social", "words": "x", "owner": school.named("counsellor"), "due": soon(days=3)}


# rights ------------------------------------------------------------------------------------------------------------


async def seen(cases, case, who):
    """Everything that somebody can read of a case, as one text."""
    texts = [(await cases.get(f"cases/{case}{part}", who)).text for part in ("", "/history", "/documents", "/decisions")]
    return "\n".join(texts)


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
    for who in (school.coordinator, cases.duty):
        told = await seen(cases, case, who)
        assert "Benar catatan" in told
        assert "enar rahasia" not in told


async def test_counselling_is_opened_to_one_coordinator_by_breaking_the_glass(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    deputy = school.who("coordinator-2", "coordinator")
    await cases.done(case, "break-glass", school.coordinator, activity=activity, reason="Darurat")
    assert "Kenari rahasia" in await seen(cases, case, school.coordinator)
    assert "Kenari rahasia" not in await seen(cases, case, deputy)
    assert (await cases.act(case, "break-glass", school.other, activity=activity, reason="x")).status_code == 403


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
    await cases.done(case, "break-glass", school.coordinator, activity=activity, reason="Darurat")
    assert "Berita kenari" not in await seen(cases, case, school.coordinator), "one person is not enough"
    history = (await cases.get(f"cases/{case}/history", school.coordinator)).json()["items"]
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
    await cases.done(case, "break-glass", cases.who("auditor", "auditor"), activity=activity, reason="Pemeriksaan")
    assert "Kenari rahasia" in (await cases.get(f"cases/{case}", cases.who("auditor", "auditor"))).text
    assert "Kenari rahasia" not in await seen(cases, case, cases.who("auditor-2", "auditor"))


async def test_an_auditor_opens_the_minutes_of_a_conference_only_with_a_second_person(cases):
    school, auditor = await cases.school(), cases.who("auditor", "auditor")
    case = await school.case()
    activity = await school.conference(case)
    await cases.done(case, "break-glass", auditor, activity=activity, reason="Pemeriksaan")
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


COLLEAGUES = {"declare-conflict", "note-member", "answer-as-teacher", "decline-as-teacher"}


async def test_a_counsellor_who_has_only_the_summary_does_nothing_with_the_case(cases):
    school = await cases.school()
    case = await school.case()
    await cases.done(case, "assign", school.coordinator, to=school.named("counsellor"))
    before = (await cases.get(f"cases/{case}", school.counsellor)).json()["version"]
    for command in CASE_COMMANDS:
        if route_of(command) not in COLLEAGUES:
            answer = await cases.act(case, route_of(command), school.other, **body_from_examples(command))
            assert answer.status_code in (403, 422), route_of(command)
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
        assert (await cases.get(f"cases/{case}{path}", school.principal)).status_code == 403
    assert case not in (await cases.get("cases", school.principal)).text
    assert case in (await cases.get("cases", school.coordinator)).text
    answer = await cases.act(case, "assign", school.counsellor, to=school.named("principal"))
    assert refused_by_name(answer) == "conflict-of-interest"
    await cases.done(case, "declare-conflict", school.coordinator, person=school.named("counsellor"), ground="witness", substitute=None)
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 403, "suspended at once"
    assert (await cases.act(case, "note", school.counsellor, text="x")).status_code == 403
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
    await cases.done(case, "break-glass", auditor, activity=activity, reason="Pemeriksaan")
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


# groups, partnerships, consultations -------------------------------------------------------------------------------


async def formed(cases, school, students=("ani", "budi")):
    """A group of two cases; its id and the cases."""
    members = [await school.case(each) for each in students]
    said = {"school": school.id, "field": "social", "purpose": "Tujuan kenari", "cases": members}
    answer = await cases.post("groups", school.counsellor, **said)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"], members


async def test_a_group_is_its_leader_s_and_goes_over_to_the_next(cases):
    school, elsewhere = await cases.school(), await cases.school()
    group, (one, _) = await formed(cases, school)
    told = (await cases.get(f"groups/{group}", school.counsellor)).json()
    assert (told["state"], told["sessions"], told["steps"][0]["purpose"]) == ("formed", 0, "Tujuan kenari")
    assert sorted(told["members"][0]) == ["case", "student"], "never the roles"
    others = (school.other, school.coordinator, cases.duty, elsewhere.counsellor)
    for who in others:
        assert (await cases.get(f"groups/{group}", who)).status_code == 404
        assert (await cases.post(f"groups/{group}/close-group", who, result="x")).status_code == 404
    assert (await cases.get(f"groups/{group}", school.teacher)).status_code == 403
    session = {"session": 1, "stage": "beginning", "when": soon(hours=-1), "present": [school.named("ani")], "dynamics": "x"}
    assert refused_by_name(await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=False, **session)) == "pledge-missing"
    assert (await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=True, **session)).json()["state"] == "running"
    wrong = session | {"session": 3}
    assert refused_by_name(await cases.post(f"groups/{group}/hold-session", school.counsellor, pledge=True, **wrong)) == "wrong-session-number"
    left = await cases.post(f"groups/{group}/remove-member", school.counsellor, student=school.named("ani"))
    assert refused_by_name(left) == "too-few-members"
    assert (await cases.post(f"groups/{group}/hand-over-group", school.counsellor, match='"1"', to=school.named("other"))).status_code == 412
    await cases.post(f"groups/{group}/hand-over-group", school.counsellor, to=school.named("other"))
    assert (await cases.get(f"groups/{group}", school.counsellor)).status_code == 404
    assert (await cases.get(f"groups/{group}", school.other)).json()["members"][0]["case"] == one


async def test_a_note_about_a_member_lives_in_that_case_and_is_its_writer_s(cases):
    school = await cases.school()
    group, (one, two) = await formed(cases, school)
    await cases.done(one, "note-member", school.counsellor, group=group, session=1, note="Catatan kenari")
    assert "Catatan kenari" in await seen(cases, one, school.counsellor)
    for who in (school.coordinator, cases.duty, school.principal):
        assert "Catatan kenari" not in await seen(cases, one, who)
    assert "Catatan kenari" not in await seen(cases, two, school.counsellor)
    assert "Catatan kenari" not in (await cases.get(f"groups/{group}", school.counsellor)).text


async def test_victim_and_accused_of_one_incident_never_come_into_one_group(cases):
    school, concern = await cases.school(), str(uuid4())
    victim, blamed = await school.case("victim", concern=concern), await school.case("blamed", concern=concern, role="accused")
    other = await school.case("other-student")
    body = {"school": school.id, "field": "social", "purpose": "x"}
    refused = await cases.post("groups", school.counsellor, **body, cases=[victim, other, blamed])
    assert (refused.status_code, refused_by_name(refused)) == (409, "victim-and-accused-together")
    assert refused_by_name(await cases.post("groups", school.counsellor, **body, cases=[victim, victim])) == "too-few-members"
    group = (await cases.post("groups", school.counsellor, **body, cases=[victim, other])).json()["id"]
    assert refused_by_name(await cases.post(f"groups/{group}/add-member", school.counsellor, case=blamed)) == "victim-and-accused-together"
    assert len((await cases.get(f"groups/{group}", school.counsellor)).json()["members"]) == 2


async def test_a_group_takes_only_identified_students_of_cases_that_its_leader_knows(cases):
    school, elsewhere = await cases.school(), await cases.school()
    mine, unknown, theirs = await school.case(), await school.case(None), await elsewhere.case()
    body = {"school": school.id, "field": "social", "purpose": "x"}
    nobody = await cases.post("groups", school.counsellor, **body, cases=[mine, unknown])
    assert (nobody.status_code, nobody.json()["errors"]) == (422, [{"pointer": "/cases", "code": "student-not-identified"}])
    assert (await cases.post("groups", school.counsellor, **body, cases=[mine, theirs])).status_code == 404
    assert (await cases.post("groups", school.counsellor, **body, cases=[mine])).status_code == 422


async def test_a_partnership_needs_no_case_and_is_agreed_by_somebody_else(cases):
    school, elsewhere = await cases.school(), await cases.school()
    body = {"institution": "MGBK", "kind": "mgbk", "improves": "Layanan kenari", "contribution": "x", "contact": "x"}
    assert (await cases.post("partnerships", school.counsellor, school=elsewhere.id, **body)).status_code == 404
    begun = (await cases.post("partnerships", school.counsellor, school=school.id, **body)).json()
    path = f"partnerships/{begun['id']}"
    assert begun["state"] == "proposed"
    agreed = {"memorandum": "421/1", "until": soon(days=90)}
    own = await cases.post(f"{path}/agree-partnership", school.counsellor, **agreed)
    assert refused_by_name(own) == "partnership-agreed-by-proposer"
    assert (await cases.post(f"{path}/agree-partnership", school.principal, match='"7"', **agreed)).status_code == 412
    assert (await cases.post(f"{path}/agree-partnership", school.principal, match='"1"', **agreed)).json() == begun | {
        "version": 2,
        "state": "agreed",
    }
    for step, said, state in (("start-partnership", {}, "active"), ("end-partnership", {"result": "x", "helped": True}, "ended")):
        assert (await cases.post(f"{path}/{step}", school.counsellor, **said)).json()["state"] == state
    assert refused_by_name(await cases.post(f"{path}/start-partnership", school.counsellor)) == "activity-ended"
    for who in (school.counsellor, school.coordinator, school.principal):
        assert "Layanan kenari" in (await cases.get(path, who)).text
    for who in (elsewhere.counsellor, elsewhere.principal):
        assert (await cases.get(path, who)).status_code == 404
        assert (await cases.post(f"{path}/cancel-activity", who, reason="x")).status_code == 404
    assert (await cases.get(path, school.teacher)).status_code == 403
    assert (await cases.get("partnerships/none", school.counsellor)).status_code == 404


async def test_a_consultation_needs_no_case_and_is_read_by_its_two_parties(cases):
    school, elsewhere = await cases.school(), await cases.school()
    body = {"school": school.id, "asker_kind": "teacher", "asker": school.named("homeroom"), "aim": "climate", "question": "Tanya kenari"}
    path = f"consultations/{(await cases.post('consultations', school.counsellor, **body)).json()['id']}"
    await cases.post(f"{path}/give-advice", school.counsellor, advice="Saran kenari")
    for who in (school.counsellor, school.teacher):
        told = (await cases.get(path, who)).json()
        assert [step.get("question") or step.get("advice") for step in told["steps"]] == ["Tanya kenari", "Saran kenari"]
    for who in (school.other, school.coordinator, school.principal, cases.duty):
        assert (await cases.get(path, who)).status_code == 403
        assert (await cases.post(f"{path}/give-advice", who, advice="x")).status_code == 403
    assert (await cases.get(path, elsewhere.counsellor)).status_code == 404
    assert (await cases.post(f"{path}/give-advice", school.teacher, advice="x")).status_code == 403
    feedback = {"feedback": "x", "commitment": "x", "monitor_by": soon(days=9)}
    assert (await cases.post(f"{path}/record-feedback", school.counsellor, **feedback)).json()["state"] == "feedback"
    assert (await cases.post(f"{path}/close-consultation", school.counsellor, helped=True, result="x")).json()["state"] == "closed"


async def test_a_repeat_of_what_stands_alone_is_quiet_too(cases):
    school, key = await cases.school(), str(uuid4())
    body = {"school": school.id, "asker_kind": "teacher", "asker": None, "aim": "climate", "question": "x"}
    first, again = [(await cases.post("consultations", school.counsellor, key=key, **body)).json() for _ in range(2)]
    assert again == first
    assert first["version"] == 1


async def test_the_rota_is_kept_by_the_school_and_refuses_what_cannot_be(cases):
    school, elsewhere = await cases.school(), await cases.school()
    path, away = f"schools/{school.id}", {"person": school.named("counsellor"), "away_from": soon(), "away_until": soon(days=3)}
    assert (await cases.post(f"{path}/record-leave", school.principal, deputy=school.named("other"), **away)).status_code == 200
    (told,) = (await cases.get(f"{path}/duty", school.counsellor)).json()["items"]
    assert (told["person"], told["deputy"]) == (school.named("counsellor"), school.named("other"))
    assert refused_by_name(await cases.post(f"{path}/record-leave", school.principal, **away, deputy=school.named("counsellor"))) == "own-deputy"
    backwards = away | {"away_until": soon(days=-1)}
    assert refused_by_name(await cases.post(f"{path}/record-leave", school.principal, **backwards)) == "leave-backwards"
    for who in (elsewhere.principal, elsewhere.counsellor):
        assert (await cases.get(f"{path}/duty", who)).status_code == 404
        assert (await cases.post(f"{path}/end-leave", who, person=school.named("counsellor"))).status_code == 404
    assert (await cases.post(f"{path}/end-leave", school.principal, person=school.named("counsellor"))).status_code == 200
    assert (await cases.get(f"{path}/duty", school.counsellor)).json()["items"] == []


# lists -------------------------------------------------------------------------------------------------------------


async def walked(cases, path, who, **query):
    """All pages of a list."""
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        told = (await cases.get(path, who, **query | ({"cursor": cursor} if cursor else {}))).json()
        found, cursor, pages = found + told["items"], told["next"], pages + 1
        assert pages < 50
    return found, pages


async def climbed(cases, case, count=1):
    """Until the service's own scheduler has passed so many deadlines of the case, and the lists know."""

    async def passed() -> bool:
        return len(await cases.events(case, "deadline-passed")) >= count

    await eventually(passed)
    await cases.caught_up()


async def test_the_lists_name_themselves_in_both_languages(cases):
    school = await cases.school()
    told = (await cases.get("lists", school.teacher)).json()["items"]
    names = {"today", "overdue", "unidentified", "waiting-for-me", "commitments", "referrals-without-answer", "ladder"}
    assert {each["name"] for each in told} == names
    assert all(each["id"] != each["en"] for each in told)
    assert (await cases.get("lists/tomorrow", school.counsellor)).status_code == 422


async def test_today_shows_a_counsellor_their_own_work_and_a_coordinator_the_school_s(cases):
    school = await cases.school()
    case, other = await school.case(), await school.concern("student-2")
    await cases.done(other, "acknowledge", school.other)
    for each, who in ((case, school.counsellor), (other, school.other)):
        await cases.done(each, "agree-safety-plan", who, words="x", review_by=soon(minutes=-1))
        await cases.done(each, "wait-for-case", who, until=soon(days=40), what="x")
    mine = await school.listed("today", school.counsellor)
    assert [(each["case"], each["what"], each["overdue"]) for each in mine] == [(case, "safety-plan-review", True)]
    assert {each["case"] for each in await school.listed("today", school.coordinator) if each["owner"]} == {case, other}
    assert "waiting-ends" not in {each["what"] for each in await school.listed("today", school.coordinator)}


async def test_overdue_shows_what_is_late_of_the_whole_school_and_of_no_other(cases):
    school, elsewhere = await cases.school(), await cases.school()
    case = await school.case()
    late, soon_due = await school.ask(case, minutes=-20), await school.ask(case, days=3)
    for who in (school.counsellor, school.other, school.coordinator, school.principal):
        keys = [each["key"] for each in await school.listed("overdue", who)]
        assert keys == [f"{late}/answer"]
        assert soon_due not in json.dumps(keys)
    for who in (elsewhere.counsellor, elsewhere.principal):
        assert await school.listed("overdue", who) == []
        assert await school.listed("overdue", who, school=school.id) == []


async def test_waiting_for_me_is_everybody_s_own_and_for_a_teacher_the_only_list(cases):
    school = await cases.school()
    case = await school.case()
    asked = await school.ask(case)
    (mine,) = await school.listed("waiting-for-me", school.teacher)
    assert (mine["case"], mine["what"], mine["key"], mine["owner"]) == (case, "teacher-answer", f"{asked}/answer", school.named("homeroom"))
    assert await school.listed("waiting-for-me", school.other) == []
    for name in ("today", "overdue", "unidentified", "commitments", "referrals-without-answer", "ladder"):
        assert (await cases.get(f"lists/{name}", school.teacher)).status_code == 403, name
    await cases.done(case, "answer-as-teacher", school.teacher, activity=asked, answer="x")
    assert await school.listed("waiting-for-me", school.teacher) == []


async def test_commitments_and_referrals_without_an_answer_are_listed_until_they_are_kept_or_answered(cases):
    school = await cases.school()
    case = await school.case()
    conference = await school.conference(case)
    assert [(each["what"], each["owner"]) for each in await school.listed("commitments", school.counsellor)] == [
        ("commitment", school.named("principal"))
    ]
    assert [each["key"] for each in await school.listed("waiting-for-me", school.principal)] == [f"{conference}/k-1"]
    await cases.done(case, "keep-commitment", school.counsellor, activity=conference, commitment="k-1")
    assert await school.listed("commitments", school.counsellor) == []
    assert await school.listed("referrals-without-answer", school.counsellor) == []
    referral = await sent(cases, school, case)
    (waiting,) = await school.listed("referrals-without-answer", school.counsellor)
    assert (waiting["case"], waiting["what"]) == (case, "referral-answer")
    assert referral in waiting["key"]


async def sent(cases, school, case, agency="agency-1"):
    """A referral on its way; its id."""
    known = {each["referral"] for each in (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"]}
    draft = {"agency": agency, "why": "x", "alternatives": ["agency-2"], "consent": "given"}
    await cases.done(case, "draft-referral", school.counsellor, **draft)
    told = (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"]
    referral = next(each["referral"] for each in told if each["referral"] not in known)
    await cases.done(case, "approve-referral", school.coordinator, referral=referral)
    await cases.done(case, "send-referral", school.counsellor, referral=referral, package="Kenari")
    return referral


async def test_unidentified_students_are_listed_until_they_are_matched(cases):
    school = await cases.school()
    case, known = await school.case(None), await school.case()
    assert [each["id"] for each in await school.listed("unidentified", school.counsellor)] == [case]
    assert known not in json.dumps(await school.listed("unidentified", school.coordinator))
    assert (await cases.get("lists/unidentified", cases.officer)).status_code == 403
    student = await school.person("student-9", "student")
    nobody = await cases.act(case, "match", school.counsellor, student="nobody")
    assert nobody.json()["errors"] == [{"pointer": "/student", "code": "unknown-person"}]
    await cases.done(case, "match", school.counsellor, student=student)
    assert await school.listed("unidentified", school.counsellor) == []


async def test_the_ladder_shows_what_climbed_and_it_is_all_that_an_officer_sees(cases):
    school = await cases.school()
    case, calm = await school.case(), await school.case("student-2")
    late = await school.ask(case, minutes=-20)
    await school.ask(calm, days=2)
    await climbed(cases, case)
    for who in (school.counsellor, school.coordinator, cases.officer, cases.duty):
        (told,) = await school.listed("ladder", who, school=school.id)
        assert (told["case"], told["key"], told["step"]) == (case, f"{late}/answer", 1)
    for name in ("today", "overdue", "ladder"):
        assert {each["case"] for each in await school.listed(name, cases.officer, school=school.id)} == {case}
    assert await school.listed("commitments", cases.officer, school=school.id) == []
    assert (await cases.get(f"cases/{case}", cases.officer)).json()["urgency"] == "medium", "escalated: its summary is the officer's"
    await cases.done(case, "answer-as-teacher", school.teacher, activity=late, answer="x")
    assert await school.listed("ladder", school.counsellor) == []


async def test_whoever_is_named_in_a_case_finds_it_in_no_list(cases):
    school = await cases.school()
    case = await school.case(people=(accused(school.named("other")),))
    await school.ask(case, minutes=-20)
    await climbed(cases, case)
    for name in ("overdue", "ladder"):
        assert len(await school.listed(name, school.counsellor)) == 1
        assert await school.listed(name, school.other) == []


async def test_a_list_is_paged_the_earliest_first_and_nothing_comes_twice(cases):
    school = await cases.school()
    case = await school.case()
    for minutes in (50, 10, 30, 20, 40, 20, 20):
        await school.ask(case, minutes=-minutes)
    whole, pages = await walked(cases, "lists/overdue", school.counsellor)
    assert (len(whole), pages) == (7, 1)
    assert [each["expected_at"] for each in whole] == sorted(each["expected_at"] for each in whole)
    for limit, expected in ((1, 7), (2, 4), (3, 3), (7, 1)):
        paged, pages = await walked(cases, "lists/overdue", school.counsellor, limit=limit)
        assert [each["key"] for each in paged] == [each["key"] for each in whole], limit
        assert pages == expected
    for wrong in ("x", "W10", "bm9uZQ", "WyIyMDI2Il0"):
        assert (await cases.get("lists/overdue", school.counsellor, cursor=wrong)).status_code == 422
    for limit in (0, 101, "x"):
        assert (await cases.get("lists/overdue", school.counsellor, limit=limit)).status_code == 422


async def test_unidentified_students_and_cases_are_paged_the_newest_first(cases):
    school = await cases.school()
    made = [await school.concern(None) for _ in range(5)]
    for path in ("lists/unidentified", "cases"):
        paged, pages = await walked(cases, path, school.counsellor, limit=2)
        assert [each["id"] for each in paged] == made[::-1]
        assert pages == 3


# moving ------------------------------------------------------------------------------------------------------------


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
        pytest.param(
            (("wait-for-case", {"until": "soon", "what": "x"}), ("note-member", {"group": "g", "session": 1, "note": "x"})), id="noted-while-waiting"
        ),
    ],
)
async def test_the_list_shows_the_state_that_the_case_has(cases, steps):
    school = await cases.school()
    case = await school.case()
    for route, body in steps:
        await cases.done(case, route, school.counsellor, **{name: soon(days=5) if value == "soon" else value for name, value in body.items()})
    assert await listed_state(cases, school, case) == await state_of(cases, school, case)


async def test_the_list_shows_the_state_of_a_case_that_is_worked_on(cases):
    school = await cases.school()
    case = await school.case()
    steps = (
        ("assess-case", {"field": "social", "findings": "x", "safe": True}), ("plan-case", {"goals": [_goal(school)]}),
        ("request-counselling", {"origin": "self", "field": "social", "reason": "x"}), ("wait-for-case", {"until": soon(days=5), "what": "x"}),
        ("resume-case", {}),
    )  # fmt: skip
    states = []
    for route, body in steps:
        await cases.done(case, route, school.counsellor, **body)
        states.append(await state_of(cases, school, case))
        assert await listed_state(cases, school, case) == states[-1], route
    assert states == ["assessed", "planned", "in-progress", "waiting", "in-progress"]


# a rebuild ---------------------------------------------------------------------------------------------------------


async def snapshot(cases):
    return {table: await cases.sql(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1") for table in TABLES}


async def settled(cases):
    """No deadline is due: nothing comes in by itself."""

    async def nothing_due() -> bool:
        return not await cases.sql("SELECT 1 FROM worklist_v1 WHERE due <= clock_timestamp()")

    await eventually(nothing_due)
    await cases.caught_up()


async def test_a_rebuild_from_the_first_event_gives_what_was_live_in_all_four_tables(cases):
    school, there = await cases.school(), await cases.school()
    case = await school.case()
    for minutes in (-5, 60):
        await school.ask(case, minutes=minutes)
    await school.conference(case)
    await formed(cases, school)
    await cases.done(case, "set-urgency", school.counsellor, urgency="high", reason="x")
    await cases.done(case, "transfer-case", school.counsellor, to=there.id, reason="x")
    await cases.done(case, "receive-transfer", there.counsellor)
    await climbed(cases, case)
    await settled(cases)
    live = await snapshot(cases)
    assert all(live.values()), "every table has rows"
    assert set(live) == {"case_list_v1", "worklist_v1", "fact_v1", "strand_v1"}
    answer = await cases.client.post("/cases/api/views/case_list_v1/rebuild", headers=cases.service)
    assert answer.status_code == 200
    rebuilt = await snapshot(cases)
    for table in TABLES:
        assert rebuilt[table] == live[table], table
    assert answer.json()["events"] == (await cases.sql("SELECT position FROM view_checkpoint WHERE view = 'case_list_v1'"))[0][0]


def test_an_example_says_nothing_about_a_real_person():
    """The examples are synthetic: ids end in a number, words say that they are an example."""
    for command in CASE_COMMANDS:
        for name, field in command.model_fields.items():
            told = json.dumps(example(field.annotation, name))
            assert "@" not in told
            assert "+62" not in told
