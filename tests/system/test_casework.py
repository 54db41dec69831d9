"""Case work in the running district: rights by activity, versions, repeats, refusals by name, lists, reports, and a rebuild equal to the view."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest

from district.sample.roster import SOURCE
from services.cases.commands.bodies import body_of
from services.cases.commands.examples import example
from services.cases.commands.routes import GIVEN as CASE_COMMANDS
from services.cases.reading.projecting import TABLES
from services.intake.roster.people import person_id, school_id
from shared.access import Identity
from tests.patience import asked_patiently

SCHOOL = school_id(SOURCE, "smp1")


@pytest.fixture(scope="module")
def api(district):
    return Api(district)


class Api:
    """Requests as people of the sample."""

    def __init__(self, district):
        self.district, self.base = district, f"{district.deployment.origin('cases')}/cases/api"

    def who(self, key, *_acts_as):
        """Somebody of the sample. What they act as stands in the test for its reader; the services look it up."""
        return self.district.headers(Identity(person_id(SOURCE, key), "person"))

    @property
    def counsellor(self):
        return self.who("smp1-staf-03", "counsellor")

    def case(self, student, **told):
        """A fresh case of a student, through intake."""
        body = {
            "school": SCHOOL, "students": [{"id": person_id(SOURCE, student), "role": "affected"}], "kind": "incident", "categories": ["bullying"],
            "narrative": "Kenari", "facts": {"repeated": False}, "channel": "api", "reporter": {"kind": "staff"},
        } | told  # fmt: skip
        headers = self.district.service() | {"idempotency-key": str(uuid4())}
        url = f"{self.district.deployment.origin('intake')}/intake/api/concerns"
        concern = httpx.post(url, json=body, headers=headers).raise_for_status().json()["concern_id"]
        case = self.district.wait_for(lambda: self.district._case_of(concern), "a case")
        self.act(case, "acknowledge", self.counsellor).raise_for_status()
        return case

    def act(self, case, route, headers, key=None, version=None, **body):
        sent = headers | ({"idempotency-key": key} if key else {}) | ({"if-match": f'"{version}"'} if version else {})
        return httpx.post(f"{self.base}/cases/{case}/{route}", json=body, headers=sent, timeout=20)

    def get(self, path, headers, **query):
        return asked_patiently(f"{self.base}/{path}", headers, **query)


def soon(days=1):
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def held(api, case):
    """A counselling meeting that was held; the activity's id."""
    activity = api.act(case, "request-counselling", api.counsellor, origin="self", field="social", reason="Kenari").json()["activity"]
    api.act(case, "schedule-counselling", api.counsellor, activity=activity, when=soon(), place="Kenari").raise_for_status()
    words = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), "Kenari rahasia")
    api.act(case, "hold-counselling", api.counsellor, activity=activity, meeting=1, confidentiality_told=True, **words).raise_for_status()
    return activity


def test_every_command_has_a_route_with_an_example_and_none_is_a_500(api):
    document = httpx.get(f"{api.district.deployment.origin('cases')}/cases/openapi.json").json()
    case = api.case("smp1-murid-060")
    api.act(case, "take-over-case", api.district.duty(), reason="x").raise_for_status()
    for command in CASE_COMMANDS:
        path = f"/cases/api/cases/{{case_id}}/{command.called}"
        assert "post" in document["paths"][path]
        body = {name: example(field.annotation, name) for name, field in command.model_fields.items() if name in body_of(command).model_fields}
        for sent in (body, body | {"colour": 1}, {}, dict.fromkeys(body), dict.fromkeys(body, "x" * 300)):
            answer = api.act(case, command.called, api.district.duty(), **sent)
            assert answer.status_code in (200, 403, 404, 409, 422), (path, answer.status_code)
            if answer.status_code == 409:
                assert answer.json()["sentence"]["id"] != answer.json()["sentence"]["en"]


def test_counselling_is_read_by_its_counsellor_alone(api):
    case = api.case("smp1-murid-061")
    held(api, case)
    own, duty = api.get(f"cases/{case}", api.counsellor).text, api.get(f"cases/{case}", api.district.duty()).text
    assert "Kenari rahasia" in own
    assert "Kenari rahasia" not in duty
    assert "Kenari rahasia" in api.get(f"cases/{case}/history", api.counsellor).text
    assert "Kenari rahasia" not in api.get(f"cases/{case}/history", api.district.duty()).text
    assert '"counselling-held"' in json.dumps(api.get(f"cases/{case}/history", api.district.duty()).json())


def test_an_assigned_case_shows_its_summary_to_another_counsellor(api):
    case = api.case("smp1-murid-062")
    other = api.who("smp1-staf-04", "counsellor")
    assert "Kenari" in api.get(f"cases/{case}", other).text
    api.act(case, "assign", api.counsellor, to=person_id(SOURCE, "smp1-staf-03")).raise_for_status()
    assert "Kenari" not in api.get(f"cases/{case}", other).text
    api.act(case, "deputise-case", api.counsellor, deputy=person_id(SOURCE, "smp1-staf-04"), until=soon(3)).raise_for_status()
    assert "Kenari" in api.get(f"cases/{case}", other).text


