"""What each strategy says about itself beside its steps, and that strategies which do not fit together stop the start."""

from dataclasses import replace

import pytest

from services.cases.commands.naming import Named, named_in
from services.cases.domain.case.opening import ActivityStillOpen
from services.cases.domain.case.strands import Close
from services.cases.domain.casework import CASEWORK, casework
from services.cases.domain.data_request import ReleaseData
from services.cases.domain.official_reporting import FileOfficialReport
from services.cases.domain.referring.consent import CallForHelp
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.activity import Activity, Audience
from services.cases.domain.steps.named import Names
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.strategy import Strategy
from services.cases.domain.steps.tells import Counts, Document, counted
from services.cases.domain.strategies.conference import ConferenceHeld, ConveneConference, HoldConference, Invitee, ProposeConference
from services.cases.domain.strategies.counselling import EvaluateCounselling
from services.cases.domain.strategies.parents import HoldParentMeeting, PlanParentMeeting
from services.cases.domain.strategies.teacher import AskTeacher
from shared.errors import StartRefused
from shared.events import StaffToBeTold
from tests.cases.people import COUNSELLOR, MOTHER, TEACHER, decided, handled, later, step, words
from tests.cases.scenarios import SCENARIOS
from tests.cases.tenth.peer_support import PEER_SUPPORT

WITH_STEPS = {each.name: each for each in STRATEGIES if isinstance(each, Strategy)}


def test_who_reads_what_its_steps_say_before_anybody_is_named():
    readers = {name: strategy.audience(Activity("a", name, "", "owner")) for name, strategy in WITH_STEPS.items()}
    private, open_to_the_case = Audience(holders=False), Audience()
    assert readers == {
        "counselling": private,
        "inbound-referral": open_to_the_case,
        "teacher-collaboration": open_to_the_case,
        "parent-collaboration": open_to_the_case,
        "partnership": open_to_the_case,
        "consultation": private,
        "conference": Audience(owner=False, holders=False, second_person=True),
        "home-visit": open_to_the_case,
        "official-report": open_to_the_case,
        "data-request": open_to_the_case,
    }


def test_which_services_the_reports_count():
    assert {kind: counts.service for kind, counts in CASEWORK.counts.items() if counts.service} == {
        "counselling-held": "individual-counselling",
        "session-held": "group-counselling",
        "referral-sent": "referral",
        "inbound-referral-answered": "referral-inbound",
        "teacher-answered": "teacher-collaboration",
        "parent-met": "parent-collaboration",
        "partnership-started": "outside-collaboration",
        "advice-given": "consultation",
        "conference-held": "case-conference",
        "home-visited": "home-visit",
    }


def test_which_codes_the_reports_keep():
    steps = {kind: counts.codes[1:] for kind, counts in CASEWORK.counts.items() if counts.codes[:1] == ("activity",)}
    assert {kind: codes for kind, codes in steps.items() if codes} == {
        "counselling-requested": ("field", "origin"), "counselling-evaluated": ("kind", "helped"), "satisfaction-recorded": ("score",),
        "counselling-ended": ("result",), "inbound-referral-answered": ("accepted",), "teacher-asked": ("aim",), "guidance-done": ("helped",),
        "parent-meeting-planned": ("kind",), "parent-invited": ("summons",), "home-action-reviewed": ("kept",), "partnership-proposed": ("kind",),
        "partnership-ended": ("helped",), "consultation-asked": ("aim",), "consultation-closed": ("helped",), "conference-proposed": ("kind",),
        "official-report-filed": ("to",), "official-report-closed": ("result",), "data-request-decided": ("release",),
    }  # fmt: skip
    others = {kind: counts for kind, counts in CASEWORK.counts.items() if kind not in steps}
    assert {kind: counts.codes or counts.size_of for kind, counts in others.items() if counts.codes or counts.size_of} == {
        "urgency-decided": ("urgency",), "case-closed": ("outcome",), "guardian-notice-ended": ("outcome",),
        "guardian-replied": ("answer", "asks"), "guardian-called": ("reached",), "deadlines-met": "keys",
        "deadline-passed": ("what", "step"), "case-assessed": ("field", "safe"), "case-planned": "goals", "goal-judged": ("reached",),
        "allegation-judged": ("outcome",), "official-report-waived": ("ground",), "conflict-claimed": ("ground",), "fact-corrected": ("event",), "group-formed": ("field",), "session-held": ("session",),
        "referral-decided": ("chosen",), "referral-sent": ("referral", "agency", "priority"),
        "referral-moved": ("agency", "trigger", "state", "reason"), "referral-unanswered": ("referral", "reason"), "referral-evaluated": ("helped",),
    }  # fmt: skip


