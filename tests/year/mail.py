"""The sender and the mail server of a year: what is due is tried, and what became of it is decided, with the code of the service."""

from __future__ import annotations

import random
from datetime import datetime

from services.notifications.domain import alert, notice
from services.notifications.domain.alert import ALERT, Climb
from services.notifications.domain.notice import NOTICE
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.families.forbidding import Forbidding
from services.notifications.noticing import Notices
from services.notifications.patience import Waiting, settled
from shared.addresses import MailAddress, mail_address
from shared.clock import Clock
from shared.decider import execute, load
from shared.eventstore.memory import InMemoryEventStore
from shared.message import TANGGAP, Occasion, derived_id
from tests.year.outbox import Deadline, Message, Outbox
from tests.year.rosters import NotificationsRoster, PeopleOfCases

WAITS = (30.0, 600.0, 3600.0)
"""Seconds between attempts."""

DEAD = "mati.invalid"
"""No mailbox of this domain takes anything."""

BUSY = 0.1
"""How often the mail server says later, of one."""


class PostOffice:
    """outbox: what is to be sent, and which moments are to come."""

    def __init__(self, store: InMemoryEventStore, roster: NotificationsRoster, people: PeopleOfCases, clock: Clock, chance: random.Random) -> None:
        self.outbox, self._store, self._roster, self._clock, self._chance = Outbox(store), store, roster, clock, chance
        self._notices = Notices(store, roster)  # type: ignore[arg-type] # they answer as the tables do
        self._forbidding = Forbidding(store, people, roster)  # type: ignore[arg-type]

    def next_due(self) -> datetime | None:
        """The next moment at which something is to be sent, or a rung hears."""
        return min(self.outbox.moments(), default=None)

    async def work(self) -> bool:
        """Sends what is due, then lets those moments pass that have come. Whether there was anything."""
        self.outbox.turn()
        messages, climbs = self.outbox.due(self._clock.now()), self.outbox.passed(self._clock.now())
        for message in messages:
            if message.id in self.outbox.waiting:
                await self._send(message)
                self.outbox.turn()
        for deadline in climbs:
            if self.outbox.climbs.pop(deadline.id, None):
                await self._climb(deadline)
                self.outbox.turn()
        return bool(messages or climbs)

    async def _climb(self, deadline: Deadline) -> None:
        occasion = Occasion("service:notifications", deadline.school, self._clock.now(), deadline.id, deadline.id)
        if deadline.kind == "climb":
            await execute(self._store, ALERT, deadline.stream, Climb(step=deadline.step), occasion)
        else:
            await self._notices.decide(deadline.stream, notice.ClimbNotice(step=1 if deadline.step == 1 else 2), occasion)

    async def _send(self, message: Message) -> None:
        waiting = Waiting(message.attempts, message.queued_at, self._clock.now())
        outcome = settled(await self._attempt(message), waiting, WAITS, self._chance.random())
        cause = derived_id(TANGGAP, "sent", message.id)
        occasion = Occasion("service:notifications", None, self._clock.now(), cause, cause)
        if message.kind == "notice":
            await self._notices.decide(message.stream, await self._of_notice(message, outcome), occasion)
        else:
            told = alert.NoteAttempt(person=message.receiver, step=message.step, outcome=outcome)
            await execute(self._store, ALERT, message.stream, told, occasion)
        if isinstance(outcome, Later) and outcome.when:
            message.attempts, message.due_at = message.attempts + 1, outcome.when
        else:
            self.outbox.waiting.pop(message.id, None)

    async def _of_notice(self, message: Message, outcome: Outcome) -> notice.NoteAttempt | notice.EndNotice:
        """What is forbidden at the last moment does not leave."""
        due = (await load(self._store, NOTICE, message.stream)).state.due
        forbidden = await self._forbidding.of(due, message.receiver) if due else None
        if forbidden:
            return notice.EndNotice(guardian=message.receiver, outcome=forbidden)
        return notice.NoteAttempt(guardian=message.receiver, outcome=outcome)

    async def _attempt(self, message: Message) -> Outcome:
        known = self._roster.posts.people.get(message.receiver)
        address = mail_address(known.email.box) if known and known.email else None
        if not isinstance(address, MailAddress):
            return Never("no-address")
        if str(address).endswith(DEAD):
            return Never("mailbox-refused")
        return Later("mail-server-busy") if self._chance.random() < BUSY else Accepted()
