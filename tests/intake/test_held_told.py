"""A school hears that reports are held, and a flood of reports is no flood of mail (ADR 59)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.held_told import AGAIN_AFTER, HELD_TOLD, TellHeld
from shared.events import ReportsHeld

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)


def told_at(*moments: datetime) -> list[datetime]:
    """When the school hears, where reports wait at these moments."""
    state, heard = HELD_TOLD.initial, list[ReportsHeld]()
    for at in moments:
        events = HELD_TOLD.decide(TellHeld(school="smp1", at=at), state)
        state = HELD_TOLD.fold(events, state)
        heard += events
    return [each.at for each in heard]


def test_the_first_is_told_at_once_and_the_next_after_hours():
    moments = [NOW, NOW + timedelta(seconds=10), NOW + AGAIN_AFTER - timedelta(seconds=1), NOW + AGAIN_AFTER]
    assert told_at(*moments) == [NOW, NOW + AGAIN_AFTER]


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=60))
def test_whatever_comes_nobody_hears_twice_within_the_hours_and_nothing_waits_untold(seconds):
    moments = sorted(NOW + timedelta(seconds=each) for each in seconds)
    heard = told_at(*moments)
    assert all(later - before >= AGAIN_AFTER for before, later in pairwise(heard))
    assert all(any(timedelta() <= at - each < AGAIN_AFTER for each in heard) for at in moments)
