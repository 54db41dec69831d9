"""What the archive schedule says is over: found by day, a page of people at a time, and ended by erasures like any other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from services.intake.domain.erasure import ERASURE, Erasure, Request, erasure_stream
from services.intake.domain.retention import due
from services.intake.domain.roster import ROSTER
from services.intake.erasure.office import ErasureOffice
from services.intake.erasure.view import Person
from shared.decider import execute, load
from shared.message import TANGGAP, Occasion
from shared.sealed import Purpose

BY = "service:intake"

ASKED_AGAIN = timedelta(days=30)
"""After a hold it is not asked every day whether it was lifted."""


@dataclass(frozen=True, slots=True)
class Over:
    """A person with what is over. purposes: that have not ended before."""

    person: str
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Retaining:
    """office: that sees each erasure through. Legal holds go before every rule: the office asks for them."""

    office: ErasureOffice

    async def over(self, today: date) -> AsyncIterator[Over]:
        """Who has something whose time is over, in the order in which they left. Raises: Unavailable."""
        if not self.office.inquiry.schedule.rules:
            return
        after: Person | None = None
        while page := await self.office.inquiry.erasures.gone(after):
            for person in page:
                if purposes := await self._purposes(person, today):
                    yield Over(person.person, purposes)
            after = page[-1]

    async def run(self, today: date) -> int:
        """Asks for the erasure of everything that is over; how many people. Raises: Unavailable: the rest is found again."""
        done = 0
        async for each in self.over(today):
            await self._request(each, today)
            await self.office.carry_on(each.person)
            done += 1
        return done

    async def _purposes(self, person: Person, today: date) -> tuple[Purpose, ...]:
        store, inquiry = self.office.kernel.store, self.office.inquiry
        state = (await load(store, ERASURE, erasure_stream(person.person))).state
        life = await inquiry.life(person.person, (await load(store, ROSTER, f"person-{person.person}")).state)
        if life is None or state.underway or (state.held and today - state.held.at.date() < ASKED_AGAIN):
            return ()
        return tuple(each for each in due(inquiry.schedule, life, today) if not state.has_ended(person.person, each))

    async def _request(self, over: Over, today: date) -> Erasure:
        """The same request all day, however often it is asked for."""
        erasure: UUID = uuid5(TANGGAP, f"retention/{over.person}/{today.isoformat()}")
        now = self.office.kernel.clock.now()
        wanted = Request(erasure=str(erasure), person=over.person, ground="retention-over", scope="everything", by=BY, at=_at(today, now))
        occasion = Occasion(BY, None, now, erasure, erasure)
        return (await execute(self.office.kernel.store, ERASURE, erasure_stream(over.person), wanted, occasion)).state


def _at(today: date, now: datetime) -> datetime:
    """The day that was asked for, as the clock tells it: a later day is tried out with a clock that is set to it."""
    return datetime.combine(today, time(now.hour, now.minute, now.second), now.tzinfo)
