"""Leaves endpoints alone that fail again and again, so that they take no room from the others. Kept in memory: a restart begins anew. Pure.

After some failures in a row an endpoint is left alone for half a minute, then for twice as long each time, ten minutes at most. Then one
message tries it: if that arrives, all go again. What waits meanwhile loses no attempt. Urgent messages pass: a person's clock counts from their first
attempt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.notifications.domain.outcome import Later, Outcome

FAILURES = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Failing:
    """failures: in a row. rest: how long it is left alone, nothing before that. until: when it is tried again."""

    failures: int = 0
    rest: timedelta = timedelta()
    until: datetime | None = None


@dataclass
class Breaker:
    """Of all endpoints, by agency."""

    _failing: dict[str, Failing] = field(default_factory=dict)

    def note(self, agency: str, outcome: Outcome, now: datetime, share: float) -> None:
        """How a call ended. share: of the rest, from 0 to 1, so that endpoints which fail together are not tried together (half of it is fixed).

        Only a failure that may pass counts: one that is for good says nothing about the next message.
        """
        if not isinstance(outcome, Later):
            self._failing.pop(agency, None)
            return
        known = self._failing.get(agency, Failing())
        self._failing[agency] = _after(replace(known, failures=known.failures + 1), now, share)

    def resting(self, now: datetime) -> list[str]:
        """Agencies that are left alone now."""
        return sorted(agency for agency, each in self._failing.items() if each.until and each.until > now)

    def probing(self, now: datetime) -> list[str]:
        """Agencies that get one message at a time, to see whether they answer again."""
        return sorted(agency for agency, each in self._failing.items() if each.until and each.until <= now)

    @property
    def known(self) -> Mapping[str, Failing]:
        """Everything that fails now."""
        return self._failing


def _after(failing: Failing, now: datetime, share: float) -> Failing:
    """A late answer to a call that was made before the rest began does not lengthen it."""
    if failing.failures < FAILURES or (failing.until and failing.until > now):
        return failing
    rest = min(failing.rest * 2, LONGEST_REST) if failing.rest else FIRST_REST
    return replace(failing, rest=rest, until=now + rest / 2 + rest / 2 * share)
