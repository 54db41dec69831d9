"""What follows from every decision about a case: who of the staff is told, and which deadlines are set or met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.domain.case import expecting, people
from services.cases.domain.case.folding import Folding
from services.cases.domain.case.opening import whose
from services.cases.domain.case.state import Case
from services.cases.domain.steps import deadline
from services.cases.domain.steps.activity import Activity, ActivityEvent
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.steps.table import Strategies
from services.cases.domain.steps.tells import Tells
from shared.events import StaffToBeTold
from shared.message import Event, Fact

_CLIMB = (1440,)
"""Minutes between the rungs where no clock of the policy has said so: a day."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """The same for a case that is worked with these strategies. tells: of all its events."""

    strategies: Strategies
    folding: Folding
    tells: Mapping[type[Event], Tells[Any]]

    def of(self, command: Fact, events: Sequence[Event], case: Case) -> list[Event]:
        """The events that are added to what was decided. case: before the command."""
        told, after = self._told(command, events, case)
        clocks = [] if isinstance(command, PassDeadline) else self._clocks(after, command)
        for event in clocks:
            after = self.folding.foresee(after, event)
        return [*told, *clocks, *people.changed(case, after)]

    def _clocks(self, after: Case, command: Fact) -> list[Event]:
        """The deadlines that are set, met and given to somebody else."""
        runs = expecting.running(after)
        wanted = expecting.expected(self.strategies, after, command, runs)
        return deadline.changes(after.deadlines, wanted, runs, after.climb or _CLIMB)

    def _told(self, command: Fact, events: Sequence[Event], case: Case) -> tuple[list[Event], Case]:
        """One mail to each person for whom something waits, but for the acting one; and the case after the events."""
        acting = command.by if isinstance(command, Command) else None
        told: list[Event] = []
        after = case
        for event in events:
            told += [each for each in self._mails(event, after) if each.person not in after.named and each.person != acting]
            after = self.folding.foresee(after, event)
        return told, after

    def _mails(self, event: Event, before: Case) -> list[StaffToBeTold]:
        notice = self.tells[type(event)].notice
        if notice is None:
            return []
        receivers = notice.to(event, _activity_of(event, before))
        return [StaffToBeTold(**whose(before), person=person, message=notice.message) for person in receivers]


def _activity_of(event: Event, case: Case) -> Activity | None:
    return case.activities.get(event.activity) if isinstance(event, ActivityEvent) else None
