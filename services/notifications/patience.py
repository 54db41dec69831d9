"""When a message is tried again, and when waiting ends. Pure: the same for every channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notifications.domain.outcome import Later, Never, Outcome

UNKNOWN_HOST_FOR = timedelta(minutes=10)
"""How long a name that does not exist may be an outage of the name servers. Afterwards it is a wrong name: those who registered it must mend it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was just tried. tried: attempts before this one. since: when it became due to be told."""

    tried: int
    since: datetime
    now: datetime


def settled(outcome: Outcome, waiting: Waiting, waits: Sequence[float], share: float) -> Outcome:
    """The outcome with its moment. What was tried often enough will never arrive, for the reason of the last attempt.

    waits: seconds between attempts. share: of a wait, from 0 to 1, drawn for each message, so that they do not come back together (full jitter).
    """
    if not isinstance(outcome, Later):
        return outcome
    if waiting.tried >= len(waits) or _is_wrong_name(outcome, waiting):
        return Never(outcome.why, outcome.detail)
    ours = waiting.now + timedelta(seconds=share * waits[waiting.tried])
    return replace(outcome, when=max(ours, outcome.when or ours))


def _is_wrong_name(outcome: Later, waiting: Waiting) -> bool:
    return outcome.why == "unknown-host" and waiting.now - waiting.since >= UNKNOWN_HOST_FOR
