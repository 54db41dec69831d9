"""The data of every official document: its strategy says which there are, when they apply, and what stands in them."""

import json
from typing import Any

from services.cases.domain.case.glass import BreakGlass
from services.cases.domain.casework import CASEWORK
from services.cases.domain.referring import consent as cs
from services.cases.domain.steps.endings import HandOverActivity, PostponeActivity
from services.cases.domain.strategies import counselling as co
from services.cases.domain.strategies import parents as p
from services.cases.reading.case import Told
from services.cases.reading.documents import documents_of
from tests.cases.people import COORDINATOR, NOW, OTHER, STUDENT, decided, handled, later, step, words
from tests.cases.scenarios import SCENARIOS, approve, moved, open_draft, send

W = words()
REQUEST = step(co.RequestCounselling, activity="a", origin="assessment", field="social", reason=words("permintaan"))
SCHEDULE = step(co.ScheduleCounselling, activity="a", when=later(days=1), place=words("ruang"))
HELD: dict[str, Any] = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), W)
HOLD = step(co.HoldCounselling, activity="a", meeting=1, confidentiality_told=True, **HELD)


def history(*commands):
    """The history of a case in hand after these commands, as somebody sees it who may read everything."""
    case, told = handled(), []
    for command in commands:
        events, case = decided(case, command)
        told += events
    return [Told(event, entry(version, event)) for version, event in enumerate(told, start=1)]


def entry(version, event):
    body = json.loads(event.model_dump_json())
    data = {name: value for name, value in body.items() if name not in ("type", "version")}
    return {"type": event.type, "version": version, "happened_at": NOW.isoformat(), "actor": "counsellor", "data": data}


def documents(*commands):
    return documents_of(CASEWORK, history(*commands))


def names(*commands):
    return [each["name"] for each in documents(*commands)]


def text(told):
    return told["box"]


def test_every_document_there_is_by_its_strategy():
    assert {chapter.name: [each.name for each in chapter.documents] for chapter in CASEWORK.chapters} == {
        "case": [],
        "counselling": ["service-plan", "counselling-report", "satisfaction-form"],
        "group-counselling": [],
        "referral": ["referral-letter", "referral-consent", "referral-answer"],
        "inbound-referral": ["inbound-answer"],
        "teacher-collaboration": ["teacher-information"],
        "parent-collaboration": ["parent-summons", "parent-statement"],
        "partnership": [],
        "consultation": [],
        "conference": ["conference-attendance", "conference-minutes"],
        "home-visit": ["visit-assignment", "visit-report"],
        "official-report": ["official-report"],
        "data-request": ["data-release"],
    }


def test_a_report_says_everything_its_activity_said_before():
    plan, report = documents(REQUEST, SCHEDULE, HOLD)
    assert {name: value for name, value in plan.items() if name != "data"} == {
        "name": "service-plan",
        "id": "Rencana layanan (RPL) konseling individual",
        "en": "Service plan, individual counselling",
        "version": 1,
        "happened_at": NOW.isoformat(),
        "by": "counsellor",
    }
    assert plan["data"].keys() == {"act", "by", "at", "activity", "origin", "field", "reason"}
    assert report["name"] == "counselling-report"
    assert report["data"].keys() == plan["data"].keys() | {"when", "place", "meeting", "confidentiality_told", *HELD}
    assert (report["data"]["origin"], text(report["data"]["place"]), report["data"]["meeting"]) == ("assessment", "ruang", 1)


def test_what_is_said_about_an_activity_by_no_step_of_its_strategy_never_enters_its_document():
    """Or the reason for postponing would stand in the report as the reason for the counselling."""
    around = [
        step(PostponeActivity, activity="a", until=later(days=9), reason=words("ditunda")),
        step(HandOverActivity, activity="a", to=OTHER),
        step(BreakGlass, activity="a", ground="safety", reason=words("darurat"), by=COORDINATOR),
    ]
    report = documents(REQUEST, *around, SCHEDULE, HOLD)[-1]
    assert text(report["data"]["reason"]) == "permintaan"
    assert {"until", "to"}.isdisjoint(report["data"])


def test_a_service_plan_is_written_only_for_a_student_who_was_invited():
    assert names(REQUEST) == ["service-plan"]
    assert names(REQUEST.model_copy(update={"origin": "self"})) == []


def test_a_statement_only_where_one_was_signed():
    scenario = SCENARIOS[p.AgreeHomeAction]
    for number, wanted in (("", []), ("P-1", ["parent-statement"])):
        assert names(*scenario.given, scenario.when.model_copy(update={"statement": number})) == wanted


def test_an_answer_of_the_agency_only_at_its_end():
    consent = step(cs.RecordConsent, referral="r-1", giver="guardian", age=15, adult=18, form="S-1")
    referred = [open_draft, consent, approve, send]
    assert names(*referred) == ["referral-consent", "referral-letter"]
    assert names(open_draft, consent) == ["referral-consent"]
    assert names(*referred, moved("accept", "accepted")) == ["referral-consent", "referral-letter"]
    for trigger, state in (("outcome", "completed"), ("decline", "rejected")):
        _, letter, answer = documents(*referred, moved(trigger, state))
        assert (letter["name"], answer["name"]) == ("referral-letter", "referral-answer")
        assert answer["data"].keys() > letter["data"].keys(), "the answer stands on what was referred"
        assert (answer["data"]["student"], answer["data"]["trigger"]) == (STUDENT, trigger)


def test_two_activities_of_one_kind_keep_what_they_say_apart():
    other = REQUEST.model_copy(update={"activity": "b", "act": "act-b", "field": "career"})
    first, second = documents(REQUEST, other)
    assert (first["data"]["field"], second["data"]["field"]) == ("social", "career")
