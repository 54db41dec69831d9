"""The sender: takes what is due from the outbox, calls out, and records what happened (decision 10: first the event that something is to be sent).

Mail and webhooks have lanes of their own, so that agencies which do not answer never keep an alert waiting.

A kill between the receiver's yes and our record repeats the message with the same id; receivers and mailboxes tell the repeat by it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from psycopg import sql

from services.notifications.account_mail.composing import Letters
from services.notifications.account_mail.sending import AccountMailSender
from services.notifications.account_mail.telling import AccountMails
from services.notifications.breaker import Breaker
from services.notifications.case_people import KeptPeople
from services.notifications.channels.carrying import Carrier
from services.notifications.channels.course import Channel
from services.notifications.channels.gateway import Handed
from services.notifications.channels.reaching import Address, is_same, reach
from services.notifications.channels.short import Short
from services.notifications.channels.texts import Kind, Language
from services.notifications.contacting import Turns
from services.notifications.districts.sending import ToDistricts, cancel_asked
from services.notifications.districts.telling import Telling
from services.notifications.domain.account_mail import LetLapse
from services.notifications.domain.notice import NOTICE, EndNotice, Notice, NoticeDue
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.domain.preference import PREFERENCE, preference_stream
from services.notifications.domain.register import REGISTER
from services.notifications.domain.task import TASK
from services.notifications.ending import Endings
from services.notifications.families.forbidding import Forbidden, Forbidding
from services.notifications.families.patience import holds_until
from services.notifications.lanes import Due, Lane, claim, leave_together, put_off, take_back
from services.notifications.links import Links
from services.notifications.noticing import Notices
from services.notifications.noting import Notes
from services.notifications.partners.links import TaskLinks
from services.notifications.partners.mailing import LinkMail
from services.notifications.projecting import CANCEL_STEP, NOTICE_STATES, VIEW
from services.notifications.quiet import QuietHours
from services.notifications.senders.inviting import Invitation, Method, with_calendar
from services.notifications.senders.mail import MailSender, appointment_cancelled, guardian_notice, staff_alert
from services.notifications.senders.webhook import WebhookSender, message_id, notice, room_question
from services.notifications.taking.links import AlertLinks
from services.notifications.upkeep.mailing import UpkeepMail
from shared.addresses import MailAddress
from shared.decider import load
from shared.delivery.leases import lease
from shared.errors import Unavailable
from shared.eventstore.generations import answering
from shared.eventstore.projection import Projection
from shared.sealed import Erased, Sealed
from shared.service import Kernel
from shared.tracing import traces

log = structlog.get_logger()

MAILS_AT_ONCE, WEBHOOKS_AT_ONCE = 64, 48
IDLE = 0.5
GATHER = 0.01
"""Seconds in which a full lane gets room for several messages, so that they are claimed together."""

_AGENCY = sql.SQL("SELECT url, secret, old_secret FROM agency_v1 WHERE generation = {} AND agency = %s").format(answering(VIEW))


def _link(origin: str, case: str) -> str:
    """To the case, or to the desk where a message is about none."""
    return f"{origin}/cases/cases/{case}" if case else f"{origin}/cases/menunggu"


class Sender:
    """A Part; one process sends at a time, another is a hot standby."""

    name = "sender"

    def __init__(
        self, kernel: Kernel, outbox: Projection, mail: MailSender, webhooks: WebhookSender, turns: Turns, notices: Notices, carrier: Carrier,
        quiet: QuietHours | None = None,
    ) -> None:  # fmt: skip
        self._kernel, self._outbox, self._mail, self._webhooks, self._carrier = kernel, outbox, mail, webhooks, carrier
        self._pulse, self._quiet = kernel.heartbeats.pulse(self.name), quiet
        self._turns = turns
        self._notes = Notes(kernel)
        self._links, self._alert_links = Links(kernel.database, kernel.keys), AlertLinks(kernel.database, kernel.keys)
        self._notices = notices
        self._forbidding = Forbidding(kernel.store, KeptPeople(kernel.database), notices.roster)
        self._account_mail = AccountMailSender(kernel, mail, Letters(kernel.settings))
        self._account_mails = AccountMails(kernel.store, notices.roster)
        self._link_mail = LinkMail(kernel, mail, TaskLinks(kernel.database, kernel.keys))
        self._upkeep_mail = UpkeepMail(kernel, mail, self._link_mail)
        self._to_districts = ToDistricts(kernel, webhooks)
        self._endings = Endings(kernel, self._notes, self._notices, self._account_mails, Telling(kernel, notices.roster))
        self._breaker = Breaker()
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
                await self._endings.of(due, await self._alert(due))
            case "notice":
                await self._send_notice(due)
            case "calendar":
                await self._cancel_appointment(due)
            case "account":
                await self._send_account_mail(due)
            case "referral":
                await self._endings.of(due, await self._link_mail.send(due))
            case _ if due.is_of_arrival:
                await self._send_webhook(due)
            case "room" | "reminder":
                await self._endings.of(due, await self._upkeep_mail.send(due))
            case _:
                await self._send_webhook(due)

    # staff --------------------------------------------------------------------------------------------------------

    async def _send_together(self, together: Sequence[Due]) -> None:
        """One mail; how it ended is recorded of each alert by itself. Who has other channels is reached over those, where mail fails."""
        try:
            found = await reach(self._kernel.vault, together[0])
            course = self._carrier.course(self._carrier.channels.staff, found)
            address = found.addresses.get("mail")
            outcome: Outcome | None = found.flaw if not course else None
            if course[:1] == ("mail",) and isinstance(address, MailAddress):
                outcome = await self._mail_alerts(together, address, None)
                outcome = outcome if len(course) == 1 or isinstance(outcome, Accepted) else None
        except Exception as error:  # noqa: BLE001 - none of them may be forgotten
            await asyncio.gather(*(self._failed(due, error) for due in together))
            return
        ends = (self._attempt(due) if outcome is None else self._endings.of(due, outcome) for due in together)
        await asyncio.gather(*(self._patiently(due, end) for due, end in zip(together, ends, strict=True)))

    async def _alert(self, due: Due) -> Outcome:
        """Over the person's channels: all at once in an emergency, at any hour. Raises: Unavailable."""
        found = await reach(self._kernel.vault, due)
        course = self._carrier.course(self._carrier.channels.staff, found)
        take = await self.taking_link(due) if due.urgent and course else None

        async def attempt(channel: Channel, address: Address) -> Handed:
            return await self.alert_over(channel, address, due, take)

        return await self._carrier.carry(due, course, found, attempt, all_at_once=due.urgent)

    async def alert_over(self, channel: Channel, address: Address, due: Due, take: str | None) -> Handed:
        """One attempt over one channel."""
        if isinstance(address, MailAddress):
            return Handed(await self._mail_alerts((due,), address, take))
        link = take or _link(self._kernel.settings.public_origin, due.case)
        return await self._carrier.short(channel, address, self._short("emergency" if take else "alert", link, due))

    def _short(self, kind: Kind, link: str, due: Due, language: Language | None = None) -> Short:
        return Short(kind, language or self._carrier.channels.language, self._carrier.gate.organisation, link, str(due.id))

    async def _mail_alerts(self, together: Sequence[Due], address: MailAddress, take: str | None) -> Outcome:
        """One mail about all of them. take: in an emergency, of the one person that it goes to."""
        settings = self._kernel.settings
        links = list(dict.fromkeys(_link(settings.public_origin, due.case) for due in together))
        identifiers = [str(due.id) for due in together]
        return await self._mail.send(address, staff_alert(settings.sender_address, address, identifiers, links, take))

    async def taking_link(self, due: Due) -> str:
        """Of one person: an emergency's mail goes to nobody else. Raises: Unavailable."""
        token = await self._alert_links.make(due.stream, due.receiver, self._kernel.clock.now())
        return f"{self._kernel.settings.public_origin}/notifications/a/{token}"

    # guardians ----------------------------------------------------------------------------------------------------

    async def _send_notice(self, due: Due) -> None:
        """The register is asked at the last moment: no sending begins after a mark was acknowledged."""
        notice = (await load(self._kernel.store, NOTICE, due.stream)).state
        asked, told = notice.due, notice.told.get(due.receiver)
        if await self._is_quiet(due):
            return
        if asked is None or await self._is_over(due, asked, notice):
            await self._notes.record(due, "ended", NOTICE_STATES.get(told or "unsafe", "failed"))
            return
        found, link = await reach(self._kernel.vault, due), await self._guardian_link(asked, due.receiver)
        preferred = (await load(self._kernel.store, PREFERENCE, preference_stream(due.receiver))).state
        course = self._carrier.course(preferred.order(self._carrier.channels.families), found)
        if due.step:
            used = await self._carrier.dispatches.used(due.stream, due.receiver, due.id) | ({"mail"} if len(course) == 1 else set())
            course = tuple(each for each in course if each not in used)
        ended: list[Forbidden] = [forbidden] if (forbidden := await self._forbidding.of(asked, due.receiver)) else []

        async def attempt(channel: Channel, address: Address) -> Handed:
            async with self._turns.sending(asked.student):
                forbidden = await self._forbidding.of(asked, due.receiver) or await self._shared_with_unsafe(asked, address)
                if forbidden:
                    ended.append(forbidden)
                    return Handed(Never("no-address"))
                return await self._notice_over(channel, address, due, asked, link, preferred.language)

        if not course and due.step:
            await self._notes.record(due, "ended", "cancelled")  # there is no other channel: the clock of the next step goes on
            return
        outcome = Never("no-address") if ended else await self._carrier.carry(due, course, found, attempt)
        if ended and not isinstance(outcome, Accepted):
            await self._notices.decide(due.stream, EndNotice(guardian=due.receiver, outcome=ended[0]), due.occasion(self._kernel.clock.now()))
            await self._notes.record(due, ended[0], "cancelled")
        else:
            await self._endings.of(due, outcome)

    async def _is_over(self, due: Due, asked: NoticeDue, notice: Notice) -> bool:
        """Whether this message need not leave any more. What was sent leaves again where it is to be repeated, or came back. Raises: Unavailable."""
        told = notice.told.get(due.receiver)
        if notice.revoked or (notice.acknowledged and due.receiver == asked.second):
            return True
        if told != "sent":
            return told is not None
        return bool(notice.last) if due.step else not await self._carrier.came_back(due)

    async def _is_quiet(self, due: Due) -> bool:
        """Also what is tried again, or repeated, lights up no phone at night: then it waits for the morning. Raises: Unavailable."""
        now = self._kernel.clock.now()
        calendar = await self._notices.roster.calendar(due.school or "") if self._quiet else None
        morning = self._quiet.after(now, calendar) if self._quiet and calendar else now
        if morning > now:
            await put_off(self._kernel.database, due.id, morning)
        return morning > now

    async def _shared_with_unsafe(self, asked: NoticeDue, address: Address) -> Forbidden | None:
        """A mailbox or telephone that an unsafe guardian of the student has, too, is theirs. Raises: Unavailable."""
        if asked.student is None:
            return None
        boxes = await self._forbidding.contacts_of_unsafe(asked)
        found = [text for text in await self._kernel.vault.open_many(boxes) if isinstance(text, str)] if boxes else []
        return "unsafe" if any(is_same(text, address) for text in found) else None

    async def _notice_over(
        self, channel: Channel, address: Address, due: Due, asked: NoticeDue, link: str, language: Language | None
    ) -> Handed:  # fmt: skip
        if isinstance(address, MailAddress):
            mail = guardian_notice(self._kernel.settings.sender_address, address, str(due.id), link)
            invitation = await self._invitation(asked, "REQUEST", asked.not_before)
            return Handed(await self._mail.send(address, with_calendar(mail, invitation, address) if invitation else mail))
        return await self._carrier.short(channel, address, self._short("guardian", link, due, language))

    async def _invitation(self, asked: NoticeDue, method: Method, said_at: datetime) -> Invitation | None:
        """None where there is no appointment to come, or somebody unsafe at home may share the calendar (ADR 38). Raises: Unavailable."""
        if asked.asks != "appointment" or asked.meet_at is None or asked.meet_at <= self._kernel.clock.now():
            return None
        register = (await load(self._kernel.store, REGISTER, f"contact-{asked.student}")).state
        if register.unsafe or register.home:
            return None
        return Invitation(f"{asked.case}|{asked.about or asked.notice}|{asked.guardian}", asked.meet_at, said_at, method)

    async def _cancel_appointment(self, due: Due) -> None:
        """Whoever was invited by mail hears by mail that it is off."""
        asked = (await load(self._kernel.store, NOTICE, due.stream)).state.due
        invitation = await self._invitation(asked, "CANCEL", due.queued_at) if asked else None
        address = (await reach(self._kernel.vault, due)).addresses.get("mail")
        if asked is None or invitation is None or not isinstance(address, MailAddress):
            await self._notes.record(due, "ended", "cancelled")
            return
        async with self._turns.sending(asked.student):
            forbidden = await self._forbidding.of(asked, due.receiver) or await self._shared_with_unsafe(asked, address)
            mail = appointment_cancelled(self._kernel.settings.sender_address, address, str(due.id))
            outcome = Never("no-address") if forbidden else await self._mail.send(address, with_calendar(mail, invitation, address))
        await self._endings.of(due, outcome)

    async def _guardian_link(self, asked: NoticeDue, guardian: str) -> str:
        """The same at every attempt under one key. Raises: Unavailable."""
        token = await self._links.make(asked.notice, guardian, holds_until(asked, self._kernel.clock.now()))
        return f"{self._kernel.settings.public_origin}/notifications/n/{token}"

    # accounts -----------------------------------------------------------------------------------------------------

    async def _send_account_mail(self, due: Due) -> None:
        told = await self._account_mail.still_due(due.stream)
        if told is None and await self._carrier.came_back(due):
            await self._endings.of(due, Never("returned"))
            return
        about = await self._account_mail.about(told) if told else None
        if told and about is None:
            await self._account_mails.decide(due.stream, LetLapse(), due.occasion(self._kernel.clock.now()))
        if about is None:
            await self._notes.record(due, "ended", "failed")
            return
        found = await reach(self._kernel.vault, due)
        address = found.addresses.get("mail")
        sent = await self._account_mail.send(str(due.id), address, about) if isinstance(address, MailAddress) else found.flaw
        await self._endings.of(due, sent)

    # agencies -----------------------------------------------------------------------------------------------------

    async def _send_webhook(self, due: Due) -> None:
        found = await self._agency(due.receiver)
        told = await self._told(due, found[2]) if found else None
        if found is None or told is None:
            await self._endings.of(due, Never("no-endpoint"))
            return
        (url, secrets, _), (identifier, body) = found, told
        outcome = await self._webhooks.send(url, secrets, identifier, body, self._kernel.clock.now())
        self._breaker.note(due.receiver, outcome, self._kernel.clock.now(), random.random())  # noqa: S311 - jitter, not a secret
        await self._endings.of_endpoint(due, url, outcome)

    async def _told(self, due: Due, key: bytes) -> tuple[str, bytes] | None:
        """The id and the body of a message to an agency's endpoint; None where there is no such task."""
        origin = self._kernel.settings.public_origin
        if due.is_upkeep:
            identifier = message_id(key, due.receiver, str(due.id))
            return identifier, room_question(origin, identifier, due.queued_at)
        if due.is_of_arrival:
            identifier = message_id(key, due.receiver, str(due.id))
            body = await self._to_districts.answers(due, identifier)
            return None if body is None else (identifier, body)
        task = (await load(self._kernel.store, TASK, due.stream)).state
        requested = task.requested
        if requested is None:
            return None
        if due.step == CANCEL_STEP:
            identifier = message_id(key, due.receiver, str(due.id))
            return identifier, cancel_asked(origin, requested, identifier, due)
        if due.step:  # the number of the school's answer
            identifier = message_id(key, due.receiver, f"{requested.task}|answer|{due.step}")
            return identifier, notice(origin, requested, identifier, due.queued_at, "answered")
        identifier = message_id(key, due.receiver, requested.task)
        return identifier, notice(origin, requested, identifier, due.queued_at, hands_over=task.cautions is not None)

    async def _agency(self, agency: str) -> tuple[str, list[str], bytes] | None:
        """Its address, its secrets, and the key of its messages' ids; None where it has no webhook or was erased."""
        async with self._kernel.database.statement() as connection:
            row: tuple[Any, ...] | None = await (await connection.execute(_AGENCY, (agency,))).fetchone()
        if row is None or row[0] is None:
            return None
        opened = await self._kernel.vault.open_many([Sealed.model_validate(secret) for secret in row[1:] if secret])
        (key,) = await self._kernel.vault.derive_many([f"agency-{agency}"], "contact", "message-id")
        return None if isinstance(key, Erased) else (row[0], [secret for secret in opened if isinstance(secret, str)], key)
