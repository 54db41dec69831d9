"""Every command of a case: the right events, the right refusal, quiet on repeat."""

import pytest

from services.cases.domain.case.case import CASE, CASE_COMMANDS
from services.cases.domain.case.glass import BreakGlass, ConfirmBreakGlass
from services.cases.domain.referring.consent import ConfirmOverride, OverrideConsent
from services.cases.domain.referring.following_up import TakeNextAlternative
from services.cases.domain.referring.referral.drafting import DraftReferral
from services.cases.domain.referring.referral.events import ReferralDrafted
from services.cases.domain.steps.activity import NoSuchActivity
from shared.errors import Refused
from tests.cases.people import COUNSELLOR, OFFICER, PRINCIPAL, WHOLE, after, decided, handled, step, take, types, whole, words
from tests.cases.scenarios import SCENARIOS, approve, draft, moved, send
from tests.cases.test_other_commands import FIRST

ALL = [pytest.param(command, id=command.__name__) for command in SCENARIOS]


def test_every_command_has_its_scenario():
    assert set(SCENARIOS) | FIRST == set(CASE_COMMANDS)


@pytest.mark.parametrize("command", ALL)
def test_at_the_right_moment_it_says_what_happened(command):
    scenario = SCENARIOS[command]
    events, _ = decided(scenario.case, scenario.when)
    assert types(events) == list(scenario.says)
    assert whole(events) == WHOLE[command.__name__]


@pytest.mark.parametrize("command", ALL)
def test_at_the_wrong_moment_it_is_refused_by_name_and_changes_nothing(command):
    scenario = SCENARIOS[command]
    case, wrong = scenario.wrongly()
    with pytest.raises(Refused) as refused:
        CASE.decide(wrong, case)
    assert type(refused.value) is scenario.refused
    assert refused.value.indonesian != Refused.indonesian
    assert refused.value.english != Refused.english


@pytest.mark.parametrize("command", ALL)
def test_asked_again_it_is_quiet(command):
    scenario = SCENARIOS[command]
    _, case = decided(scenario.case, scenario.when)
    assert list(CASE.decide(scenario.when, case)) == []


@pytest.mark.parametrize("command", ALL)
def test_it_folds_also_without_the_steps_that_it_follows(command):
    """`happened_until` leaves out what happened later, and what was written down late stands out of order."""
    events, _ = decided(SCENARIOS[command].case, SCENARIOS[command].when)
    CASE.fold(events, after(take()))


def test_a_glass_that_was_confirmed_is_not_confirmed_again():
    scenario = SCENARIOS[ConfirmBreakGlass]
    case = after(scenario.when, case=scenario.case)
    assert isinstance(scenario.when, ConfirmBreakGlass)
    assert list(CASE.decide(step(ConfirmBreakGlass, by=OFFICER, glass=scenario.when.glass), case)) == []


def test_the_glass_is_broken_only_over_an_activity_that_there_is():
    """Or a person could be entitled beforehand to read what begins later."""
    with pytest.raises(NoSuchActivity):
        CASE.decide(SCENARIOS[BreakGlass].when, handled())


@pytest.mark.parametrize("ground", ["vital-interest", "legal-duty"])
def test_the_next_alternative_keeps_the_ground_on_which_consent_was_overridden(ground):
    """Also where the ground was recorded after the draft."""
    confirmed = step(ConfirmOverride, by=PRINCIPAL, referral="r-1")
    for drafting in (
        [step(DraftReferral, referral="r-1", agency="ag-1", why=words(), alternatives=("ag-2",), consent="overridden", ground=ground)],
        [draft, step(OverrideConsent, referral="r-1", ground=ground, reason=words())],
    ):
        case = handled(*drafting, confirmed, approve, send, moved("decline", "rejected"))
        taken = step(TakeNextAlternative, referral="r-1", fresh="r-2", why=words("berikutnya"))
        assert [event for event in CASE.decide(taken, case) if event.type == "referral-drafted"] == [
            ReferralDrafted(
                referral="r-2",
                agency="ag-2",
                why=words("berikutnya"),
                alternatives=("ag-1",),
                consent="overridden",
                ground=ground,
                by_phone_first=False,
                by=COUNSELLOR,
            )
        ]
