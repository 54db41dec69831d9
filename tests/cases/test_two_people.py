"""Acts of two people: one proposes, another confirms in a session of their own, both stand in the event; one person alone never completes it.

Security, row 4. First use, row 5: a referral names a student only with a recorded consent or ground.
"""

import pytest

from services.cases.domain.case.allegation import AllegationConfirmed, ConfirmAllegation
from services.cases.domain.case.case import CASE
from services.cases.domain.case.conflict import CONFLICT, DeclareConflict
from services.cases.domain.case.glass import BreakGlassConfirmed, ConfirmBreakGlass
from services.cases.domain.case.guardians import AssessGuardian
from services.cases.domain.case.handling import HANDLING
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.data_request import ConfirmDataDecision, DataDecisionConfirmed
from services.cases.domain.referring.consent import (
    CONSENT,
    AskApproval,
    CallForHelp,
    ConfirmOverride,
    ConsentOverrideConfirmed,
    OverrideConsent,
    RecordConsent,
)
from services.cases.domain.referring.disclosure import DISCLOSURE
from services.cases.domain.referring.following_up import TakeNextAlternative
from services.cases.domain.referring.referral.drafting import ApproveReferral, ConsentMissing, NotAnEmergency, NotTheApprover, OwnApproval
from services.cases.domain.referring.referral.events import ReferralDrafted
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.home import GuardianUnsafe
from services.cases.domain.steps.strategy import Strategy
from shared.errors import Refused
from shared.events import NamedPerson
from tests.cases.asking import refused_by_name
from tests.cases.desk import accused
from tests.cases.people import COORDINATOR, COUNSELLOR, NOW, PRINCIPAL, after, decided, handled, later, raised, step, take, types, words
from tests.cases.scenarios import SCENARIOS, approve, dangerous, draft, moved, send, urgent

BY_TWO: dict[type[Command], type[ActEvent]] = {
    ConfirmBreakGlass: BreakGlassConfirmed,
    ConfirmAllegation: AllegationConfirmed,
    ConfirmDataDecision: DataDecisionConfirmed,
    ConfirmOverride: ConsentOverrideConfirmed,
}
CONFIRMING = [pytest.param(command, id=command.called) for command in BY_TWO]


def test_which_acts_need_two_people():
    """Entered in error is the fifth: the agency's task decides it (tests/notifications/test_task.py)."""
    acts = [row for table in (HANDLING, CONFLICT, PROTECTION, MOVING, CONSENT, DISCLOSURE) for row in table.rows]
    steps = [row for strategy in STRATEGIES if isinstance(strategy, Strategy) for row in strategy.steps]
    assert {row.command: row.event for row in (*acts, *steps) if row.confirms} == BY_TWO
    assert all("proposed_by" in event.model_fields for event in BY_TWO.values())


@pytest.mark.parametrize("command", CONFIRMING)
def test_whoever_proposed_does_not_confirm_and_both_stand_in_the_event(command):
    scenario = SCENARIOS[command]
    events, _ = decided(scenario.case, scenario.when)
    (event,) = [each for each in events if isinstance(each, BY_TWO[command])]
    first, second = event.model_dump()["proposed_by"], event.by
    assert None not in (first, second)
    assert first != second
    alone = scenario.when.model_copy(update={"by": first, "act": "alone"})
    with pytest.raises(Refused):
        CASE.decide(alone, scenario.case)


@pytest.mark.parametrize("command", CONFIRMING)
def test_the_second_is_not_in_conflict(command):
    scenario = SCENARIOS[command]
    second = scenario.when.by  # type: ignore[attr-defined] # every command of a person says by whom
    suspended = after(step(DeclareConflict, by=second, person=second, ground="witness", rule_by=later(days=1)), case=scenario.case)
    with pytest.raises(Refused):
        CASE.decide(scenario.when, suspended)


@pytest.mark.parametrize("command", CONFIRMING)
def test_nothing_is_confirmed_that_nobody_proposed(command):
    with pytest.raises(Refused):
        CASE.decide(SCENARIOS[command].when, handled(concern=SCENARIOS[command].concern))


# consent -----------------------------------------------------------------------------------------------------------

GIVEN = draft.model_copy(update={"consent": "given"})
OVERRIDDEN = draft.model_copy(update={"consent": "overridden", "ground": "legal-duty"})
RECORDED = step(RecordConsent, referral="r-1", giver="guardian", guardian="mother", how="spoken", age=15, adult=18, form="F-1")
PROPOSED = step(OverrideConsent, referral="r-1", ground="vital-interest", reason=words())
CONFIRMED = step(ConfirmOverride, by=PRINCIPAL, referral="r-1")


@pytest.mark.parametrize("said", [GIVEN, draft, OVERRIDDEN], ids=["given", "asked", "overridden"])
def test_first_use_5_what_a_draft_says_is_no_consent(said):
    case = handled(said)
    with pytest.raises(ConsentMissing):
        CASE.decide(approve, case)
    for recorded in ([RECORDED], [PROPOSED, CONFIRMED]):
        assert types(decided(after(*recorded, approve, case=case), send)[0]) == ["referral-sent"]
    with pytest.raises(ConsentMissing):
        CASE.decide(approve, after(PROPOSED, case=case))


UNSAFE = step(AssessGuardian, guardian="mother", safe=False, reason=words())
OF_SOMEBODY_AT_HOME = raised(people=(accused("mother", "guardian"),))
OF_AN_UNNAMED_ONE = raised(people=(NamedPerson(person=None, relation="guardian", role="accused"),), guardians_unsafe=True)