def test_a_teacher_sees_the_request_and_nothing_else(api):
    case = api.case("smp1-murid-063")
    teacher = api.who("smp1-staf-08", "homeroom")
    assert api.get(f"cases/{case}", teacher).status_code in (403, 404)
    asked = api.act(case, "ask-teacher", api.counsellor, teacher=person_id(SOURCE, "smp1-staf-08"), aim="information", question="Hadir?",
                    respond_by=soon()).json()["activity"]  # fmt: skip
    listed = api.district.wait_for(lambda: api.get("lists/waiting-for-me", teacher).json()["items"], "the teacher's list")
    assert [each["what"] for each in listed] == ["teacher-answer"]
    assert api.act(case, "note", teacher, text="x").status_code == 403
    assert api.act(case, "answer-as-teacher", teacher, activity=asked, answer="Ya").status_code == 200
    assert api.act(case, "answer-as-teacher", api.who("smp1-staf-09", "subject-teacher"), activity=asked, answer="Ya").status_code == 404


def test_a_version_that_has_moved_on_is_412_and_a_repeat_is_quiet(api):
    case = api.case("smp1-murid-064")
    key = str(uuid4())
    first = api.act(case, "request-counselling", api.counsellor, key, origin="self", field="social", reason="x").json()
    again = api.act(case, "request-counselling", api.counsellor, key, origin="self", field="social", reason="x").json()
    assert (again["activity"], again["activity_version"]) == (first["activity"], first["activity_version"])
    history = api.get(f"cases/{case}/history", api.counsellor).json()["items"]
    assert [each["type"] for each in history].count("counselling-requested") == 1
    wrong = api.act(case, "schedule-counselling", api.counsellor, version=9, activity=first["activity"], when=soon(), place="x")
    assert wrong.status_code == 412
    right = api.act(case, "schedule-counselling", api.counsellor, version=1, activity=first["activity"], when=soon(), place="x")
    assert right.json()["activity_version"] == 2


def test_victim_and_accused_are_refused_in_one_group_and_its_notes_stay_with_the_leader(api):
    students = [{"id": person_id(SOURCE, "smp1-murid-065"), "role": "affected"}, {"id": person_id(SOURCE, "smp1-murid-066"), "role": "accused"}]
    api.case("x", students=students)
    victim, accused = (api.district.wait_for(lambda each=each: listed(api, each["id"]), "both cases") for each in students)
    other = api.case("smp1-murid-067")
    body = {"school": SCHOOL, "field": "social", "purpose": "Kenari"}
    refused = httpx.post(f"{api.base}/groups", json=body | {"cases": [victim, accused]}, headers=api.counsellor)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/victim-and-accused-together")
    twice = httpx.post(f"{api.base}/groups", json=body | {"cases": [victim, victim]}, headers=api.counsellor)
    assert twice.json()["type"] == "/problems/too-few-members"
    formed = httpx.post(f"{api.base}/groups", json=body | {"cases": [victim, other]}, headers=api.counsellor).json()["id"]
    assert api.get(f"groups/{formed}", api.counsellor).json()["steps"][0]["purpose"] == "Kenari"
    assert api.get(f"groups/{formed}", api.who("smp1-staf-05", "coordinator")).status_code == 404
    api.act(other, "note-member", api.counsellor, group=formed, session=1, note="Catatan kenari").raise_for_status()
    assert "Catatan kenari" in api.get(f"cases/{other}/history", api.counsellor).text
    assert "Catatan kenari" not in api.get(f"cases/{other}/history", api.district.duty()).text


def listed(api, student):
    """The case of a student, once it is listed."""
    items = api.get("cases", api.counsellor, student=student).json()["items"]
    return items[0]["id"] if items else None


def test_a_transfer_is_received_by_the_other_school_and_by_nobody_else(api):
    case, there = api.case("smp1-murid-068"), school_id(SOURCE, "sma1")
    receiver = api.who("sma1-staf-03", "counsellor", there)
    assert api.act(case, "receive-transfer", receiver).status_code == 404
    api.act(case, "transfer-case", api.counsellor, to=there, reason="Pindah").raise_for_status()
    assert api.act(case, "note", receiver, text="x").status_code == 403
    assert "Kenari" not in api.get(f"cases/{case}", receiver).text
    api.act(case, "receive-transfer", receiver).raise_for_status()
    assert api.get(f"cases/{case}", api.counsellor).status_code == 404
    assert api.get(f"cases/{case}", receiver).json()["school"] == there


