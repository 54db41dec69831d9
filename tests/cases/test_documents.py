"""The official documents of a case: which ones a history holds, and what they say. Their data is complete."""

from services.cases.domain.case.case import CASE
from services.cases.reading.documents import DOCUMENTS, documents_of


def told(event_type, version, **data):
    return {"type": event_type, "version": version, "happened_at": "2026-02-09T09:00:00+07:00", "actor": "counsellor", "data": data}


def test_a_report_says_everything_its_activity_said_before():
    history = [
        told("counselling-requested", 1, activity="a", origin="assessment", field="social"),
        told("counselling-scheduled", 2, activity="a", place="ruang"),
        told("counselling-held", 3, activity="a", meeting=1, goal="tujuan"),
    ]
    plan, report = documents_of(history)
    assert (plan["name"], report["name"]) == ("service-plan", "counselling-report")
    assert report["data"] == {"activity": "a", "origin": "assessment", "field": "social", "place": "ruang", "meeting": 1, "goal": "tujuan"}


def test_a_service_plan_is_written_only_for_a_student_who_was_invited():
    assert documents_of([told("counselling-requested", 1, activity="a", origin="self")]) == []


def test_a_statement_only_where_one_was_signed_and_an_answer_only_at_its_end():
    assert documents_of([told("home-action-agreed", 1, activity="a", statement="")]) == []
    assert documents_of([told("referral-moved", 1, referral="r", trigger="accept")]) == []
    assert [each["name"] for each in documents_of([told("referral-moved", 1, referral="r", trigger="outcome")])] == ["referral-answer"]


def test_every_document_belongs_to_an_event_that_exists():
    assert {document.event for document in DOCUMENTS} <= set(CASE.codec.types)