@pytest.mark.parametrize(
    "case",
    [handled(GIVEN, UNSAFE), handled(GIVEN, concern=OF_SOMEBODY_AT_HOME), handled(GIVEN, concern=OF_AN_UNNAMED_ONE)],
    ids=["unsafe", "accused", "unnamed"],
)
def test_an_accused_or_unsafe_guardian_gives_no_consent(case):
    with pytest.raises(GuardianUnsafe):
        CASE.decide(RECORDED, case)


def test_a_ground_in_a_draft_is_confirmed_by_somebody_else_too():
    case = handled(OVERRIDDEN)
    with pytest.raises(Refused):
        CASE.decide(step(ConfirmOverride, by=COUNSELLOR, referral="r-1"), case)
    assert types(decided(after(CONFIRMED, approve, case=case), send)[0]) == ["referral-sent"]


def test_an_emergency_goes_on_its_recorded_ground_at_once():
    """Help is called before consent, approval or acceptance, on a recorded ground (domain.md, Urgency)."""
    assert types(decided(handled(dangerous, urgent), send)[0]) == ["referral-sent"]
    asked = urgent.model_copy(update={"consent": "given", "ground": None})
    with pytest.raises(ConsentMissing):
        CASE.decide(send, handled(dangerous, asked))
    called = step(CallForHelp, referral="r-1", ground="vital-interest", said=words(), letter_by=later(days=1))
    assert types(decided(handled(dangerous, asked, called), send)[0]) == ["referral-sent"]


def test_without_an_emergency_nobody_goes_past_alternatives_consent_and_approval_by_calling_first():
    with pytest.raises(NotAnEmergency):
        CASE.decide(urgent, handled())


ASKED = step(AskApproval, referral="r-1", approver=PRINCIPAL, approve_by=later(hours=2))


def test_an_approval_is_the_asked_person_s_until_its_time_and_then_goes_to_whoever_else_may_approve():
    """Unanswered for two hours or a school day it goes to the replacement (domain.md, Conflicts); never to whoever drafted it."""
    case = handled(draft, RECORDED, ASKED)
    with pytest.raises(NotTheApprover):
        CASE.decide(step(ApproveReferral, by=COORDINATOR, referral="r-1", at=later(hours=1)), case)
    assert types(decided(case, step(ApproveReferral, by=COORDINATOR, referral="r-1", at=later(hours=3)))[0]) == ["referral-approved"]
    with pytest.raises(OwnApproval):
        CASE.decide(step(ApproveReferral, by=COUNSELLOR, referral="r-1", at=later(hours=3)), case)


def test_an_approver_who_comes_into_conflict_is_replaced_at_once():
    case = after(take(raised("c-2", people=(accused(PRINCIPAL),)), at=NOW), case=handled(draft, RECORDED, ASKED))
    assert "referral-approved" in types(decided(case, step(ApproveReferral, by=COORDINATOR, referral="r-1", at=later(hours=1)))[0])


def test_the_next_receiver_keeps_what_was_recorded_and_nothing_else():
    taken = step(TakeNextAlternative, referral="r-1", fresh="r-2", why=words())
    for recorded, consent in (([RECORDED], "given"), ([PROPOSED, CONFIRMED], "overridden")):
        case = handled(GIVEN, *recorded, approve, send, moved("decline", "rejected"))
        assert [event.consent for event in CASE.decide(taken, case) if isinstance(event, ReferralDrafted)] == [consent]


# over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_first_use_5_over_http(cases):
    """Draft with consent given, approve, send: refused until the consent stands there with its document."""
    school = await cases.school()
    case = await school.case("ani")
    await school.person("mother", "guardian")
    said = {"agency": "a", "why": "x", "alternatives": ["b"], "consent": "given"}
    await cases.done(case, "draft-referral", school.counsellor, **said)
    (referral,) = (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"]
    about = {"referral": referral["referral"]}
    assert refused_by_name(await cases.act(case, "approve-referral", school.coordinator, **about)) == "consent-missing"
    consent = {"giver": "guardian", "guardian": school.named("mother"), "how": "spoken", "form": "F-1"}
    await cases.done(case, "record-consent", school.counsellor, **about, **consent)
    await cases.done(case, "approve-referral", school.coordinator, **about)
    await cases.done(case, "send-referral", school.counsellor, **about, package="x")
    documents = (await cases.get(f"cases/{case}/documents", school.counsellor)).json()["items"]
    (sheet,) = [each for each in documents if each["name"] == "referral-consent"]
    said = {"giver": "Orang tua/wali", "who": "mother", "how": "Lisan", "sheet": "F-1"}
    assert {name: sheet["data"][name] for name in said} == said


@pytest.mark.anyio
async def test_security_4_over_http(cases):
    """Going without consent: the counsellor alone never completes it, and names no second person; the principal does in a session of their own."""
    school = await cases.school()
    case = await school.case("ani")
    said = {"agency": "a", "why": "x", "alternatives": ["b"], "consent": "asked"}
    await cases.done(case, "draft-referral", school.counsellor, **said)
    (referral,) = (await cases.get(f"cases/{case}", school.counsellor)).json()["referrals"]
    about = {"referral": referral["referral"]}
    named = await cases.act(case, "override-consent", school.counsellor, **about, ground="legal-duty", reason="x", second="nobody-at-all")
    assert named.status_code == 422
    await cases.done(case, "override-consent", school.coordinator, **about, ground="legal-duty", reason="x")
    assert refused_by_name(await cases.act(case, "confirm-override", school.coordinator, **about)) == "second-person-needed"
    assert (await cases.act(case, "confirm-override", school.counsellor, **about)).status_code == 403
    await cases.done(case, "confirm-override", school.principal, **about)
    (body,) = await cases.events(case, "consent-override-confirmed")
    assert f'"proposed_by":"{school.named("coordinator")}"' in body
    assert f'"by":"{school.named("principal")}"' in body
    await cases.done(case, "approve-referral", school.principal, **about)
