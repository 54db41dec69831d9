"""Every command of a case: the right events, the right refusal, quiet on repeat."""

import pytest

from services.cases.domain.case.case import CASE, CASE_COMMANDS
from services.cases.domain.case.handling import BreakGlass, ConfirmBreakGlass
from services.cases.domain.steps.activity import NoSuchActivity
from shared.errors import Refused
from tests.cases.people import OFFICER, after, decided, handled, step, take, types
from tests.cases.scenarios import SCENARIOS
from tests.cases.test_first_and_standing_commands import FIRST

ALL = [pytest.param(command, id=command.__name__) for command in SCENARIOS]


def test_every_command_has_its_scenario():
    assert set(SCENARIOS) | FIRST == set(CASE_COMMANDS)


@pytest.mark.parametrize("command", ALL)
def test_at_the_right_moment_it_says_what_happened(command):
    scenario = SCENARIOS[command]
    events, _ = decided(scenario.case, scenario.when)
    assert types(events) == list(scenario.says)


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
    assert list(CASE.decide(step(ConfirmBreakGlass, by=OFFICER, glass=scenario.when.glass), case)) == []


def test_the_glass_is_broken_only_over_an_activity_that_there_is():
    """Or a person could be entitled beforehand to read what begins later."""
    with pytest.raises(NoSuchActivity):
        CASE.decide(SCENARIOS[BreakGlass].when, handled())
