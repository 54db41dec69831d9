"""Sexual violence: the law requires an official report (domain.md, Sexual violence). Until one is filed it is expected of whoever has the case."""

import pytest

from services.cases.domain.case.protection import WaiveOfficialReport
from services.cases.domain.case.strands import Close
from services.cases.domain.official_reporting import WITHIN, CloseOfficialReport, FileOfficialReport, OfficialReportOwed
from services.cases.domain.steps.endings import CancelActivity
from tests.cases.people import COORDINATOR, COUNSELLOR, NOW, after, continued, decided, handled, later, raised, say_more, step, words

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
