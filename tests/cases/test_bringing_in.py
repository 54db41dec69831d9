"""*Kasus berjalan*: a case that already runs on paper is brought in, dated back, without alerts and without clocks that were late (people.md, The desk)."""

import pytest

from services.cases.domain.case import paper
from services.cases.domain.case.answering import AnswerReporter, NotOfThisCase
from services.cases.domain.case.arriving import carrying
from services.cases.domain.case.case import CASE, ConflictOfInterest
from services.cases.domain.case.paper import BringIn, CaseBroughtIn, PaperService
from services.cases.domain.case.planning import PlanCase
from services.cases.domain.case.strands import AddNote, CaseAssigned, StrandAdded, UrgencyDecided
from services.cases.domain.official_reporting import WITHIN
from services.cases.domain.steps.activity import PersonInConflict
from services.cases.domain.steps.deadline import DeadlinesSet, Due
from services.cases.domain.strategies.counselling import RequestCounselling
from shared.errors import Refused
from shared.events import CaseAcknowledged, CaseOpened, CasePeopleChanged, ConcernRaised, StaffToBeTold
from shared.testing import given
from tests.cases.people import COORDINATOR, COUNSELLOR, NOW, OTHER, STUDENT, TEACHER, after, decided, later, named, step, take, words

SINCE, NEXT = later(days=-60), later(days=4)
TALKED = PaperService(strategy="counselling", at=later(days=-30), words=words("Berbicara"))
VISITED = PaperService(strategy="home-visit", at=later(days=-9))
REPORTED = PaperService(strategy="official-report", at=later(days=-50))
SAID = "paper-p-1"


def bring_in(by: str = COUNSELLOR, **told: object) -> BringIn:
    known = {
        "case": "case-1", "concern": "p-1", "decision": "level-1", "school": "smp1", "student": STUDENT, "student_at": "smp1", "role": "affected",
        "kind": "incident", "categories": ("bullying",), "urgency": "high", "text": words(), "to": COUNSELLOR, "services": (TALKED, VISITED),
        "next_step": words("Bertemu ibu"), "next_by": NEXT, "entered_at": NOW,
    }  # fmt: skip
    return step(BringIn, by=by, at=SINCE, **(known | told))


def due(case, key: str):
    return case.deadlines[key].expected


# what it says --------------------------------------------------------------------------------------------------------


def test_the_case_stands_as_it_stood_on_paper_and_only_the_next_step_is_expected():
    said, whose = bring_in(accused=(TEACHER,)), {"case": "case-1", "student": STUDENT, "school": "smp1"}
    given(CASE).when(said).then(
        CaseOpened(**whose, concern=SAID),
        CaseBroughtIn(
            act=said.act,
            by=COUNSELLOR,
            at=SINCE,
            concern=SAID,
            entered_at=NOW,
            services=(TALKED, VISITED),
            next_step=words("Bertemu ibu"),
            next_by=NEXT,
        ),
        StrandAdded(
            concern=ConcernRaised(
                concern=SAID,
                school="smp1",
                student=STUDENT,
                role="affected",
                kind="incident",
                categories=("bullying",),
                text=words(),
                people=(named(TEACHER),),
                channel="letter",
                reporter_kind="staff",
                reporter=COUNSELLOR,
                happened_at=SINCE,
            ),
            at=NOW,
        ),
        UrgencyDecided(
            decision="level-1",
            concern=None,
            policy=None,
            policy_version=None,
            inputs=None,
            rules=("person:brought-in",),
            urgency="high",
            by=COUNSELLOR,
            reason=None,
        ),
        CaseAcknowledged(**whose, by=COUNSELLOR, concerns=(SAID,)),
        CaseAssigned(to=COUNSELLOR, by=COUNSELLOR),
        DeadlinesSet(deadlines=(Due(key="next-step", what="next-step", due=NEXT, owner=COUNSELLOR, climb=(1440,)),)),
        CasePeopleChanged(
            **whose,
            desk="school",
            has=(COUNSELLOR,),
            given=True,
            deputies=(),
            officers=(),
            named=(TEACHER,),
            suspended=(),
            elsewhere=None,
            receiving=None,
            escalated=False,
        ),
    )


