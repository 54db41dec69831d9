"""Sexual violence: the law requires an official report (domain.md, Sexual violence). Until one is filed it is expected of whoever has the case."""

from typing import Any

import pytest

from services.cases.domain.case.arriving import carrying
from services.cases.domain.case.merging import TakeMerged
from services.cases.domain.case.protection import WaivedByAnother, WaiveOfficialReport
from services.cases.domain.case.strands import Assign, Close
from services.cases.domain.official_reporting import WITHIN, CloseOfficialReport, FileOfficialReport, OfficialReportOwed
from services.cases.domain.steps.endings import CancelActivity
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    NOW,
    OFFICER,
    POLICY,
    PRINCIPAL,
    after,
    continued,
    decided,
    handled,
    later,
    raised,
    say_more,
    step,
    take,
    words,
)

CLOSE = step(Close, outcome_class="helped", task_reviewed=words())
WAIVE = step(WaiveOfficialReport, by=COORDINATOR, ground="reported-already", reason=words())

FILED = step(FileOfficialReport, activity="r", to="uptd-ppa", number="1", legal_basis="UU 12/2022", respond_by=later(days=7), contents=words())


def due(case) -> list[tuple[str | None, object]]:
    return [(each.owner, each.due) for each in case.deadlines.values() if each.what == "official-report"]


def test_it_is_expected_of_whoever_has_the_case_from_when_sexual_violence_was_told_of():
    assert due(handled(concern=raised(categories=("sexual-violence",)))) == [(COUNSELLOR, NOW + WITHIN)]
    assert due(handled(concern=raised(facts={"sexual_violence": True}))) == [(COUNSELLOR, NOW + WITHIN)]
    assert due(handled(concern=raised(categories=("bullying",)))) == []


def test_what_a_reporter_says_later_brings_it_from_that_moment():
    told = continued(facts={"sexual_violence": True}, answers={"sexual_violence": True})
    assert due(after(say_more(told, at=later(days=9)), case=handled())) == [(COUNSELLOR, later(days=9) + WITHIN)]


def test_a_report_that_was_filed_ends_it_and_one_that_was_called_off_does_not():
    case = handled(concern=raised(categories=("sexual-violence",)))
    filed = after(FILED, case=case)
    assert due(filed) == []
    assert due(after(step(CancelActivity, activity="r", reason=words()), case=filed)) == [(COUNSELLOR, NOW + WITHIN)]


def test_a_case_is_not_closed_while_nobody_has_reported_it():
    case = handled(concern=raised(categories=("sexual-violence",)))
    with pytest.raises(OfficialReportOwed):
        decided(case, CLOSE)
    reported = after(FILED, step(CloseOfficialReport, activity="r", result="handled"), CLOSE, case=case)
    assert (reported.closed, due(reported)) == (True, [])


def test_a_leader_says_why_none_is_filed_and_a_new_telling_asks_for_it_again():
    case = handled(concern=raised(categories=("sexual-violence",)))
    waived = after(WAIVE, case=case)
    assert (due(waived), after(CLOSE, case=waived).closed) == ([], True)
    told = continued(facts={"sexual_violence": True}, answers={"sexual_violence": True})
    assert due(after(say_more(told, at=later(days=9)), case=waived)) == [(COUNSELLOR, later(days=9) + WITHIN)]


VIOLENCE: dict[str, Any] = {"categories": ("sexual-violence",)}
WAIVED_LATER = step(WaiveOfficialReport, by=COORDINATOR, at=later(days=1), ground="reported-already", reason=words())


def test_what_was_recorded_before_the_waiver_and_reaches_the_case_after_it_owes_a_report():
    waived = after(WAIVED_LATER, case=handled(concern=raised(**VIOLENCE)))
    assert due(after(take(raised("c-2", **VIOLENCE), at=later(hours=23)), case=waived)) == [(COUNSELLOR, later(hours=23) + WITHIN)]
    told = continued(facts={"sexual_violence": True}, answers={"sexual_violence": True})
    assert due(after(say_more(told, at=later(hours=23)), case=waived)) == [(COUNSELLOR, later(hours=23) + WITHIN)]


def test_what_comes_with_a_merged_case_after_the_waiver_owes_a_report_and_what_came_before_it_does_not():
    other = carrying(handled(concern=raised("c-2", **VIOLENCE)))
    merged = step(TakeMerged, by=COORDINATOR, merged="case-2", takes=other, policy=POLICY)
    case = handled(concern=raised(**VIOLENCE))
    assert due(after(WAIVED_LATER, merged, case=case)) == [(COUNSELLOR, NOW + WITHIN)]
    assert due(after(merged, WAIVED_LATER, case=case)) == []
    again = step(TakeMerged, by=COORDINATOR, merged="case-2", takes=other, policy=POLICY)
    assert due(after(merged, WAIVED_LATER, again, case=case)) == [(COUNSELLOR, NOW + WITHIN)], "what came back may tell of more"


def test_a_second_waiver_leaves_the_first_one_standing():
    case = after(WAIVED_LATER, take(raised("c-2", **VIOLENCE), at=later(days=2)), case=handled(concern=raised(**VIOLENCE)))
    waived = after(step(WaiveOfficialReport, by=COORDINATOR, at=later(days=3), ground="did-not-happen", reason=words()), case=case)
    assert (waived.protection.waived, due(waived)) == (("c-1", "c-2"), [])


@pytest.mark.parametrize("ground", ["reported-already", "did-not-happen"])
def test_whoever_has_the_case_does_not_waive_it_themselves(ground):
    case = handled(step(Assign, by=PRINCIPAL, to=COORDINATOR), concern=raised(**VIOLENCE))
    with pytest.raises(WaivedByAnother):
        decided(case, step(WaiveOfficialReport, by=COORDINATOR, ground=ground, reason=words()))
    for somebody_else in (PRINCIPAL, OFFICER):
        assert due(after(step(WaiveOfficialReport, by=somebody_else, ground=ground, reason=words()), case=case)) == []


def test_whoever_has_the_case_and_the_district_hear_of_every_waiver():
    events, _ = decided(handled(concern=raised(**VIOLENCE)), WAIVE)
    waived, owner, district = events[:3]
    assert waived.covers == ("c-1",)
    assert (owner.person, owner.message) == (COUNSELLOR, "report-waived")
    assert (district.message, district.desk, district.excluded) == ("report-waived", "district", (COORDINATOR,))
