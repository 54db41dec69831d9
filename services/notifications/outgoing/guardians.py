"""Notices to guardians: over the channels that they wish, never where the register forbids it, never at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.notifications.channels.carrying import Carrier
from services.notifications.channels.course import Channel
from services.notifications.channels.gateway import Handed
from services.notifications.channels.reaching import Address, is_same, reach
from services.notifications.channels.short import Short
from services.notifications.channels.texts import Language
from services.notifications.contacting import Turns
from services.notifications.domain.notice import NOTICE, EndNotice, Notice, NoticeDue
from services.notifications.domain.outcome import Accepted, Never
from services.notifications.domain.preference import PREFERENCE, preference_stream
from services.notifications.domain.register import REGISTER
from services.notifications.ending import Endings
from services.notifications.families.forbidding import Forbidden, Forbidding
from services.notifications.families.patience import holds_until
from services.notifications.lanes import Due, put_off
from services.notifications.links import Links
from services.notifications.noticing import Notices
from services.notifications.noting import Notes
from services.notifications.projecting import NOTICE_STATES
from services.notifications.quiet import QuietHours
from services.notifications.senders.inviting import Invitation, Method, with_calendar
from services.notifications.senders.mail import MailSender, appointment_cancelled, guardian_notice
from shared.addresses import MailAddress
from shared.decider import load
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class GuardianNotices:
    """turns: one sending or mark at a time for each student. quiet: the hours in which no telephone rings; None in a demonstration."""

    kernel: Kernel
    mail: MailSender
    carrier: Carrier
    turns: Turns
    notices: Notices
    forbidding: Forbidding
    links: Links
    notes: Notes
    endings: Endings
    quiet: QuietHours | None

    async def send(self, due: Due) -> None:
        """The register is asked at the last moment: no sending begins after a mark was acknowledged. Raises: Unavailable."""
        notice = (await load(self.kernel.store, NOTICE, due.stream)).state
        asked, told = notice.due, notice.told.get(due.receiver)
        if await self._is_quiet(due):
            return
        if asked is None or await self._is_over(due, asked, notice):
            await self.notes.record(due, "ended", NOTICE_STATES.get(told or "unsafe", "failed"))
            return
        found, link = await reach(self.kernel.vault, due), await self._guardian_link(asked, due.receiver)
        preferred = (await load(self.kernel.store, PREFERENCE, preference_stream(due.receiver))).state
        course = self.carrier.course(preferred.order(self.carrier.channels.families), found)
        if due.step:
            used = await self.carrier.dispatches.used(due.stream, due.receiver, due.id) | ({"mail"} if len(course) == 1 else set())
            course = tuple(each for each in course if each not in used)
        ended: list[Forbidden] = [forbidden] if (forbidden := await self.forbidding.of(asked, due.receiver)) else []

        async def attempt(channel: Channel, address: Address) -> Handed:
            async with self.turns.sending(asked.student):
                forbidden = await self.forbidding.of(asked, due.receiver) or await self._shared_with_unsafe(asked, address)
                if forbidden:
                    ended.append(forbidden)
                    return Handed(Never("no-address"))
                return await self._notice_over(channel, address, due, asked, link, preferred.language)

        if not course and due.step:
            await self.notes.record(due, "ended", "cancelled")  # there is no other channel: the clock of the next step goes on
            return
        outcome = Never("no-address") if ended else await self.carrier.carry(due, course, found, attempt)
        if ended and not isinstance(outcome, Accepted):
            await self.notices.decide(due.stream, EndNotice(guardian=due.receiver, outcome=ended[0]), due.occasion(self.kernel.clock.now()))
            await self.notes.record(due, ended[0], "cancelled")
        else:
            await self.endings.of(due, outcome)

    async def _is_over(self, due: Due, asked: NoticeDue, notice: Notice) -> bool:
        """Whether this message need not leave any more. What was sent leaves again where it is to be repeated, or came back. Raises: Unavailable."""
        told = notice.told.get(due.receiver)
        if notice.revoked or (notice.acknowledged and due.receiver == asked.second):
            return True
        if told != "sent":
            return told is not None
        return bool(notice.last) if due.step else not await self.carrier.came_back(due)

    async def _is_quiet(self, due: Due) -> bool:
        """Also what is tried again, or repeated, lights up no phone at night: then it waits for the morning. Raises: Unavailable."""
        now = self.kernel.clock.now()
        calendar = await self.notices.roster.calendar(due.school or "") if self.quiet else None
        morning = self.quiet.after(now, calendar) if self.quiet and calendar else now
        if morning > now:
            await put_off(self.kernel.database, due.id, morning)
        return morning > now

    async def _shared_with_unsafe(self, asked: NoticeDue, address: Address) -> Forbidden | None:
        """A mailbox or telephone that an unsafe guardian of the student has, too, is theirs. Raises: Unavailable."""
        if asked.student is None:
            return None
        boxes = await self.forbidding.contacts_of_unsafe(asked)
        found = [text for text in await self.kernel.vault.open_many(boxes) if isinstance(text, str)] if boxes else []
        return "unsafe" if any(is_same(text, address) for text in found) else None

    async def _notice_over(
        self, channel: Channel, address: Address, due: Due, asked: NoticeDue, link: str, language: Language | None
    ) -> Handed:  # fmt: skip
        if isinstance(address, MailAddress):
            mail = guardian_notice(self.kernel.settings.sender_address, address, str(due.id), link)
            invitation = await self._invitation(asked, "REQUEST", asked.not_before)
            return Handed(await self.mail.send(address, with_calendar(mail, invitation, address) if invitation else mail))
        spoken = language or self.carrier.channels.language
        short = Short("guardian", spoken, self.carrier.gate.organisation, link, str(due.id))
        return await self.carrier.short(channel, address, short)

    async def _invitation(self, asked: NoticeDue, method: Method, said_at: datetime) -> Invitation | None:
        """None where there is no appointment to come, or somebody unsafe at home may share the calendar (ADR 38). Raises: Unavailable."""
        if asked.asks != "appointment" or asked.meet_at is None or asked.meet_at <= self.kernel.clock.now():
            return None
        register = (await load(self.kernel.store, REGISTER, f"contact-{asked.student}")).state
        if register.unsafe or register.home:
            return None
        return Invitation(f"{asked.case}|{asked.about or asked.notice}|{asked.guardian}", asked.meet_at, said_at, method)

    async def cancel_appointment(self, due: Due) -> None:
        """Whoever was invited by mail hears by mail that it is off. Raises: Unavailable."""
        asked = (await load(self.kernel.store, NOTICE, due.stream)).state.due
        invitation = await self._invitation(asked, "CANCEL", due.queued_at) if asked else None
        address = (await reach(self.kernel.vault, due)).addresses.get("mail")
        if asked is None or invitation is None or not isinstance(address, MailAddress):
            await self.notes.record(due, "ended", "cancelled")
            return
        async with self.turns.sending(asked.student):
            forbidden = await self.forbidding.of(asked, due.receiver) or await self._shared_with_unsafe(asked, address)
            mail = appointment_cancelled(self.kernel.settings.sender_address, address, str(due.id))
            outcome = Never("no-address") if forbidden else await self.mail.send(address, with_calendar(mail, invitation, address))
        await self.endings.of(due, outcome)

    async def _guardian_link(self, asked: NoticeDue, guardian: str) -> str:
        """The same at every attempt under one key. Raises: Unavailable."""
        token = await self.links.make(asked.notice, guardian, holds_until(asked, self.kernel.clock.now()))
        return f"{self.kernel.settings.public_origin}/notifications/n/{token}"
