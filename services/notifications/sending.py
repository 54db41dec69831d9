"""The sender: takes what is due from the outbox, calls out, and records what happened (decision 10: first the event that something is to be sent).

Mail and webhooks have lanes of their own, so that agencies which do not answer never keep an alert waiting.

A kill between the receiver's yes and our record repeats the message with the same id; receivers and mailboxes tell the repeat by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress

import structlog

from services.notifications.account_mail.composing import Letters
from services.notifications.account_mail.sending import AccountMailSender
from services.notifications.account_mail.telling import AccountMails
from services.notifications.breaker import Breaker
from services.notifications.case_people import KeptPeople
from services.notifications.channels.carrying import Carrier
from services.notifications.contacting import Turns
from services.notifications.districts.sending import ToDistricts
from services.notifications.districts.telling import Telling
from services.notifications.domain.outcome import Later
from services.notifications.ending import Endings
from services.notifications.families.forbidding import Forbidding
from services.notifications.lanes import Due, Lane, claim, leave_together, take_back
from services.notifications.links import Links
from services.notifications.noticing import Notices
from services.notifications.noting import Notes
from services.notifications.outgoing.accounts import AccountMessages
from services.notifications.outgoing.agencies import AgencyCalls
from services.notifications.outgoing.guardians import GuardianNotices
from services.notifications.outgoing.staff import StaffAlerts
from services.notifications.partners.links import TaskLinks
from services.notifications.partners.mailing import LinkMail
from services.notifications.quiet import QuietHours
from services.notifications.senders.mail import MailSender
from services.notifications.senders.webhook import WebhookSender
from services.notifications.taking.links import AlertLinks
from services.notifications.upkeep.mailing import UpkeepMail
from shared.delivery.leases import lease
from shared.errors import Unavailable
from shared.eventstore.projection import Projection
from shared.service import Kernel
from shared.tracing import traces

log = structlog.get_logger()

MAILS_AT_ONCE, WEBHOOKS_AT_ONCE = 64, 48
IDLE = 0.5
GATHER = 0.01
"""Seconds in which a full lane gets room for several messages, so that they are claimed together."""


class Sender:
    """A Part; one process sends at a time, another is a hot standby. staff: who sends to them, for whoever tries one channel again."""

    name = "sender"

    def __init__(
        self, kernel: Kernel, outbox: Projection, mail: MailSender, webhooks: WebhookSender, turns: Turns, notices: Notices, carrier: Carrier,
        quiet: QuietHours | None = None,
    ) -> None:  # fmt: skip
        self._kernel, self._outbox, self._mail, self._webhooks, self._carrier = kernel, outbox, mail, webhooks, carrier
        self._pulse = kernel.heartbeats.pulse(self.name)
        self._notes, self._breaker = Notes(kernel), Breaker()
        people, account_mails = KeptPeople(kernel.database), AccountMails(kernel.store, notices.roster)
        endings = Endings(kernel, self._notes, notices, account_mails, Telling(kernel, notices.roster))
        link_mail = LinkMail(kernel, mail, TaskLinks(kernel.database, kernel.keys))
        self._endings, self._link_mail, self._upkeep_mail = endings, link_mail, UpkeepMail(kernel, mail, link_mail)
        self.staff = StaffAlerts(kernel, mail, carrier, people, AlertLinks(kernel.database, kernel.keys))
        self._guardians = GuardianNotices(
            kernel, mail, carrier, turns, notices, Forbidding(kernel.store, people, notices.roster), Links(kernel.database, kernel.keys),
            self._notes, endings, quiet,
        )  # fmt: skip
        self._accounts = AccountMessages(
            kernel, carrier, AccountMailSender(kernel, mail, Letters(kernel.settings)), account_mails, self._notes, endings
        )
        self._agencies = AgencyCalls(kernel, webhooks, ToDistricts(kernel, webhooks), self._breaker, endings)
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
        await self._carrier.close()

    async def _work(self) -> None:
        while True:
            heard = self._outbox.applied.rings
            now = self._kernel.clock.now()
            resting, probing = self._breaker.resting(now), self._breaker.probing(now)
            due = await claim(self._kernel.database, self._mail_lane, self._webhook_lane, resting, probing)
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
        with traces.calling("notifications", due.stream, due.occasion(self._kernel.clock.now()).cause, due.kind):
            await self._attempted(due)

    async def _attempted(self, due: Due) -> None:
        match due.kind:
            case "alert":
                await self._endings.of(due, await self.staff.send(due))
            case "notice":
                await self._guardians.send(due)
            case "calendar":
                await self._guardians.cancel_appointment(due)
            case "account":
                await self._accounts.send(due)
            case "referral":
                await self._endings.of(due, await self._link_mail.send(due))
            case _ if due.is_of_arrival:
                await self._agencies.send(due)
            case "room" | "reminder":
                await self._endings.of(due, await self._upkeep_mail.send(due))
            case _:
                await self._agencies.send(due)

    async def _send_together(self, together: Sequence[Due]) -> None:
        """How one mail about all of them ended is recorded of each alert by itself."""
        try:
            outcome = await self.staff.send_together(together)
        except Exception as error:  # noqa: BLE001 - none of them may be forgotten
            await asyncio.gather(*(self._failed(due, error) for due in together))
            return
        ends = (self._attempt(due) if outcome is None else self._endings.of(due, outcome) for due in together)
        await asyncio.gather(*(self._patiently(due, end) for due, end in zip(together, ends, strict=True)))
