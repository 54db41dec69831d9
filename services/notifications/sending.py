"""The sender: takes what is due from the outbox, calls out, and records what happened (decision 10: first the event that something is to be sent).

Mail and webhooks have lanes of their own, so that agencies which do not answer never keep an alert waiting.

A kill between the receiver's yes and our record repeats the message with the same id; receivers and mailboxes tell the repeat by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from psycopg import sql

from services.notifications.contacting import Turns
from services.notifications.domain.notice import NOTICE, EndNotice
from services.notifications.domain.outcome import Later, Never, Outcome
from services.notifications.domain.register import REGISTER
from services.notifications.domain.task import TASK
from services.notifications.ending import Endings
from services.notifications.lanes import Due, Lane, claim, leave_together, take_back
from services.notifications.links import Links
from services.notifications.noticing import Notices
from services.notifications.noting import Notes
from services.notifications.projecting import NOTICE_STATES, VIEW
from services.notifications.senders.mail import MailSender, guardian_notice, staff_alert
from services.notifications.senders.webhook import WebhookSender, message_id, notice
from services.notifications.views import Roster
from shared.addresses import MailAddress, mail_address
from shared.decider import load
from shared.delivery.leases import lease
from shared.errors import Unavailable
from shared.eventstore.generations import answering
from shared.eventstore.projection import Projection
from shared.sealed import Erased, Sealed
from shared.service import Kernel

log = structlog.get_logger()

MAILS_AT_ONCE, WEBHOOKS_AT_ONCE = 64, 48
IDLE = 0.5
GATHER = 0.01
"""Seconds in which a full lane gets room for several messages, so that they are claimed together."""

_AGENCY = sql.SQL("SELECT url, secret, old_secret FROM agency_v1 WHERE generation = {} AND agency = %s").format(answering(VIEW))


def _link(origin: str, case: str) -> str:
    """To the case, or to the desk where a message is about none."""
    return f"{origin}/cases/cases/{case}" if case else f"{origin}/cases/"


class Sender:
    """A Part; one process sends at a time, another is a hot standby."""

    name = "sender"

    def __init__(self, kernel: Kernel, outbox: Projection, mail: MailSender, webhooks: WebhookSender, turns: Turns, roster: Roster) -> None:
        self._kernel, self._outbox, self._mail, self._webhooks = kernel, outbox, mail, webhooks
        self._pulse = kernel.heartbeats.pulse(self.name)
        self._turns = turns
        self._notes = Notes(kernel)
        self._links = Links(kernel.database, kernel.keys)
        self._notices = Notices(kernel.store, roster)
        self._endings = Endings(kernel, self._notes, self._notices)
        self._mail_lane, self._webhook_lane = Lane(MAILS_AT_ONCE), Lane(WEBHOOKS_AT_ONCE)

    async def run(self) -> None:
        async with lease(self._kernel.database, self.name) as held:
            await self._notes.what_is_left()
            await take_back(self._kernel.database)
            working = asyncio.create_task(self._work())
            try:
                done, _ = await asyncio.wait((held, working), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                await self._stop(working)

    async def _stop(self, working: asyncio.Task[None]) -> None:
        lanes = (self._mail_lane, self._webhook_lane)
        ending = {working}.union(*(lane.tasks for lane in lanes))
        for each in ending:
            each.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self._notes.ended()  # the lease is still ours: what has left need not leave again
        for lane in lanes:
            lane.under_way.clear()  # whoever was cancelled before it began has not cleaned up
        await self._mail.close()
        await self._webhooks.close()

    async def _work(self) -> None:
        while True:
            heard = self._outbox.applied.rings
            due = await claim(self._kernel.database, self._mail_lane, self._webhook_lane)
            self._pulse.idle()
            self._pulse.lag = len(due)
            for together in leave_together(due):
                lane = self._webhook_lane if together[0].kind == "webhook" else self._mail_lane
                task = asyncio.create_task(self._send(lane, together))
                lane.under_way |= {message.id: (message.receiver, task) for message in together}
            await self._until_more(heard)

    async def _until_more(self, heard: int) -> None:
        """Until something was queued, or a full lane has room again; what becomes due by itself is looked for now and then."""
        sending = [task for lane in (self._mail_lane, self._webhook_lane) if not lane.room for task in lane.tasks]
        if not sending:
            await self._outbox.applied.wait(IDLE, heard)
            return
        bell = asyncio.create_task(self._outbox.applied.wait(IDLE, heard))
        try:
            await asyncio.wait({bell, *sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            bell.cancel()
        await asyncio.sleep(GATHER)

    async def _send(self, lane: Lane, together: Sequence[Due]) -> None:
        try:
            if len(together) == 1:
                await self._patiently(together[0], self._attempt(together[0]))
            else:
                await self._send_together(together)
        finally:
            for due in together:
                lane.under_way.pop(due.id, None)

    async def _patiently(self, due: Due, attempt: Awaitable[None]) -> None:
        try:
            await attempt
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            await self._failed(due, error)

    async def _failed(self, due: Due, error: Exception) -> None:
        """An outage is never an attempt: the message waits until the database answers."""
        if isinstance(error, Unavailable):
            await self._wait_again(due)
            return
        log.warning("sending-failed", outbox=str(due.id), kind=due.kind, error=type(error).__name__)
        try:
            await self._endings.of(due, Later("own-error", type(error).__name__))
        except Unavailable:
            await self._wait_again(due)

    async def _wait_again(self, due: Due) -> None:
        while True:
            await asyncio.sleep(1)
            with suppress(Unavailable):
                await take_back(self._kernel.database, due.id)
                return

    async def _attempt(self, due: Due) -> None:
        match due.kind:
            case "alert":
                await self._endings.of(due, await self._mail_alerts((due,)))
            case "notice":
                await self._send_notice(due)
            case _:
                await self._send_webhook(due)

    # staff --------------------------------------------------------------------------------------------------------

    async def _send_together(self, together: Sequence[Due]) -> None:
        """One mail; how it ended is recorded of each alert by itself."""
        try:
            outcome = await self._mail_alerts(together)
        except Exception as error:  # noqa: BLE001 - none of them may be forgotten
            await asyncio.gather(*(self._failed(due, error) for due in together))
        else:
            await asyncio.gather(*(self._patiently(due, self._endings.of(due, outcome)) for due in together))

    async def _mail_alerts(self, together: Sequence[Due]) -> Outcome:
        """One mail about all of them. Raises: Unavailable."""
        first, settings = together[0], self._kernel.settings
        address = await self._address(first)
        if not isinstance(address, MailAddress):
            return address
        links = list(dict.fromkeys(_link(settings.public_origin, due.case) for due in together))
        identifiers = [str(due.id) for due in together]
        return await self._mail.send(address, staff_alert(settings.sender_address, address, identifiers, links, urgent=first.urgent))

    # guardians ----------------------------------------------------------------------------------------------------

    async def _send_notice(self, due: Due) -> None:
        """The register is asked at the last moment: no sending begins after a mark was acknowledged."""
        recorded = await load(self._kernel.store, NOTICE, due.stream)
        asked = recorded.state.due
        if asked is None or recorded.state.outcome is not None:
            await self._notes.record(due, "ended", NOTICE_STATES.get(recorded.state.outcome or "unsafe", "failed"))
            return
        address = await self._address(due)
        settings = self._kernel.settings
        link = f"{settings.public_origin}/notifications/n/{await self._links.make(asked.notice)}"
        async with self._turns.sending(asked.student):
            register = await load(self._kernel.store, REGISTER, f"contact-{asked.student}")
            if register.state.forbids(due.receiver):
                outcome = None
            elif isinstance(address, MailAddress):
                outcome = await self._mail.send(address, guardian_notice(settings.sender_address, address, str(due.id), link))
            else:
                outcome = address
        if outcome is None:
            await self._forbidden(due)
        else:
            await self._endings.of(due, outcome)

    async def _forbidden(self, due: Due) -> None:
        await self._notices.decide(due.stream, EndNotice(outcome="unsafe"), due.occasion(self._kernel.clock.now()))
        await self._notes.record(due, "unsafe", "cancelled")

    # agencies -----------------------------------------------------------------------------------------------------

    async def _send_webhook(self, due: Due) -> None:
        task = await load(self._kernel.store, TASK, due.stream)
        found = await self._agency(due.receiver)
        if task.state.requested is None or found is None:
            await self._endings.of(due, Never("no-endpoint"))
            return
        url, secrets, key = found
        now = self._kernel.clock.now()
        identifier = message_id(key, due.receiver, task.state.requested.task)
        body = notice(self._kernel.settings.public_origin, task.state.requested, identifier, due.queued_at)
        await self._endings.of_endpoint(due, url, await self._webhooks.send(url, secrets, identifier, body, now))

    async def _agency(self, agency: str) -> tuple[str, list[str], bytes] | None:
        """Its address, its secrets, and the key of its messages' ids; None where it has no webhook or was erased."""
        async with self._kernel.database.statement() as connection:
            row: tuple[Any, ...] | None = await (await connection.execute(_AGENCY, (agency,))).fetchone()
        if row is None or row[0] is None:
            return None
        opened = await self._kernel.vault.open_many([Sealed.model_validate(secret) for secret in row[1:] if secret])
        (key,) = await self._kernel.vault.derive_many([f"agency-{agency}"], "contact", "message-id")
        return None if isinstance(key, Erased) else (row[0], [secret for secret in opened if isinstance(secret, str)], key)

    # addresses ----------------------------------------------------------------------------------------------------

    async def _address(self, due: Due) -> MailAddress | Never:
        """The receiver's address, parsed again: what an earlier release kept was not. Raises: Unavailable."""
        opened = await self._kernel.vault.open(Sealed.model_validate(due.email)) if due.email else None
        if opened is None or isinstance(opened, Erased) or not opened:
            return Never("no-address")
        address = mail_address(opened)
        return address if isinstance(address, MailAddress) else Never("not-an-address", address.code)
