"""Sexual violence: medical care is offered to the child who was hurt (domain.md, Sexual violence). Until it was, it is expected of whoever has the case."""

from services.cases.domain.case.protection import WITHIN, OfferMedicalCare
from tests.cases.people import COUNSELLOR, NOW, after, continued, handled, later, raised, say_more, step, words

VIOLENCE = raised(categories=("sexual-violence",))


def due(case) -> list[tuple[str | None, object]]:
    return [(each.owner, each.due) for each in case.deadlines.values() if each.what == "medical-care"]


def test_it_is_expected_within_a_day_of_whoever_has_the_case():
    assert due(handled(concern=VIOLENCE)) == [(COUNSELLOR, NOW + WITHIN)]
    assert due(handled(concern=raised(facts={"sexual_violence": True}))) == [(COUNSELLOR, NOW + WITHIN)]


def test_what_a_reporter_says_later_brings_it_from_that_moment():
    told = continued(facts={"sexual_violence": True}, answers={"sexual_violence": True})
    assert due(after(say_more(told, at=later(days=9)), case=handled())) == [(COUNSELLOR, later(days=9) + WITHIN)]


def test_it_is_not_expected_of_the_accused_s_case_nor_where_nothing_of_it_was_told():
    assert due(handled(concern=raised(categories=("sexual-violence",), role="accused"))) == []
    assert due(handled(concern=raised(categories=("bullying",)))) == []


def test_whatever_the_child_answers_nobody_asks_again():
    for answer in ("accepted", "refused", "later"):
        assert due(after(step(OfferMedicalCare, answer=answer, where=words()), case=handled(concern=VIOLENCE))) == []
