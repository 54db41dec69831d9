"""Groups of a year, and who cannot go on with one: `services.cases.standing.absences.StandingAbsences` over the streams themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.cases.domain.case.state import Case
from services.cases.domain.strategies.group import GROUP, Group
from services.cases.domain.strategies.group_sides import two_sides
from services.cases.domain.strategies.group_steps import Member
from services.cases.domain.streams import group_stream
from services.cases.domain.successor import Staff
from services.cases.reading.absences import EVERYWHERE
from services.cases.standing.absences import Left, Returned, Sided
from services.cases.standing.kept import GROUP_KIND
from shared.decider import load
from shared.eventstore.memory import InMemoryEventStore
from tests.year.absent import Absences, Gone


@dataclass
class Groups:
    """groups: as far as `turned` has read."""

    store: InMemoryEventStore
    people: Absences
    groups: dict[str, Group] = field(default_factory=dict)
    turned: int = 0

    async def turn(self) -> None:
        """Reads what is new."""
        await self.people.book.turn()
        new, prefix = self.store.events[self.turned :], group_stream("")
        self.turned += len(new)
        for stream in dict.fromkeys(event.stream for event in new if event.stream.startswith(prefix)):
            self.groups[stream.removeprefix(prefix)] = (await load(self.store, GROUP, stream)).state

    @property
    def under_way(self) -> Iterator[tuple[str, Group]]:
        return ((name, each) for name, each in self.groups.items() if not each.ended)

    def named_in(self, group: Group) -> frozenset[str]:
        """Whom a case of its members keeps away: those that they came with, and their open ones."""
        cases = self.people.book.cases
        mine = {member.case for member in group.students.values()} | {each.case for each in self.people.book.open if each.student in group.students}
        return frozenset(person for case in mine if case for person in cases[case].named)

    # services.cases.standing.absences.StandingAbsences --------------------------------------------------------------

    async def left(self, _: int) -> list[Left]:
        await self.turn()
        gone = list(self.people.gone())
        return [
            Left(GROUP_KIND, name, each.leader, why.why) for name, each in self.under_way if not each.gone and (why := self._gone(each, gone))
        ] + [
            Left(GROUP_KIND, name, each.leader, "conflict")
            for name, each in self.under_way
            if each.leader in self.named_in(each) and (each.gone is None or each.gone.why != "conflict")
        ]

    async def returned(self, _: int) -> list[Returned]:
        await self.turn()
        gone = list(self.people.gone())
        return [
            Returned(GROUP_KIND, name, each.leader)
            for name, each in self.under_way
            if each.gone and not self._gone(each, gone) and each.leader not in self.named_in(each)
        ]

    async def sided(self) -> list[Sided]:
        await self.turn()
        return [Sided(GROUP_KIND, name, pair) for name, each in self.under_way for pair in sorted(two_sides(self.parts(each)))]

    def parts(self, group: Group) -> tuple[Member, ...]:
        """The members' parts in the concerns of their own strands."""
        mine = [each for each in self.people.book.cases.values() if self._is_about(each, group)]
        return tuple(
            Member(case=each.case or "", student=each.student or "", roles={strand.concern.concern: strand.concern.role for strand in each.strands})
            for each in mine
        )

    def _is_about(self, case: Case, group: Group) -> bool:
        goes_on = not case.closed and case.moves.merged_into is None
        return case.student in group.students and (goes_on or case.case in {each.case for each in group.students.values()})

    async def named(self, _: str, name: str) -> frozenset[str]:
        await self.turn()
        return self.named_in(self.groups[name])

    async def staff(self, school: str) -> Staff:
        return await self.people.staff(school)

    def _gone(self, group: Group, gone: list[Gone]) -> Gone | None:
        if self.people.serves_no_more(group.leader, group.school, None):
            return Gone(group.leader, group.school, "moved")
        return next((each for each in gone if each.person == group.leader and each.school in (EVERYWHERE, group.school)), None)
