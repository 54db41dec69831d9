"""How long events are let come together: never on a quiet day, a little on a busy one."""

import pytest

from shared.delivery.pace import Pace


def paused(pace: Pace, every: float, seconds: float = 5.0, events: int = 1) -> float:
    """The pause after the last of many batches that come at a steady rate."""
    last, now = 0.0, 100.0
    while now < 100.0 + seconds:
        last = pace.pause(events, now)
        now += every
    return last


def test_a_single_event_waits_for_nobody():
    assert Pace(together=2, longest=0.1).pause(1, 100.0) == 0.0


@pytest.mark.parametrize("pace", [Pace(together=2, longest=0.1), Pace(together=1, longest=0.0)])
def test_nothing_waits_for_nobody(pace):
    assert pace.pause(0, 100.0) == 0.0


@pytest.mark.parametrize("every", [1.0, 0.2, 0.1])
def test_a_quiet_day_waits_for_nobody(every):
    assert paused(Pace(together=2, longest=0.1), every) == 0.0


def test_a_busy_day_waits_until_as_many_more_have_come_as_are_worth_it():
    assert paused(Pace(together=2, longest=0.1), every=0.025) == pytest.approx(0.05, rel=0.1)
    assert paused(Pace(together=2, longest=0.1), every=0.005) == pytest.approx(0.01, rel=0.1)


def test_batches_count_by_their_events():
    assert paused(Pace(together=10, longest=0.1), every=0.05, events=5) == pytest.approx(0.1, rel=0.1)


def test_after_a_busy_time_quiet_returns():
    pace = Pace(together=2, longest=0.1)
    assert paused(pace, every=0.01) > 0
    assert pace.pause(1, 100.0 + 30) == 0.0


def test_what_nobody_waits_for_always_gathers():
    pace = Pace(together=10, longest=0.2, least=0.1)
    assert pace.pause(1, 100.0) == 0.1
    assert paused(pace, every=0.001) == 0.1