def test_a_conference_is_told_to_those_it_invites_from_the_school_and_to_nobody_outside():
    sides = (("principal", "school"), ("mother", "student"), ("psychologist", "outside"), ("teacher", "school"), (COUNSELLOR, "school"))
    invitees = tuple(Invitee(person=person, side=side, reason="support") for person, side in sides)
    case = handled(step(ProposeConference, activity="k", kind="help", purpose=words()))
    events, _ = decided(case, step(ConveneConference, activity="k", when=later(days=1), invitees=invitees))
    told = [(each.person, each.message) for each in events if isinstance(each, StaffToBeTold)]
    assert told == [("principal", "invited"), ("teacher", "invited")], "and whoever invites is not told what they do"


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (AskTeacher, [("teacher", TEACHER)]),
        (HoldParentMeeting, [("guardian", MOTHER)]),
        (HoldConference, [("attendee", COUNSELLOR), ("attendee", TEACHER)]),
        (FileOfficialReport, [("office", "pokja")]),
        (ReleaseData, [("police", "a-1")]),
        (CallForHelp, [("agency", "r-1")]),
    ],
)
def test_who_received_something_by_a_step_stands_in_the_ledger(command, given):
    scenario = SCENARIOS[command]
    before = scenario.case
    _, case = decided(before, scenario.when)
    fresh = case.ledger.entries[len(before.ledger.entries) :]
    assert [(each.receiver, each.to, each.event) for each in fresh] == [(receiver, to, before.version + 1) for receiver, to in given]


def test_a_case_closes_while_the_later_evaluations_of_counselling_are_still_to_come():
    scenario, close = SCENARIOS[EvaluateCounselling], step(Close, outcome_class="helped", task_reviewed=words())
    with pytest.raises(ActivityStillOpen):
        decided(scenario.case, close)
    evaluated = decided(scenario.case, scenario.when)[1]
    assert {each.state for each in evaluated.activities.values()} == {"evaluated"}
    assert decided(evaluated, close)[1].closed


# whom a command names ----------------------------------------------------------------------------------------------


def test_whom_a_command_names_is_found_where_it_is_written_on_the_field():
    assert list(named_in(PlanParentMeeting, {"guardian": "ibu", "kind": "help-at-home"})) == [Named("ibu", Names("guardian"), "/guardian")]


def test_also_inside_its_parts_but_for_who_comes_from_outside():
    invitees = [{"person": f"person-{side}", "side": side, "reason": "support"} for side in ("school", "outside", "student")]
    assert list(named_in(ConveneConference, {"when": None, "invitees": invitees})) == [
        Named("person-school", Names("staff", when=("side", "school")), "/invitees/0/person"),
        Named("person-student", Names("anybody", when=("side", "student")), "/invitees/2/person"),
    ]


def test_a_condition_names_a_field_that_is_there():
    """Or nobody would be looked up."""
    found = [each for each in Invitee.model_fields["person"].metadata if isinstance(each, Names)]
    assert [each.when for each in found] == [("side", "school"), ("side", "student"), ("side", "accused")]
    assert "side" in Invitee.model_fields


# what does not fit together ----------------------------------------------------------------------------------------


