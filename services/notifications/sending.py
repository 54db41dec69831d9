"""The sender: takes what is due from the outbox, calls out, and records what happened (decision 10: first the event that something is to be sent).

A kill between the receiver's yes and our record repeats the message with the same id; receivers and mailboxes tell the repeat by it.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from services.notifications.domain.alert import ALERT, NoteDelivered
from services.notifications.domain.notice import NOTICE, EndNotice, Outcome
from services.notifications.domain.register import REGISTER
from services.notifications.domain.task import TASK, NoteSilence
from services.notifications.senders.mail import MailSender, guardian_notice, staff_alert
from services.notifications.senders.webhook import WebhookSender, message_id, notice
from services.notifications.views import Roster, notice_token
from shared.decider import execute, load
from shared.delivery.leases import lease
from shared.errors import Unavailable
from shared.eventstore.projection import Projection
from shared.message import TANGGAP, Occasion, derived_id
from shared.sealed import Erased, Sealed
from shared.service import Kernel

log = structlog.get_logger()

AT_ONCE = 100
IDLE = 0.5


@dataclass(frozen=True, slots=True)
class Due:
    """One message to one receiver."""

    id: UUID
    kind: str
    stream: str
    case: str
    receiver: str
    step: int
    urgent: bool
    attempts: int


class Sender:
    """A Part; one process sends at a time, another is a hot standby."""

    name = "sender"

    def __init__(self, kernel: Kernel, roster: Roster, outbox: Projection, mail: MailSender, webhooks: WebhookSender) -> None:
        self._kernel, self._roster, self._outbox, self._mail, self._webhooks = kernel, roster, outbox, mail, webhooks
        self._pulse = kernel.heartbeats.pulse(self.name)
        self._under_way: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        async with lease(self._kernel.database, self.name) as held:
            working = asyncio.create_task(self._work())
            try:
                done, _ = await asyncio.wait((held, working), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                working.cancel()
                for each in self._under_way.values():
                    each.cancel()
                self._under_way.clear()

    async def _work(self) -> None:
        while True:
            due = await self._due()
            self._pulse.idle()
            self._pulse.lag = len(due)
            for message in due:
                self._under_way[message.id] = asyncio.create_task(self._send(message))
            if len(self._under_way) >= AT_ONCE:
                await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
            elif not due:
                await self._outbox.applied.wait(IDLE)

    async def _due(self) -> list[Due]:
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return []
        async with self._kernel.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT id, kind, stream, case_id, receiver, step, urgent, attempts FROM outbox_v1"
                " WHERE state = 'queued' AND due_at <= clock_timestamp() AND NOT id = ANY (%s) ORDER BY urgent DESC, due_at LIMIT %s",
                (list(self._under_way), room),
            )
            return [Due(*row) for row in await cursor.fetchall()]

    async def _send(self, due: Due) -> None:
        try:
            await self._attempt(due)
        except Unavailable:
            await asyncio.sleep(1)  # stays queued: the outbox still has it
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            log.warning("sending-failed", outbox=str(due.id), kind=due.kind, error=type(error).__name__)
            await self._retry(due, f"error:{type(error).__name__}", None)
        finally:
            self._under_way.pop(due.id, None)

    async def _attempt(self, due: Due) -> None:
        match due.kind:
            case "alert":
                await self._send_alert(due)
            case "notice":
                await self._send_notice(due)
            case _:
                await self._send_webhook(due)

    # staff --------------------------------------------------------------------------------------------------------

    async def _send_alert(self, due: Due) -> None:
        address = await self._address(await self._roster.email(due.receiver))
        if address is None:
            await self._give_up(due, "no-contact")
            return
        settings = self._kernel.settings
        link = f"{settings.public_origin}/cases/cases/{due.case}"
        message = staff_alert(settings.sender_address, address, str(due.id), link, urgent=due.urgent)
        outcome = await self._mail.send(message)
        if outcome != "accepted":
            await self._retry(due, outcome, None)
            return
        await execute(self._kernel.store, ALERT, due.stream, NoteDelivered(person=due.receiver, step=due.step), self._occasion(due))
        await self._record(due, outcome, "sent")

    # guardians ----------------------------------------------------------------------------------------------------

    async def _send_notice(self, due: Due) -> None:
        """The register is asked at the last moment: no sending begins after a mark was acknowledged."""
        recorded = await load(self._kernel.store, NOTICE, due.stream)
        asked = recorded.state.due
        if asked is None or recorded.state.outcome is not None:
            await self._record(due, "ended", "cancelled")
            return
        address = await self._address(await self._roster.email(due.receiver))
        register = await load(self._kernel.store, REGISTER, f"contact-{asked.student}")
        if due.receiver in register.state.unsafe or address is None:
            await self._end_notice(due, "unsafe" if due.receiver in register.state.unsafe else "no-contact", "cancelled")
            return
        settings = self._kernel.settings
        link = f"{settings.public_origin}/notifications/n/{notice_token(settings.key('token_key'), asked.notice)}"
        outcome = await self._mail.send(guardian_notice(settings.sender_address, address, str(due.id), link))
        if outcome == "accepted":
            await self._end_notice(due, "sent", "sent")
        else:
            await self._retry(due, outcome, None)

    async def _end_notice(self, due: Due, outcome: Outcome, state: str) -> None:
        await execute(self._kernel.store, NOTICE, due.stream, EndNotice(outcome=outcome), self._occasion(due))
        await self._record(due, outcome, state)

    # agencies -----------------------------------------------------------------------------------------------------

    async def _send_webhook(self, due: Due) -> None:
        task = await load(self._kernel.store, TASK, due.stream)
        found = await self._agency(due.receiver)
        if task.state.requested is None or found is None:
            await self._give_up(due, "no-webhook")
            return
        url, secrets = found
        now = self._kernel.clock.now()
        identifier = message_id(secrets[0], task.state.requested.task)
        body = notice(self._kernel.settings.public_origin, task.state.requested, identifier, now)
        answer = await self._webhooks.send(url, secrets, identifier, body, now)
        if answer.outcome == "accepted":
            await self._delivered(due)
        elif answer.outcome == "gone":
            await self._give_up(due, "gone")
        else:
            await self._retry(due, answer.outcome, answer.retry_after)

    async def _delivered(self, due: Due) -> None:
        """The agency's server took the notice; what it answers comes over the task's transitions."""
        await self._record(due, "accepted", "sent")

    async def _agency(self, agency: str) -> tuple[str, list[str]] | None:
        async with self._kernel.database.connection() as connection:
            cursor = await connection.execute("SELECT url, secret, old_secret FROM agency_v1 WHERE agency = %s", (agency,))
            row: tuple[Any, ...] | None = await cursor.fetchone()
        if row is None or row[0] is None:
            return None
        opened = await self._kernel.vault.open_many([Sealed.model_validate(secret) for secret in row[1:] if secret])
        secrets = [secret for secret in opened if isinstance(secret, str)]
        return (row[0], secrets) if secrets else None

    # outcomes -----------------------------------------------------------------------------------------------------

    async def _retry(self, due: Due, outcome: str, after: float | None) -> None:
        waits = self._kernel.settings.retry_seconds
        if due.attempts >= len(waits) or outcome.startswith("rejected:5"):
            await self._give_up(due, outcome)
            return
        pause = max(after or 0.0, waits[due.attempts] * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        async with self._kernel.database.connection() as connection:
            await connection.execute(
                "INSERT INTO attempt (outbox, number, outcome) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (due.id, due.attempts, outcome)
            )
            await connection.execute(
                "UPDATE outbox_v1 SET attempts = %s, due_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s",
                (due.attempts + 1, pause, due.id),
            )

    async def _give_up(self, due: Due, outcome: str) -> None:
        """Never in silence: a person hears of it, through the case or the next rung of the ladder."""
        if due.kind == "notice":
            await self._end_notice(due, "no-contact" if outcome == "no-contact" else "undeliverable", "failed")
            return
        if due.kind == "webhook":
            await execute(self._kernel.store, TASK, due.stream, NoteSilence(reason="unreachable"), self._occasion(due))
        await self._record(due, outcome, "failed")

    async def _record(self, due: Due, outcome: str, state: str) -> None:
        async with self._kernel.database.connection() as connection:
            await connection.execute(
                "INSERT INTO attempt (outbox, number, outcome) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (due.id, due.attempts, outcome)
            )
            await connection.execute(
                "UPDATE outbox_v1 SET state = %s, sent_at = coalesce(sent_at, CASE WHEN %s = 'sent' THEN clock_timestamp() END)"
                " WHERE id = %s AND state IN ('queued', 'sent')",
                (state, state, due.id),
            )

    async def _address(self, sealed: Sealed | None) -> str | None:
        opened = await self._kernel.vault.open(sealed) if sealed else None
        return None if opened is None or isinstance(opened, Erased) or not opened else opened

    def _occasion(self, due: Due) -> Occasion:
        cause = derived_id(TANGGAP, "sent", due.id)
        return Occasion("service:notifications", None, self._kernel.clock.now(), cause, cause)
