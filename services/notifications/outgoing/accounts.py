"""Mails about accounts: invitations, new devices, endings."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.account_mail.sending import AccountMailSender
from services.notifications.account_mail.telling import AccountMails
from services.notifications.channels.carrying import Carrier
from services.notifications.channels.reaching import reach
from services.notifications.domain.account_mail import LetLapse
from services.notifications.domain.outcome import Never
from services.notifications.ending import Endings
from services.notifications.lanes import Due
from services.notifications.noting import Notes
from shared.addresses import MailAddress
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class AccountMessages:
    """mails: composes and sends one. telling: decides about it."""

    kernel: Kernel
    carrier: Carrier
    mails: AccountMailSender
    telling: AccountMails
    notes: Notes
    endings: Endings

    async def send(self, due: Due) -> None:
        """What is no longer to be sent lapses. Raises: Unavailable."""
        told = await self.mails.still_due(due.stream)
        if told is None and await self.carrier.came_back(due):
            await self.endings.of(due, Never("returned"))
            return
        about = await self.mails.about(told) if told else None
        if told and about is None:
            await self.telling.decide(due.stream, LetLapse(), due.occasion(self.kernel.clock.now()))
        if about is None:
            await self.notes.record(due, "ended", "failed")
            return
        found = await reach(self.kernel.vault, due)
        address = found.addresses.get("mail")
        sent = await self.mails.send(str(due.id), address, about) if isinstance(address, MailAddress) else found.flaw
        await self.endings.of(due, sent)
