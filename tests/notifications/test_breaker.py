"""One endpoint that fails takes no room from the others, and what waits for it loses no attempt."""

from datetime import UTC, datetime, timedelta

from services.notifications.breaker import FAILURES, FIRST_REST, LONGEST_REST, Breaker
from services.notifications.domain.outcome import Accepted, Later, Never

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DOWN = Later("timed-out")


def failing(times: int = FAILURES, share: float = 1.0) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker.note("upt", DOWN, NOON, share)
    return breaker


def test_some_failures_in_a_row_are_nothing_yet():
    assert failing(FAILURES - 1).resting(NOON) == []


def test_after_that_it_is_left_alone_and_then_tried_with_one_message():
    breaker, later = failing(), NOON + FIRST_REST
    assert (breaker.resting(NOON), breaker.probing(NOON)) == (["upt"], [])
    assert (breaker.resting(later), breaker.probing(later)) == ([], ["upt"])


def test_half_of_the_rest_is_drawn_so_that_those_that_fail_together_are_not_tried_together():
    half = NOON + FIRST_REST / 2
    assert [failing(share=share).resting(half) for share in (0, 0.5, 1)] == [[], ["upt"], ["upt"]]


def test_each_failed_try_doubles_the_rest_up_to_ten_minutes():
    breaker, now, rests = failing(), NOON, []
    for _ in range(8):
        rests.append(breaker.known["upt"].rest)
        now = breaker.known["upt"].until or now
        breaker.note("upt", DOWN, now, 1.0)
    assert rests == [min(FIRST_REST * 2**each, LONGEST_REST) for each in range(8)]


def test_answers_that_come_in_late_do_not_lengthen_the_rest():
    breaker = failing()
    until = breaker.known["upt"].until
    for _ in range(8):
        breaker.note("upt", DOWN, NOON + timedelta(seconds=5), 1.0)
    assert breaker.known["upt"].until == until


def test_one_message_that_arrives_or_is_refused_for_good_ends_it_and_no_other_endpoint_is_meant():
    for outcome in (Accepted(), Never("refused", "400")):
        breaker = failing()
        breaker.note("other", DOWN, NOON, 1.0)
        breaker.note("upt", outcome, NOON, 1.0)
        assert list(breaker.known) == ["other"]
        assert breaker.resting(NOON) == []
