"""What the lists of cases say, folded from the store by the case's own state; `services.cases.reading.worklist.WorkList` without a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.cases.clocks import Overdue
from services.cases.domain.case.case import CASE
from services.cases.domain.case.conflict import ConflictClaimed
from services.cases.domain.case.state import Case
from services.cases.domain.case.transferring import RECEIPT
from services.cases.domain.steps.deadline import Deadline
from services.cases.domain.streams import case_of
from shared.decider import load
from shared.events import DutyChanged
from shared.eventstore.memory import InMemoryEventStore
from shared.message import Recorded

INSTANT = timedelta(microseconds=1)


@dataclass
class Book:
    """cases: the states as far as `turned` has read, in the order in which they were opened. claims: of conflicts, as events. leaves: what the rota
    said last, by school and person.
    """

    store: InMemoryEventStore
    leaves: dict[tuple[str, str], DutyChanged] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    claims: list[Recorded] = field(default_factory=list)
    turned: int = 0

    async def turn(self) -> None:
        """Reads what is new."""
        new = self.store.events[self.turned :]
        self.turned += len(new)
        for stream in dict.fromkeys(event.stream for event in new if event.stream.startswith("case-")):
            self.cases[case_of(stream)] = (await load(self.store, CASE, stream)).state
        for event in new:
            if event.type == "duty-changed":
                told = DutyChanged.model_validate_json(event.body)
                self.leaves[told.school, told.person] = told
        self.claims += [event for event in new if event.type == ConflictClaimed.model_fields["type"].default]

    @property
    def open(self) -> Iterator[Case]:
        """Cases that go on and are not closed."""
        return (case for case in self.cases.values() if not case.closed and case.moves.merged_into is None)

    def deadlines(self) -> list[Overdue]:
        """Everything whose time is still to come on the ladder, the earliest first."""
        rows = ((each.due, case, key) for case, state in self.cases.items() for key, each in state.deadlines.items() if each.due)
        return [Overdue(case, key, due) for due, case, key in sorted(rows)]

    def of_school(self, case: Case, deadline: Deadline) -> str:
        """Of which school it is expected: a receipt of the one that was asked, all else of the one that has the case."""
        return case.moves.asked.to if deadline.what == RECEIPT and case.moves.asked else case.school

    def away(self) -> list[DutyChanged]:
        """Everybody who is on leave now."""
        now = self.store.clock.now()
        return [told for told in self.leaves.values() if told.away_from and told.away_until and told.away_from <= now <= told.away_until]

    def leave_moments(self) -> list[datetime]:
        """When a leave begins, and when it is over."""
        moments = ((told.away_from, told.away_until + INSTANT) for told in self.leaves.values() if told.away_from and told.away_until)
        return sorted(moment for pair in moments for moment in pair if moment > self.store.clock.now())

    # services.cases.reading.worklist.WorkList ------------------------------------------------------------------------

    async def listed_with(self, concern: str) -> list[str]:
        return [case for found, case, _ in await self.cases_of_concerns([concern]) if found == concern]

    async def cases_of_concerns(self, concerns: Sequence[str]) -> list[tuple[str, str, str]]:
        await self.turn()
        strands = ((strand.concern, case) for case, state in self.cases.items() for strand in state.strands)
        return [(told.concern, case, told.role) for told, case in strands if told.concern in concerns]

    async def acts_of(self, person: str, kind: str, school: str, since: datetime) -> int:
        await self.turn()
        assert kind == "conflict-claimed"
        return sum(1 for each in self.claims if (each.actor, each.school) == (person, school) and each.happened_at >= since)