def test_an_unidentified_student_waits_in_a_list_and_merges_into_the_open_case(api):
    known = api.case("smp1-murid-069")
    unknown = api.case("x", students=[{"description": "Murid bertopi", "role": "affected"}])
    listed = api.district.wait_for(lambda: [each["id"] for each in api.get("lists/unidentified", api.counsellor).json()["items"]], "the list")
    assert unknown in listed
    assert api.act(unknown, "match", api.counsellor, student=person_id(SOURCE, "smp1-murid-069")).status_code == 409
    assert api.act(unknown, "merge-into", api.counsellor, into=known).json()["state"] == "merged"
    assert api.act(unknown, "note", api.counsellor, text="x").json()["type"] == "/problems/case-rests"
    assert api.get(f"cases/{known}", api.counsellor).json()["merged"] == [unknown]
    api.act(unknown, "unmerge-case", api.counsellor, reason="Bukan dia").raise_for_status()
    assert api.get(f"cases/{known}", api.counsellor).json()["merged"] == []


def test_reports_count_what_was_given_and_are_frozen_as_of_a_moment(api):
    before = datetime.now(UTC).isoformat()
    held(api, api.case("smp1-murid-070"))
    month = datetime.now(ZoneInfo("Asia/Jakarta")).strftime("%Y-%m")
    now = api.district.wait_for(
        lambda: (
            (told := api.get("reports/monthly", api.counsellor, school=SCHOOL, month=month).json())["services"]["individual-counselling"] and told
        ),
        "a report",
    )
    then = api.get("reports/monthly", api.counsellor, school=SCHOOL, month=month, as_of=before).json()
    assert then["services"]["individual-counselling"] < now["services"]["individual-counselling"]
    assert then["cases"]["new"] < now["cases"]["new"]
    assert api.get("reports/monthly", api.who("sma1-staf-03", "counsellor", school_id(SOURCE, "sma1")), school=SCHOOL, month=month).status_code == 404
    assert api.get("reports/semester", api.counsellor, school=SCHOOL, month=month).json()["evaluations"].keys() == {"laiseg", "laijapen", "laijapang"}
    district = api.get("reports/district", api.who("dinas-staf-03", "district-officer", None), month=month).json()
    assert {"no-counsellor", "no-reports"} & {each["warning"] for each in district["warnings"]}
    assert api.get("reports/district", api.counsellor, month=month).status_code == 403


def test_a_passed_deadline_says_so_once_and_its_owner_hears(api):
    case = api.case("smp1-murid-071")
    api.act(case, "ask-teacher", api.counsellor, teacher=person_id(SOURCE, "smp1-staf-10"), aim="information", question="x", respond_by=soon(-1))
    passed = "SELECT count(*) FROM cases.event WHERE stream = %s AND type = 'deadline-passed' AND body LIKE '%%teacher-answer%%'"
    api.district.wait_for(lambda: api.district.sql(passed, f"case-{case}")[0][0], "the deadline")
    told = "SELECT count(*) FROM notifications.event WHERE type = 'alert-raised' AND body::json ->> 'case' = %s AND body::json ->> 'plain' = 'true'"
    api.district.wait_for(lambda: api.district.sql(told, case)[0][0] >= 2, "asked, and overdue")
    assert api.district.sql(passed, f"case-{case}")[0][0] == 1


def test_a_rebuild_from_zero_equals_what_is_live(api):
    away = {"person": person_id(SOURCE, "smp1-staf-03"), "away_from": soon(300), "away_until": soon(310)}
    url = f"{api.base}/schools/{SCHOOL}/record-leave"
    httpx.post(url, json=away, headers=api.counsellor | {"idempotency-key": str(uuid4())}, timeout=20).raise_for_status()
    live, rebuilt = api.district.wait_for(lambda: compared(api), "a moment in which nothing comes in")
    assert all(live.values())
    for table in TABLES:
        assert rebuilt[table] == live[table], table


def compared(api):
    """All tables before and after a rebuild; None where an event came in meanwhile."""
    head = "SELECT position FROM cases.store_head", "SELECT position FROM cases.view_checkpoint WHERE view = 'case_list_v2' AND state = 'answering'"
    stored, folded = (api.district.sql(query)[0][0] for query in head)
    live = {table: snapshot(api, table) for table in TABLES}
    url = f"{api.base}/views/case_list_v2/rebuild"
    httpx.post(url, headers=api.district.service(), timeout=120).raise_for_status()
    rebuilt = {table: snapshot(api, table) for table in TABLES}
    return (live, rebuilt) if stored == folded == api.district.sql(head[0])[0][0] else None


def snapshot(api, table):
    """A table's rows in the generation that answers, in some fixed order."""
    answers = "(SELECT generation FROM cases.view_checkpoint WHERE view = 'case_list_v2' AND state = 'answering')"
    with psycopg.connect(api.district.postgres.url()) as connection:
        return connection.execute(
            f"SELECT (to_jsonb(t) - 'generation')::text FROM cases.{table} t WHERE generation = {answers} ORDER BY 1"
        ).fetchall()
