"""The data of every official document: its strategy says which there are and when; its model what stands in it, and nothing else.

Row 26 of the districts' life: a document holds the fields of its own subject, by name. Row 27: groups, partnerships and consultations have theirs.
"""

from typing import Any

import pytest

from services.cases.domain.case.glass import BreakGlass
from services.cases.domain.casework import CASEWORK
from services.cases.domain.referring import consent as cs
from services.cases.domain.steps.endings import HandOverActivity, PostponeActivity
from services.cases.domain.strategies import conference as cf
from services.cases.domain.strategies import counselling as co
from services.cases.domain.strategies import parents as p
from services.cases.letters.kinds import KINDS
from services.cases.letters.made import made_of, material_of
from services.cases.reading.documents import documents_of
from tests.cases.letters.gathered import gathered
from tests.cases.people import COORDINATOR, MOTHER, OTHER, later, step, words
from tests.cases.scenarios import SCENARIOS, approve, moved, open_draft, send

REQUEST = step(co.RequestCounselling, activity="a", origin="assessment", field="social", reason=words("permintaan"))
SCHEDULE = step(co.ScheduleCounselling, activity="a", when=later(days=1), place=words("ruang"))
HELD: dict[str, Any] = {
    name: words(f"kata {name}") for name in ("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan")
}
HOLD = step(co.HoldCounselling, activity="a", meeting=1, confidentiality_told=True, **HELD)
SATISFIED = step(co.RecordSatisfaction, activity="a", score=4, words=words("pendapat"))
OF_THE_CASE = ("case-summary", "subject-access")


def documents(*commands, may=lambda _: True):
    """Of one strategy: without those about the whole case."""
    told = documents_of(CASEWORK, KINDS, gathered(*commands, may=may))
    return [each for each in told if each["name"] not in OF_THE_CASE]


def names(*commands):
    return [each["name"] for each in documents(*commands)]


def test_every_document_there_is_by_its_strategy():
    assert {chapter.name: [each.name for each in chapter.documents] for chapter in CASEWORK.chapters} == {
        "case": ["case-closing", "case-summary", "subject-access"],
        "counselling": ["service-plan", "counselling-report", "satisfaction-form"],
        "group-counselling": ["group-plan", "group-attendance", "group-report"],
        "referral": ["referral-letter", "referral-consent", "referral-answer"],
        "inbound-referral": ["inbound-answer"],
        "teacher-collaboration": ["teacher-information"],
        "parent-collaboration": ["parent-summons", "parent-statement"],
        "partnership": ["partnership-report"],
        "consultation": ["consultation-report"],
        "conference": ["conference-attendance", "conference-minutes"],
        "home-visit": ["visit-assignment", "visit-report"],
        "official-report": ["official-report"],
        "data-request": ["data-release"],
    }
    assert KINDS.keys() == {each.name for chapter in CASEWORK.chapters for each in chapter.documents}


def test_row_26_each_document_of_a_session_holds_the_fields_of_its_own_subject():
    plan, report, satisfaction = (each["data"] for each in documents(REQUEST, SCHEDULE, HOLD, SATISFIED))
    student = {"student": "Ani", "homeroom": "VIII A", "counsellor": "Bu Konselor"}
    assert plan == {**student, "field": "Sosial", "origin": "Hasil asesmen", "reason": "permintaan"}
    assert report == {
        **student, "field": "Sosial", "origin": "Hasil asesmen", "meeting": 1, "when": "Senin, 9 Februari 2026", "hour": "09.00 WIB", "place": "ruang",
        **{name: f"kata {name}" for name in HELD},
    }  # fmt: skip
    assert satisfaction == {**student, "when": "Senin, 9 Februari 2026", "score": 4, "words": "pendapat"}


def test_row_26_a_statement_and_a_summons_hold_nothing_of_what_both_sides_said():
    scenario, invited = SCENARIOS[p.AgreeHomeAction], SCENARIOS[p.InviteParent]
    signed = scenario.when.model_copy(update={"statement": "P-1", "action": words("tindakan")})
    (statement,) = documents(*[_with_words(each) for each in scenario.given], signed)
    (summons,) = documents(*[_with_words(each) for each in invited.given], invited.when)
    assert summons["data"].keys() == {"student", "homeroom", "guardian", "summons", "when", "hour", "place", "meets"}
    assert statement["data"].keys() == {"student", "homeroom", "guardian", "agreed", "action", "review"}
    assert (statement["data"]["action"], statement["data"]["guardian"], statement["number"]) == ("tindakan", "Ibu Ani", "P-1")
    assert "dikatakan" not in str([summons, statement])


def _with_words(command):
    """What was said at the meeting is known again where it stands."""
    said = {name: words("dikatakan") for name in ("received", "given", "goal") if name in type(command).model_fields}
    return command.model_copy(update=said)


