"""A concern is read, worked on and ended, and never goes back."""

import pytest

from services.intake.domain.concern import CONCERN, End, MoveOn, NoSuchConcern
from services.intake.domain.concern.events import ConcernEnded, ConcernMovedOn
from shared.testing import given
from tests.intake.concerns import RECEIVED


def test_a_concern_is_read_and_then_worked_on():
    after = given(CONCERN, RECEIVED).when(MoveOn(state="read")).then(ConcernMovedOn(state="read"))
    after.when(MoveOn(state="in_progress")).then(ConcernMovedOn(state="in_progress"))


def test_a_concern_may_be_worked_on_without_having_been_read():
    given(CONCERN, RECEIVED).when(MoveOn(state="in_progress")).then(ConcernMovedOn(state="in_progress"))


@pytest.mark.parametrize(("reached", "asked"), [("read", "read"), ("in_progress", "in_progress"), ("in_progress", "read")])
def test_a_status_is_not_repeated_and_never_goes_back(reached, asked):
    given(CONCERN, RECEIVED, ConcernMovedOn(state=reached)).when(MoveOn(state=asked)).then()


@pytest.mark.parametrize("asked", ["read", "in_progress"])
def test_a_status_does_not_move_after_the_end_or_before_the_beginning(asked):
    given(CONCERN, RECEIVED, ConcernEnded(outcome="referred")).when(MoveOn(state=asked)).then()
    given(CONCERN).when(MoveOn(state=asked)).then()


@pytest.mark.parametrize("before", [(), (ConcernMovedOn(state="read"),), (ConcernMovedOn(state="in_progress"),)])
def test_a_concern_ends_from_every_state_with_what_its_reporter_may_hear(before):
    after = given(CONCERN, RECEIVED, *before).when(End(outcome="referred")).then(ConcernEnded(outcome="referred"))
    assert (after.state.state, after.state.outcome) == ("closed", "referred")


def test_of_several_ends_the_first_counts():
    given(CONCERN, RECEIVED, ConcernEnded(outcome="helped")).when(End(outcome="not-reached")).then()


def test_what_was_never_raised_does_not_end():
    given(CONCERN).when(End(outcome="helped")).then()


def test_the_refusal_is_told_in_both_languages_and_names_nobody():
    refusal = NoSuchConcern()
    assert refusal.code == "no-such-concern"
    assert refusal.status == 409
    assert refusal.indonesian and str(refusal) == refusal.english
