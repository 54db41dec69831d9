"""The three services of one district, with their real reactions, over stores in memory and a clock that stands still until it is set."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from services.cases import subscribers as of_cases
from services.cases.clocks import pass_deadline
from services.cases.commands.road import Road
from services.cases.domain.case.case import CASE
from services.cases.domain.casework import CASEWORK
from services.cases.owners import Owners
from services.cases.standing.owners import StandingOwners
from services.intake import subscribers as of_intake
from services.notifications import subscribers as of_notifications
from shared.access import Permissions, Principal
from shared.clock import FixedClock
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.store import Checkpoint, Outcome
from shared.heartbeat import Pulse
from shared.message import TANGGAP, Recorded, derived_id
from shared.school_day import Calendar, national
from tests.year.absent import Absences
from tests.year.book import Book
from tests.year.mail import PostOffice
from tests.year.rosters import ZONE, CasesRoster, NotificationsRoster, PeopleOfCases, Whereabouts
from tests.year.standing import Groups
from tests.year.vault import ClearVault

MOST_TURNS = 200
"""How often things may follow from each other at one moment."""


class Door:
    """Whoever comes in has just proved who they are (`shared.access.Access`)."""

    permissions = Permissions()

    def require_fresh(self, _: Principal) -> None:
        return


class StandsStill(AssertionError):
    """Something is done again and again, and never is done."""


Handler = Callable[[Recorded, Checkpoint | None], Awaitable[Outcome | None]]


class Days:
    """Every school has the national calendar (`services.cases.reading.calendars.SchoolCalendars`)."""

    async def of(self, _: str) -> Calendar:
        return national(ZONE)


class NoTables:
    """The stand-ins answer in place of the tables (`shared.database.Database`)."""

    def acting_as(self, _: str) -> NoTables:
        return self


class NoAgencies:
    """No neighbouring district stands in the directory (`services.cases.reading.agencies.Agencies`)."""

    async def districts(self) -> tuple[str, ...]:
        return ()


class NoSessions:
    """Nobody signs in: who asks is given (`shared.sessions.kept.KeptSessions`)."""


class Level:
    """A view that is never behind (`shared.eventstore.projection.Projection`)."""

    async def caught_up(self, *_: object, **__: object) -> bool:
        return True


class Turns:
    """Nothing is being sent while a mark is made (`services.notifications.contacting.Turns`)."""

    @asynccontextmanager
    async def marking(self, _: str | None) -> AsyncIterator[None]:
        yield


@dataclass
class Wire:
    """What one service has yet to hear of another: in order within a partition, in any order between them."""

    source: InMemoryEventStore
    handler: Handler
    read: int = 0
    waiting: dict[int, list[Recorded]] = field(default_factory=lambda: defaultdict(list))

    def turn(self) -> None:
        """Takes what is new."""
        for event in self.source.events[self.read :]:
            if event.public:
                self.waiting[event.partition].append(event)
        self.read = len(self.source.events)

    async def deliver(self, chance: random.Random) -> bool:
        """One event, of a partition that chance names. Whether there was one."""
        self.turn()
        partitions = [partition for partition, events in self.waiting.items() if events]
        if not partitions:
            return False
        await self.handler(self.waiting[chance.choice(partitions)].pop(0), None)
        return True


class Services:
    """intake, cases, notifications: the stores."""

    def __init__(self, chance: random.Random, begins: datetime) -> None:
        self.chance, self.clock, self.permissions, self._ids = chance, FixedClock(begins), Door.permissions, 0
        self.intake, self.cases, self.notifications = (InMemoryEventStore(clock=self.clock) for _ in range(3))
        self.vault, self.days = ClearVault(), Days()
        self.roster, self.notified = CasesRoster(), NotificationsRoster(self.clock)
        self.people = PeopleOfCases()
        self.whereabouts, self.book = Whereabouts(self.roster), Book(self.cases)
        self.post = PostOffice(self.notifications, self.notified, self.people, self.clock, chance)
        self.kernel: Any = SimpleNamespace(
            store=self.cases, vault=self.vault, access=Door(), clock=self.clock, posts=self.roster.posts, database=NoTables(),
            heartbeats=SimpleNamespace(pulse=Pulse),
        )  # fmt: skip
        self.road = Road(CASEWORK, self.kernel, self.roster, self.book, self.days)  # type: ignore[arg-type] # they answer as the tables do
        self.absences = Absences(self.roster.posts, self.book)
        self.owners = Owners(self.kernel, Level(), CASE)  # type: ignore[arg-type]
        self.owners._absences = self.absences  # type: ignore[assignment]
        self.groups = Groups(self.cases, self.absences)
        self.standing_owners = StandingOwners(self.kernel, Level(), CASEWORK, self.groups)  # type: ignore[arg-type]
        self.wires = self._wires()

    def _wires(self) -> list[Wire]:
        heard: Any = (self.roster, self.book, self.whereabouts, self.absences, CASE, self.days, NoSessions(), None)  # nobody hands over a file
        from_intake: Any = of_cases.FromIntake(self.cases, *heard)
        of_the_roster: Any = of_notifications.FromIntake(self.notifications, self.notified, Turns(), NoSessions())  # type: ignore[arg-type]
        of_the_cases: Any = of_notifications.FromCases(self.notifications, self.notified, self.clock, self.people)  # type: ignore[arg-type]
        return [
            Wire(self.intake, from_intake),
            Wire(self.intake, of_the_roster),
            Wire(self.cases, of_the_cases),
            Wire(self.cases, of_intake.FromCases(self.intake)),
            Wire(self.notifications, of_cases.FromNotifications(self.cases, CASE, self.days)),  # type: ignore[arg-type]
        ]

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def fresh(self, name: str) -> UUID:
        """An id that the same year gives again."""
        self._ids += 1
        return derived_id(TANGGAP, "year", name, self._ids)

    def principal(self, person: str) -> Principal:
        """Somebody as cases knows them at this moment."""
        away = frozenset(told.school for told in self.book.away() if told.person == person)
        return Principal(person, "person", self.roster.posts.standing(person).posts, away)

    # time and the wires -------------------------------------------------------------------------------------------

    async def deliver(self, most: int | None = None) -> None:
        """Everything that waits on the wires, or at most so many events."""
        left = most
        while left is None or left > 0:
            wires = [wire for wire in self.wires if await self._has_more(wire)]
            if not wires:
                return
            await self.chance.choice(wires).deliver(self.chance)
            left = None if left is None else left - 1

    async def _has_more(self, wire: Wire) -> bool:
        wire.turn()
        return any(wire.waiting.values())

    async def settle(self) -> None:
        """Everything is delivered, and everything is done whose time has come. Raises: StandsStill."""
        for _ in range(MOST_TURNS):
            await self.deliver()
            if not (await self._pass_deadlines() or await self._owners_step() or await self.post.work() or await self._has_any_more()):
                return

        raise StandsStill(f"what is due stays due: {self.book.deadlines()[:3]}")

    async def _owners_step(self) -> bool:
        """Whoever is gone gives up what they have. Whether anything changed."""
        before = len(self.cases.events)
        await self.owners.step()
        await self.standing_owners.step()
        await self.standing_owners.part()
        return len(self.cases.events) > before

    async def _has_any_more(self) -> bool:
        return any([await self._has_more(wire) for wire in self.wires])

    async def until(self, moment: datetime) -> None:
        """Time goes on; whatever is due in between happens at its moment."""
        await self.settle()
        while (due := self._next_due()) and due <= moment:
            self.clock.moment = max(due, self.now)
            await self.settle()
        self.clock.moment = moment
        await self.settle()

    def _next_due(self) -> datetime | None:
        moments = [self.post.next_due(), *(each.due for each in self.book.deadlines()[:1]), *self.book.leave_moments()[:1]]
        return min((moment for moment in moments if moment), default=None)

    async def _pass_deadlines(self) -> bool:
        """As `services.cases.clocks.Clockwork` does."""
        await self.book.turn()
        due = [each for each in self.book.deadlines() if each.due <= self.now]
        for each in due:
            await pass_deadline(self.cases, CASE, self.days, each, self.now)  # type: ignore[arg-type] # it answers as the calendars do
        await self.book.turn()
        return bool(due)
