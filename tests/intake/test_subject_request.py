"""What people ask of their own data is due in 3 × 24 hours and answered once, with a ground of the law where it is refused (UU PDP, 30 to 41)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain.subject_request import (
    SUBJECT,
    Answer,
    AnsweredAlready,
    Ask,
    GroundNeeded,
    NoSuchRequest,
    SubjectAnswered,
    SubjectAsked,
)
from shared.testing import Given, given

NOON = datetime(2027, 3, 1, 5, tzinfo=UTC)
ASK = Ask(request="r1", person="ani", right="restriction", asker="guardian", words=None, by="dinas", at=NOON)
ASKED = SubjectAsked(**ASK.model_dump(), due=NOON + timedelta(hours=72))
DONE = Answer(request="r1", outcome="done", refused_for=None, by="dinas", at=NOON)
ANSWERED = SubjectAnswered(person="ani", **DONE.model_dump())


def test_a_request_is_due_in_three_times_twenty_four_hours_and_the_answer_is_kept_once():
    unit: Given[Any, Any, Any] = given(SUBJECT).when(ASK).then(ASKED).when(ASK).then()
    unit = unit.when(DONE).then(ANSWERED).when(DONE.model_copy(update={"at": NOON + timedelta(hours=1)})).then()
    assert unit.state.rests


@pytest.mark.parametrize(("outcome", "ground"), [("refused", None), ("partly", None), ("done", "law")])
def test_a_refusal_names_its_ground_and_a_whole_answer_has_none(outcome, ground):
    given(SUBJECT, ASKED).when(Answer(request="r1", outcome=outcome, refused_for=ground, by="dinas", at=NOON)).refuses(GroundNeeded)


def test_another_answer_to_the_same_request_is_refused_and_so_is_one_to_nothing():
    given(SUBJECT, ASKED, ANSWERED).when(DONE.model_copy(update={"outcome": "refused", "refused_for": "law"})).refuses(AnsweredAlready)
    given(SUBJECT).when(DONE).refuses(NoSuchRequest)


def test_what_was_refused_does_not_make_the_data_rest():
    refused = DONE.model_copy(update={"outcome": "refused", "refused_for": "safety-of-others"})
    assert not given(SUBJECT, ASKED).when(refused).says("subject-answered").state.rests