def test_it_is_in_handling_and_belongs_to_whoever_has_it_who_is_told_unless_it_is_the_writer():
    events, case = decided(CASE.initial, bring_in(by=COORDINATOR))
    assert (case.state, case.owner, case.in_nobody_s_hand, case.unread_concerns) == ("in-progress", COUNSELLOR, (), ())
    assert [(each.person, each.message) for each in events if isinstance(each, StaffToBeTold)] == [(COUNSELLOR, "assigned")]


def test_an_emergency_of_the_past_alerts_nobody():
    events, case = decided(CASE.initial, bring_in(urgency="emergency", categories=("suicide",)))
    assert "case-triaged" not in {each.type for each in events}
    assert case.deadlines.keys() == {"next-step"}


# what is expected ----------------------------------------------------------------------------------------------------


def test_the_next_step_keeps_its_day_until_somebody_takes_one():
    case = after(bring_in(), step(AddNote, note="n", text=words()))
    assert due(case, "next-step") == NEXT
    asked = after(step(RequestCounselling, activity="k", origin="self", field="social", reason=words(), at=NOW), case=case)
    assert "next-step" not in asked.deadlines


def test_a_concern_that_comes_later_is_triaged_as_every_other_and_joins():
    case = after(bring_in(urgency="low"), take())
    assert (case.urgency, case.in_nobody_s_hand, case.concerns) == ("medium", ("c-1",), (SAID, "c-1"))
    assert "acknowledge" in case.deadlines


def test_sexual_violence_keeps_its_rules_and_the_law_s_report_is_due_from_today_on():
    case = after(bring_in(categories=("sexual-violence",)))
    assert case.sexual_violence
    assert (due(case, "official-report"), due(case, "next-step")) == (NOW + WITHIN, NEXT)
    noted = after(step(AddNote, note="n", text=words()), case=case)
    assert due(noted, "next-step") == NEXT


def test_what_was_reported_on_paper_is_not_asked_for_again():
    assert after(bring_in(categories=("sexual-violence",), services=(REPORTED,))).deadlines.keys() == {"next-step"}


def test_a_plan_can_be_made_at_once():
    assert after(bring_in(), step(PlanCase, goals=({"goal": "g", "field": "social", "words": words(), "owner": COUNSELLOR, "due": NEXT},)))


# nobody reported it --------------------------------------------------------------------------------------------------


def test_there_is_nobody_to_write_back_to_also_where_it_was_merged():
    case = after(bring_in())
    with pytest.raises(NotOfThisCase):
        CASE.decide(step(AnswerReporter, answer="a", concern=SAID, text=words()), case)
    (carried,) = carrying(case).concerns
    assert paper.on_paper(carried.concern)
    assert carried.acknowledged


# refused -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"student_at": "smp2"}, paper.StudentAtAnotherSchool),
        ({"student_at": None}, paper.StudentAtAnotherSchool),
        ({"accused": (COUNSELLOR,)}, PersonInConflict),
        ({"accused": (OTHER,), "to": OTHER}, PersonInConflict),
        ({"next_by": NOW}, paper.NextStepPassed),
        ({"services": (TALKED.model_copy(update={"at": later(days=-61)}),)}, paper.ServiceOutsideCase),
        ({"services": (TALKED.model_copy(update={"at": later(days=1)}),)}, paper.ServiceOutsideCase),
    ],
)
def test_what_cannot_be_is_refused_by_name(told, refusal: type[Refused]):
    given(CASE).when(bring_in(**told)).refuses(refusal)


def test_whoever_the_file_accuses_works_nothing_there_afterwards():
    with pytest.raises(ConflictOfInterest):
        CASE.decide(step(AddNote, note="n", text=words(), by=TEACHER), after(bring_in(accused=(TEACHER,))))


def test_said_again_it_is_quiet():
    given(CASE, *CASE.decide(said := bring_in(), CASE.initial)).when(said).then()
