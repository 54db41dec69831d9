"""What is done about the outcome of an attempt, whatever channel it comes from: decide, then tried again at its moment, or recorded as ended."""

from __future__ import annotations

import random

from psycopg import sql

from services.notifications.account_mail.telling import AccountMails
from services.notifications.districts.telling import Telling
from services.notifications.domain import account_mail, alert, arrival, notice
from services.notifications.domain.agency import AGENCY, NoteGone
from services.notifications.domain.alert import ALERT
from services.notifications.domain.arrival import ARRIVAL
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.domain.task import TASK, silence
from services.notifications.lanes import Due
from services.notifications.noticing import Notices
from services.notifications.noting import Notes
from services.notifications.patience import Waiting, settled
from services.notifications.projecting import VIEW
from services.notifications.upkeep.telling import NotReached
from services.notifications.views import keep_endpoint_outcome
from shared.decider import execute
from shared.eventstore.generations import answering
from shared.message import Occasion
from shared.service import Kernel

_AGAIN = sql.SQL(
    "UPDATE outbox_v1 SET attempts = %s, due_at = %s, state = CASE state WHEN 'sending' THEN 'queued' ELSE state END"
    " WHERE generation = {} AND id = %s"
).format(answering(VIEW))


class Endings:
    """A message ends accepted, or never, and then a person hears of it. Otherwise it has a moment at which it is tried again."""

    def __init__(self, kernel: Kernel, notes: Notes, notices: Notices, account_mails: AccountMails, telling: Telling) -> None:
        self._kernel, self._notes, self._notices, self._account_mails, self._telling = kernel, notes, notices, account_mails, telling
        self._not_reached = NotReached(kernel, notices.roster)

    async def of(self, due: Due, outcome: Outcome) -> None:
        """Raises: Unavailable, and whatever prevents the decision."""
        now, settings = self._kernel.clock.now(), self._kernel.settings
        waits = settings.webhook_waits if due.kind == "webhook" else settings.retry_seconds
        final = settled(outcome, Waiting(due.attempts, due.queued_at, now), waits, random.random())  # noqa: S311 - jitter, not a secret
        if due.kind == "alert" and isinstance(final, Accepted):
            await self._notes.delivered(due)
            return
        await self._decide(due, final)
        if isinstance(final, Later):
            await self._again(due, final)
        else:
            await self._notes.record(due, str(final), _state(due, final))

    async def of_endpoint(self, due: Due, url: str, outcome: Outcome) -> None:
        """The same for an agency's endpoint, whose keeper sees how its last call ended. One that is gone is not called again."""
        await keep_endpoint_outcome(self._kernel.database, due.receiver, url, outcome)
        if isinstance(outcome, Never) and outcome.why == "gone":
            await execute(self._kernel.store, AGENCY, f"agency-{due.receiver}", NoteGone(url=url), self._occasion(due, outcome))
        await self.of(due, outcome)

    async def _decide(self, due: Due, outcome: Outcome) -> None:
        store, occasion = self._kernel.store, self._occasion(due, outcome)
        match due.kind:
            case "alert":
                await execute(store, ALERT, due.stream, alert.NoteAttempt(person=due.receiver, step=due.step, outcome=outcome), occasion)
            case "notice":
                await self._notices.decide(due.stream, notice.NoteAttempt(guardian=due.receiver, outcome=outcome), occasion)
            case "calendar":
                pass  # nobody waits for it: what is off was told by ending the message
            case _ if due.is_upkeep:
                await self._not_reached.note(due, outcome)
            case _ if due.is_of_arrival:
                await self._answered_district(due, outcome, occasion)
            case "account":
                await self._account_mails.decide(due.stream, account_mail.NoteAttempt(outcome=outcome), occasion)
            case _:
                await execute(store, TASK, due.stream, silence.NoteAttempt(outcome=outcome, since=due.queued_at), occasion)

    async def _answered_district(self, due: Due, outcome: Outcome, occasion: Occasion) -> None:
        """Whoever answered hears where it can not arrive: not by this message, nor by a later one that holds it, too."""
        noted = await execute(self._kernel.store, ARRIVAL, due.stream, arrival.NoteAttempt(number=due.step, outcome=outcome), occasion)
        if due.step in noted.state.lost:
            await self._telling.undelivered(due.stream.removeprefix("arrival-"), due.step)

    async def _again(self, due: Due, outcome: Later) -> None:
        """The message before its attempt, as every record does it: two at once wait for each other instead of blocking each other."""
        async with self._kernel.database.acting_as("outbox").connection() as connection:
            await connection.execute(_AGAIN, (due.attempts + 1, outcome.when, due.id))
            await connection.execute(
                "INSERT INTO attempt (outbox, number, outcome) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (due.id, due.attempts, str(outcome))
            )

    def _occasion(self, due: Due, outcome: Outcome) -> Occasion:
        came_back = isinstance(outcome, Never) and outcome.why == "returned"
        return due.occasion(self._kernel.clock.now(), "returned" if came_back else "sent")


def _state(due: Due, outcome: Outcome) -> str:
    if not isinstance(outcome, Accepted):
        return "failed"
    return "delivered" if due.kind == "webhook" else "sent"
