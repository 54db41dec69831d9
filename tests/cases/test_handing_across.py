"""A case goes to another district with a referral: said before it is approved, with cautions and no names, closed here only after it is there (ADR 66)."""

import pytest

from services.cases.domain.case.case import CASE
from services.cases.domain.case.opening import ReferralStillOpen
from services.cases.domain.case.strands import Close
from services.cases.domain.referring.handing_across import ApprovedAsReferral, HandAcross, NotADistrict
from services.cases.domain.referring.referral.sending import AlreadySent
from shared.events import CaseHandedAcross
from tests.cases.people import COUNSELLOR, FATHER, OTHER, STUDENT, after, handled, named, raised, step, types, words
from tests.cases.scenarios import SENT, approve, consent, moved, open_draft, send

HAND = step(HandAcross, referral="r-1", districts=("ag-1",), by=COUNSELLOR)
CLOSE = step(Close, outcome_class="helped", task_reviewed=words(), by=COUNSELLOR)
HANDED = [open_draft, HAND, consent, approve, send]


def across(*cautions: str) -> CaseHandedAcross:
    return CaseHandedAcross(case="case-1", student=STUDENT, school="smp1", referral="r-1", agency="ag-1", cautions=cautions)


@pytest.mark.parametrize(
    ("concern", "cautions"),
    [
        ({}, ()),
        ({"guardians_unsafe": True}, ("guardian-unsafe",)),
        ({"people": (named(FATHER, "guardian"),)}, ("guardian-unsafe",)),
        ({"people": (named(OTHER, "staff", "witness"),)}, ("people-named",)),
        ({"people": (named(FATHER, "guardian"), named(OTHER))}, ("guardian-unsafe", "people-named")),
    ],
)
def test_the_other_district_is_warned_before_the_referral_itself_and_nobody_is_named(concern, cautions):
    case = handled(*HANDED[:-1], concern=raised(**concern))
    said = CASE.decide(send, case)
    assert said[0] == across(*cautions)
    assert types(said) == ["case-handed-across", "referral-sent"]
    assert not {FATHER, OTHER} & set(said[0].model_dump_json().split('"'))


def test_an_ordinary_referral_takes_no_case_along():
    assert types(CASE.decide(send, handled(*SENT[:-1]))) == ["referral-sent"]


def test_it_is_said_of_a_draft_to_a_district_and_once():
    said = handled(open_draft)
    with pytest.raises(NotADistrict):
        CASE.decide(HAND.model_copy(update={"districts": ("ag-9",)}), said)
    assert types(CASE.decide(HAND, after(HAND, case=said))) == []
    with pytest.raises(ApprovedAsReferral):
        CASE.decide(HAND, handled(*SENT[:-1]))
    with pytest.raises(AlreadySent):
        CASE.decide(HAND, handled(*SENT))


@pytest.mark.parametrize("waits", [[], [moved("fetch", "received")], [moved("accept", "accepted")], [moved("interim-note", "in-progress")]])
def test_the_case_stays_open_until_the_other_district_has_it(waits):
    with pytest.raises(ReferralStillOpen):
        CASE.decide(CLOSE, handled(*HANDED, *waits))


@pytest.mark.parametrize("ended", [moved("outcome", "completed"), moved("decline", "rejected")])
def test_then_a_person_closes_it_or_goes_on_here_after_a_decline(ended):
    assert types(CASE.decide(CLOSE, handled(*HANDED, ended))) == ["task-reviewed", "case-closed"]


def test_how_it_went_on_there_is_nothing_to_evaluate_here():
    assert handled(*HANDED, moved("outcome", "completed")).referrals.by_id["r-1"].evaluate_by is None
    assert handled(*SENT, moved("outcome", "completed")).referrals.by_id["r-1"].evaluate_by is not None
