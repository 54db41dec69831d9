"""Sexual violence: the law requires an official report (domain.md, Sexual violence). Until one is filed it is expected of whoever has the case."""

from services.cases.domain.case.strands import Close
from services.cases.domain.official_reporting import WITHIN, FileOfficialReport
from tests.cases.people import COUNSELLOR, NOW, after, continued, handled, later, raised, say_more, step, words

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


def test_a_report_that_was_filed_or_the_end_of_the_case_ends_it_and_a_note_does_not():
    case = handled(concern=raised(categories=("sexual-violence",)))
    assert due(after(FILED, case=case)) == []
    assert due(after(step(Close, outcome_class="helped", task_reviewed=words()), case=case)) == []
