"""The HTTP API of cases, in this process on real PostgreSQL and Redis: every command, versions, repeats, and refusals by name."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.cases.commands.bodies import body_of
from services.cases.commands.routes import GIVEN as CASE_COMMANDS
from services.cases.domain.steps.activity import BeginActivity
from shared.events import PersonRegistered
from tests.cases.asking import body_from_examples, faults, formed, goal, refused_by_name
from tests.cases.desk import soon

pytestmark = pytest.mark.anyio


FIRST_STEPS = ("acknowledge", "assign", "note", "set-urgency", "decide-referral", "draft-referral", "approve-referral", "send-referral",
               "cancel-referral", "assess-guardian", "tell-guardian", "match", "close", "reopen")  # fmt: skip


async def test_the_document_lists_every_command_with_an_example_of_every_field(cases):
    document = (await cases.client.get("/cases/openapi.json")).json()
    for command in CASE_COMMANDS:
        operation = document["paths"][f"/cases/api/cases/{{case_id}}/{command.called}"]["post"]
        assert operation["summary"].startswith(f"{command.__name__}: ")
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rsplit("/", 1)[1]
        told = document["components"]["schemas"][name]
        assert told["additionalProperties"] is False
        assert not {"act", "by", "at"} & set(told["properties"]), "who, when and which act is not the client's to say"
        assert ("activity" in told["properties"]) == ("activity" in command.model_fields and not issubclass(command, BeginActivity))
        lacking = [field for field, each in told["properties"].items() if field != "happened_at" and not each.get("examples")]
        assert lacking == [], name


async def test_the_example_of_every_command_is_understood_and_accepted_or_refused_by_name(cases):
    school, codes = await cases.school(), dict[int, list[str]]()
    for command in CASE_COMMANDS:
        case = await school.taken_over(await school.concern(f"student-of-{command.called}"))
        answer = await cases.act(case, command.called, cases.duty, **body_from_examples(command))
        codes.setdefault(answer.status_code, []).append(command.called)
        if answer.status_code in (404, 409) and answer.json()["type"] != "/problems/not-found":
            refused_by_name(answer)
        if answer.status_code == 422:
            assert {each["code"] for each in answer.json()["errors"]} <= {
                "unknown-person",
                "not-a-guardian-of-the-student",
                "unknown-school",
                "unknown-group",
            }, command.called
    assert codes.pop(403) == ["break-glass"], "an officer never reads counselling notes"
    assert set(codes) <= {200, 404, 409, 422}, codes
    assert len(codes[200]) > 15, codes


async def test_a_field_that_no_command_knows_is_refused_by_its_name(cases):
    school = await cases.school()
    case = await school.case()
    for route in (*(each.called for each in CASE_COMMANDS), *FIRST_STEPS):
        answer = await cases.act(case, route, cases.duty, colour="biru kenari")
        assert answer.status_code == 422, route
        assert {"pointer": "/colour", "code": "extra_forbidden"} in answer.json()["errors"], route
        assert "kenari" not in answer.text


async def test_an_empty_or_wrong_body_is_told_field_by_field_and_never_a_500(cases):
    school = await cases.school()
    case = await school.taken_over(await school.case())
    for command in CASE_COMMANDS:
        required = [name for name, field in body_of(command).model_fields.items() if field.is_required()]
        answer = await cases.act(case, command.called, cases.duty)
        if required:
            assert answer.status_code == 422
            assert sorted(each["pointer"] for each in answer.json()["errors"]) == sorted(f"/{name}" for name in required)
        wrongs: tuple[Any, ...] = (None, {"a": 1}, [], "x" * 25_000, -1)
        for wrong in wrongs:
            told = await cases.act(case, command.called, cases.duty, **dict.fromkeys(required, wrong))
            assert told.status_code in ((422, 404, 409) if required else (200, 409)), (command.called, wrong)


async def test_a_step_that_lies_in_the_future_or_names_a_stranger_is_refused_with_its_place(cases):
    school = await cases.school()
    case = await school.case()
    late = await cases.act(case, "assess-case", school.counsellor, field="social", findings="x", safe=True, happened_at=soon(hours=1))
    assert (late.status_code, late.json()["errors"]) == (422, [{"pointer": "/happened_at", "code": "in-the-future"}])
    asked = {"aim": "information", "question": "x", "respond_by": soon(days=1)}
    stranger = await cases.act(case, "ask-teacher", school.counsellor, teacher="nobody", **asked)
    assert faults(stranger) == [("/teacher", "unknown-person")]
    father = await school.person("father", "guardian")
    plan = await cases.act(case, "plan-parent-meeting", school.counsellor, guardian=father, kind="help-at-home", goal="x")
    assert faults(plan) == [("/guardian", "not-a-guardian-of-the-student")]
    invited = [{"person": each, "side": "school", "reason": "support"} for each in (school.named("principal"), "nobody")]
    activity = (await cases.done(case, "propose-conference", school.counsellor, kind="help", purpose="x"))["activity"]
    convened = await cases.act(case, "convene-conference", school.counsellor, activity=activity, when=soon(days=1), invitees=invited)
    assert faults(convened) == [("/invitees/1/person", "unknown-person")]


async def test_who_may_not_use_a_route_is_told_so_before_anything_else(cases):
    school = await cases.school()
    case = await school.case()
    administrator = cases.who("admin", "system-administrator")
    for command in CASE_COMMANDS:
        url = f"/cases/api/cases/{case}/{command.called}"
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
    await cases.hear(PersonRegistered(person=school.named("grown"), kind="student", school=school.id, name=name, born=birthday))
    for giver, happened, age in (("guardian", soon(days=-40), 17), ("student", None, 18)):
        draft = {"agency": "a", "why": "x", "alternatives": ["b"], "consent": "asked"}
        await cases.done(case, "draft-referral", school.counsellor, **draft)
        referral = (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"][-1]["referral"]
        await cases.done(case, "record-consent", school.counsellor, referral=referral, giver=giver, form="1", happened_at=happened)
        assert json.loads((await cases.events(case, "consent-recorded"))[-1])["age"] == age


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
    body = {"school": school.id, "field": "social", "purpose": "x", "cases": [case, await school.case("student-2")]}
    group = (await cases.post("groups", school.counsellor, **body)).json()["id"]
    assert (await cases.act(case, "note-member", school.counsellor, match='"1"', group=group, session=1, note="x")).status_code == 200


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


async def test_row_29_a_key_with_another_body_is_refused_on_every_road_of_commands_and_nothing_of_it_is_kept(cases):
    school, key = await cases.school(), str(uuid4())
    case, (group, _) = await school.case(), await formed(cases, school)
    session = {"session": 1, "stage": "beginning", "when": soon(), "present": [school.named("ani")], "pledge": True, "dynamics": "x"}
    consulted = {"school": school.id, "asker_kind": "teacher", "asker": None, "aim": "climate", "question": "x"}
    partner = {"school": school.id, "institution": "x", "kind": "mgbk", "improves": "x", "contribution": "x", "contact": "x"}
    away = {"person": school.named("counsellor"), "away_from": soon(days=1), "away_until": soon(days=2), "deputy": None}
    said = {
        f"cases/{case}/note": ({"text": "Kenari satu"}, {"text": "Kenari dua"}),
        f"cases/{case}/assign": ({"to": school.named("counsellor")}, {"to": school.named("coordinator")}),
        f"groups/{group}/hold-session": (session, session | {"dynamics": "y"}),
        "consultations": (consulted, consulted | {"question": "y"}),
        "partnerships": (partner, partner | {"contact": "y"}),
        f"schools/{school.id}/record-leave": (away, away | {"away_until": soon(days=3)}),
    }
    for path, (first, other) in said.items():
        answers = [await cases.post(path, school.counsellor, key=key, **body) for body in (first, other, first)]
        assert [each.status_code for each in answers] == [200, 422, 200], path
        assert answers[1].json()["type"] == "/problems/idempotency-mismatch"
        assert answers[2].json() == answers[0].json(), path
    assert len(await cases.events(case, "note-added")) == 1


async def test_row_29_a_used_key_is_refused_also_where_the_other_body_would_change_nothing_or_be_refused(cases):
    school, key = await cases.school(), str(uuid4())
    case = await school.case()
    closing = {"outcome_class": "helped", "task_reviewed": "x"}
    await cases.done(case, "close", school.counsellor, key=key, **closing)
    other = await cases.act(case, "close", school.counsellor, key=key, **(closing | {"task_reviewed": "Kata lain"}))
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-mismatch")


async def test_a_key_with_another_body_says_nothing_to_somebody_who_may_not_give_the_command(cases):
    school, elsewhere, key = await cases.school(), await cases.school(), str(uuid4())
    case = await school.case()
    await cases.done(case, "note", school.counsellor, key=key, text="x")
    assert (await cases.act(case, "note", elsewhere.counsellor, key=key, text="y")).status_code == 404


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
    assert refused_by_name(await cases.act(case, "plan-case", school.counsellor, goals=[goal(school)])) == "not-assessed"
    assert refused_by_name(await cases.act(case, "propose-conference", school.counsellor, kind="tribunal", purpose="x")) == "not-a-tribunal"
    assert refused_by_name(await cases.act(case, "resume-case", school.counsellor)) == "not-waiting"
    assert refused_by_name(await cases.act(case, "reopen", school.counsellor, text="x")) == "not-closed"
    assert refused_by_name(await cases.act(case, "transfer-case", school.counsellor, to=school.id, reason="x")) == "already-there"
    unknown = await cases.act(case, "end-counselling", school.counsellor, activity="none", result="helped")
    assert (unknown.status_code, refused_by_name(unknown)) == (404, "no-such-activity")
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["version"] == before
