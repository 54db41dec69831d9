"""How long events are gathered: not at all on a quiet day, until the next beat on a busy one."""

import pytest

from shared.pace import Pace


def paused(pace: Pace, every: float, seconds: float = 5.0, events: int = 1) -> float:
    """The pause after the last of many batches that come at a steady rate; it comes just after a beat of 0.1 s."""
    last, now = 0.0, 100.0
    while now < 100.0 + seconds:
        last = pace.pause(events, now)
        now += every
    return last


def test_a_single_event_waits_for_nobody():
    assert Pace(together=2, beat=0.1).pause(1, 100.01) == 0.0


@pytest.mark.parametrize("pace", [Pace(together=2, beat=0.1), Pace(together=1, beat=0.0)])
def test_nothing_waits_for_nobody(pace):
    assert pace.pause(0, 100.01) == 0.0


@pytest.mark.parametrize("every", [1.0, 0.2, 0.1])
def test_a_quiet_day_waits_for_nobody(every):
    assert paused(Pace(together=2, beat=0.1), every) == 0.0


@pytest.mark.parametrize("every", [0.04, 0.025, 0.005])
def test_a_busy_day_waits_for_the_next_beat_and_no_longer(every):
    assert 0.0 < paused(Pace(together=2, beat=0.1), every) <= 0.1


def test_batches_count_by_their_events():
    assert paused(Pace(together=10, beat=0.1), every=0.05, events=2) == 0.0
    assert paused(Pace(together=10, beat=0.1), every=0.05, events=6) > 0.0


@pytest.mark.parametrize("pace", [Pace(together=2, beat=0.1), Pace(together=2, beat=0.1, always=True)])
def test_whoever_keeps_a_pace_wakes_at_the_same_moment(pace):
    paused(pace, every=0.01)
    assert {round(now + pace.pause(1, now), 6) for now in (105.01, 105.03, 105.07, 105.0999)} == {105.1}


def test_whoever_reads_what_another_writes_wakes_between_its_beats():
    pace = Pace(together=2, beat=0.2, always=True, phase=0.5)
    assert {round(now + pace.pause(1, now), 6) for now in (105.01, 105.05, 105.0999)} == {105.1}


def test_after_a_busy_time_quiet_returns():
    pace = Pace(together=2, beat=0.1)
    assert paused(pace, every=0.01) > 0
    assert pace.pause(1, 100.0 + 30) == 0.0


def test_what_nobody_waits_for_always_gathers():
    assert Pace(together=10, beat=0.2, always=True).pause(1, 100.05) == pytest.approx(0.15)