def test_what_is_said_about_an_activity_by_no_step_of_its_strategy_never_enters_its_document():
    """Or the reason for postponing would stand in the report as the reason for the counselling."""
    around = [
        step(PostponeActivity, activity="a", until=later(days=9), reason=words("ditunda")),
        step(HandOverActivity, activity="a", to=OTHER),
        step(BreakGlass, activity="a", ground="safety", reason=words("darurat"), by=COORDINATOR),
    ]
    assert "ditunda" not in str(documents(REQUEST, *around, SCHEDULE, HOLD))
    assert "darurat" not in str(documents(REQUEST, *around, SCHEDULE, HOLD))


def test_a_service_plan_is_written_only_for_a_student_who_was_invited():
    assert names(REQUEST) == ["service-plan"]
    assert names(REQUEST.model_copy(update={"origin": "self"})) == []


def test_a_statement_only_where_one_was_signed():
    scenario = SCENARIOS[p.AgreeHomeAction]
    for number, wanted in (("", []), ("P-1", ["parent-statement"])):
        assert names(*scenario.given, scenario.when.model_copy(update={"statement": number})) == wanted


def test_an_answer_of_the_agency_only_at_its_end():
    consent = step(cs.RecordConsent, referral="r-1", giver="guardian", guardian=MOTHER, age=15, adult=18, form="S-1")
    referred = [open_draft, consent, approve, send]
    assert names(*referred) == ["referral-consent", "referral-letter"]
    assert names(open_draft, consent) == ["referral-consent"]
    assert names(*referred, moved("accept", "accepted")) == ["referral-consent", "referral-letter"]
    for trigger, state, said in (("outcome", "completed", "Selesai ditangani"), ("decline", "rejected", "Tidak dapat diterima")):
        _, letter, answer = documents(*referred, moved(trigger, state))
        assert (letter["name"], answer["name"], answer["data"]["result"]) == ("referral-letter", "referral-answer", said)
        assert answer["data"].keys() == {"student", "homeroom", "result", "reason", "answered", "note"}


def test_a_referral_letter_holds_the_package_and_neither_why_nor_what_else_was_tried():
    consent = step(cs.RecordConsent, referral="r-1", giver="guardian", guardian=MOTHER, age=15, adult=18, form="S-1")
    letter = documents(open_draft.model_copy(update={"why": words("mengapa")}), consent, approve, send)[-1]
    assert letter["data"].keys() == {"student", "homeroom", "born", "guardians", "school", "sent", "respond_by", "chronology"}
    assert "mengapa" not in str(letter)


def test_two_activities_of_one_kind_keep_what_they_say_apart():
    other = REQUEST.model_copy(update={"activity": "b", "act": "act-b", "field": "career", "reason": words("lain")})
    first, second = documents(REQUEST, other)
    assert (first["data"]["field"], first["data"]["reason"]) == ("Sosial", "permintaan")
    assert (second["data"]["field"], second["data"]["reason"]) == ("Karier", "lain")


def test_what_another_activity_said_meanwhile_stays_out_of_a_report():
    """The second one was asked for before the first one's meeting."""
    other = REQUEST.model_copy(update={"activity": "b", "act": "act-b", "field": "career", "reason": words("lain")})
    report = documents(REQUEST, other, SCHEDULE, HOLD)[-1]
    assert (report["name"], report["data"]["field"]) == ("counselling-report", "Sosial")


def test_of_several_meetings_each_report_holds_its_own():
    second = {"symptoms": words("gejala kedua")}
    again = step(co.ScheduleCounselling, activity="a", when=later(days=8), place=words("aula"))
    later_meeting = HOLD.model_copy(update={"act": "act-2", "meeting": 2, **second})
    reports = [each["data"] for each in documents(REQUEST, SCHEDULE, HOLD, again, later_meeting) if each["name"] == "counselling-report"]
    assert [(each["meeting"], each["place"], each["symptoms"]) for each in reports] == [(1, "ruang", "kata symptoms"), (2, "aula", "gejala kedua")]


# what the reader may not read --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_a_reader_may_not_read_is_not_in_the_model(name):
    """Every event that the reader may not read is left out before the model is built; its words cannot be reached from there."""
    commands = (REQUEST, SCHEDULE, HOLD, SATISFIED)
    hidden = gathered(*commands, may=lambda _: False)
    found = [each for each in made_of(CASEWORK, hidden) if each.document.name == name]
    assert [each.readable for each in found] == [False] * len(found)
    assert all(each["data"] == {"withheld": "not for this role"} for each in documents(*commands, may=lambda _: False))
    assert hidden.material.texts == {}


def test_a_document_stands_on_nothing_that_came_after_it():
    meeting = SCENARIOS[cf.MinuteConference]
    minutes = documents(*meeting.given, meeting.when)
    assert [each["name"] for each in minutes] == ["conference-attendance", "conference-minutes"]
    history = gathered(*meeting.given, meeting.when)
    attendance = next(each for each in made_of(CASEWORK, history) if each.document.name == "conference-attendance")
    assert not [event for event in material_of(attendance, history).events if isinstance(event, cf.ConferenceMinuted)]
