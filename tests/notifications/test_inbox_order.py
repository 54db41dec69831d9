"""In which order *Kotak masuk* shows messages, and that a case stands there once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifications.inbox import Entry, one_a_case, urgent_first
from shared.pages import say

_NOW = datetime(2026, 11, 29, 4, 35, tzinfo=UTC)


def row(case: str | None, state: str, minutes: int) -> dict[str, Any]:
    return {"case": case, "state": state, "queued_at": _NOW - timedelta(minutes=minutes)}


def entry(*, over: bool, urgent: bool, minutes: int) -> Entry:
    return Entry(_NOW - timedelta(minutes=minutes), urgent, say("belum ditangani"), "/cases/", over)


def test_a_case_stands_once_with_the_newest_that_still_waits_and_what_has_no_case_is_never_lost():
    waits, again, before = row("a", "sent", 9), row("a", "acknowledged", 3), row("a", "failed", 20)
    over, earlier = row("b", "acknowledged", 5), row("b", "cancelled", 8)
    alone, other = row(None, "sent", 1), row(None, "sent", 2)
    newest_first = [alone, other, again, over, earlier, waits, before]
    assert one_a_case(newest_first) == [alone, other, waits, over]


def test_what_waits_stands_before_what_is_over_then_the_urgent_then_the_newest():
    wanted = [
        entry(over=False, urgent=True, minutes=50),
        entry(over=False, urgent=False, minutes=1),
        entry(over=False, urgent=False, minutes=60),
        entry(over=True, urgent=True, minutes=0),
        entry(over=True, urgent=False, minutes=0),
    ]
    shuffled = [wanted[place] for place in (3, 0, 4, 2, 1)]
    assert sorted(shuffled, key=urgent_first) == wanted