def changed(place, **step):
    """Peer support with another step in this place."""
    steps = [replace(each, **step) if number == place else each for number, each in enumerate(PEER_SUPPORT.steps)]
    return replace(PEER_SUPPORT, steps=tuple(steps))


def completed(at):
    return replace(PEER_SUPPORT, documents=(Document("peer-certificate", "Piagam", "Certificate", at),))


@pytest.mark.parametrize(
    ("strategy", "fault"),
    [
        (replace(PEER_SUPPORT, name="counselling"), "two have the name counselling: rename one"),
        (replace(PEER_SUPPORT, awaits=("goal",)), "two have the deadline code goal: rename one"),
        (changed(0, command=WITH_STEPS["home-visit"].steps[0].command), "two have the command plan-visit: rename one"),
        (changed(0, event=ConferenceHeld), "two have the event type conference-held: rename one"),
        (replace(PEER_SUPPORT, documents=WITH_STEPS["home-visit"].documents), "two have the document visit-report: rename one"),
        (changed(0, tells=counted("level")), "PeerSupportProposed counts level: name a field of it that holds a code or a number"),
        (changed(0, tells=counted("need")), "PeerSupportProposed counts need: name a field of it that holds a code or a number"),
        (changed(2, tells=replace(counted(), counts=Counts(size_of="words_of"))), "PeersMet counts words_of"),
        (completed(ConferenceHeld), "the document peer-certificate names ConferenceHeld: name an event of peer-support"),
        (changed(2, offer=offered()), "no step brings about the expected peer-meeting: name it in the offer of the step that does"),
        (changed(1, offer=offered("peer-meting")), "a step brings about peer-meting, which nobody expects"),
    ],
)
def test_strategies_that_do_not_fit_together_stop_the_start(strategy, fault):
    with pytest.raises(StartRefused) as refused:
        casework((*STRATEGIES, strategy))
    assert fault in str(refused.value)


def test_a_strategy_that_is_left_out_of_the_list_stops_the_start_where_its_events_may_stand_in_a_case():
    with pytest.raises(StartRefused, match="no chapter tells of referral-sent: add it to the strategies"):
        casework([each for each in STRATEGIES if each.name != "referral"])


def test_the_same_strategies_give_the_same_decision_unit():
    """So that what is registered is read by one codec wherever it is composed."""
    assert casework(STRATEGIES).case is CASEWORK.case
    assert casework(STRATEGIES).without_case is CASEWORK.without_case
    assert casework((*STRATEGIES, PEER_SUPPORT)).case is not CASEWORK.case


def test_the_first_step_that_ends_a_wait_is_the_one_hoped_for():
    first: dict[str, str] = {}
    for strategy in WITH_STEPS.values():
        for each in strategy.steps:
            first |= {code: each.command.called for code in each.offer.meets if code not in first}
    assert first == {
        "contact": "request-counselling",
        "counselling-request": "schedule-counselling",
        "counselling-meeting": "hold-counselling",
        "evaluation-laiseg": "evaluate-counselling",
        "evaluation-laijapen": "evaluate-counselling",
        "evaluation-laijapang": "evaluate-counselling",
        "inbound-answer": "answer-inbound-referral",
        "homeroom-first": "ask-teacher",
        "teacher-answer": "answer-as-teacher",
        "guidance-result": "record-guidance-result",
        "next-summons": "invite-parent",
        "parent-answer": "hold-parent-meeting",
        "home-action-review": "review-home-action",
        "conference-meeting": "hold-conference",
        "conference-minutes": "minute-conference",
        "commitment": "keep-commitment",
        "home-visit-proposed": "plan-visit",
        "home-visit": "record-visit",
        "visit-report": "report-visit",
        "visit-use": "use-visit",
        "official-report": "file-official-report",
        "official-report-answer": "record-report-answer",
        "data-request-decision": "release-data",
    }, "the case page gives it the heavy button"
