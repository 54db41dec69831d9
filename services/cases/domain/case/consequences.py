"""What follows from every decision about a case: who of the staff is told, and which deadlines are set or met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.domain.case import additions, conflict, handling, people, transferring
from services.cases.domain.case.folding import Folding
from services.cases.domain.case.opening import CLOCKS, whose
from services.cases.domain.case.state import Case
from services.cases.domain.case.suspending import still_left
from services.cases.domain.referring import disclosure, referral
from services.cases.domain.steps import deadline
from services.cases.domain.steps.activity import Activity, ActivityEvent, Expected
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
        clocks = [] if isinstance(command, PassDeadline) else self._clocks(case, after)
        for event in clocks:
            after = self.folding.evolve(after, event)
        return [*told, *clocks, *people.changed(case, after)]

    def _clocks(self, case: Case, after: Case) -> list[Event]:
        """The deadlines that are set and met."""
        still_open = [key for key in case.deadlines if key in CLOCKS and not (after.closed or after.moves.merged_into) and CLOCKS[key](after)]
        return [*deadline.changes(case.deadlines, self.expected(after), still_open, case.climb or _CLIMB)]

    def expected(self, case: Case) -> list[Expected]:
        """Everything that must happen next, over all parts; also in a closed case corrections are told and new words are read."""
        owed = [*disclosure.expected(case.ledger, case.owner), *additions.expected(case.additions, case.owner)]
        if case.closed:
            return owed
        under_way = [
            *self.strategies.expected(case.activities), *conflict.expected(case.conflicts, still_left(case)),
            *referral.expected(case.referrals, case.owner), *owed,
        ]  # fmt: skip
        if case.moves.merged_into:
            return under_way
        moves = transferring.expected(case.moves, case.school, case.owner)
        return [*handling.expected(case.handling, case.owner), *moves, *under_way]

    def _told(self, command: Fact, events: Sequence[Event], case: Case) -> tuple[list[Event], Case]:
        """One mail to each person for whom something waits, but for the acting one; and the case after the events."""
        acting = command.by if isinstance(command, Command) else None
        told: list[Event] = []
        after = case
        for event in events:
            told += [each for each in self._mails(event, after) if each.person not in after.named and each.person != acting]
            after = self.folding.evolve(after, event)
        return told, after

    def _mails(self, event: Event, before: Case) -> list[StaffToBeTold]:
        notice = self.tells[type(event)].notice
        if notice is None:
            return []
        receivers = notice.to(event, _activity_of(event, before))
        return [StaffToBeTold(**whose(before), person=person, message=notice.message) for person in receivers]


def _activity_of(event: Event, case: Case) -> Activity | None:
    return case.activities.get(event.activity) if isinstance(event, ActivityEvent) else None
