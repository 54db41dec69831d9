"""Mails an agency's office what the directory asks of it, with a link to answer by. No value of any case, school or student is at hand here."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.outcome import Outcome
from services.notifications.lanes import Due
from services.notifications.partners.mailing import LinkMail
from services.notifications.senders.mail import MailSender, upkeep_mail
from services.notifications.upkeep.links import UNDER, AgencyLinks
from shared.addresses import MailAddress
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class UpkeepMail:
    """Composes and sends. link_mail: knows the offices' mailboxes."""

    kernel: Kernel
    mail: MailSender
    link_mail: LinkMail

    async def send(self, due: Due) -> Outcome:
        """One attempt. Raises: Unavailable."""
        address = await self.link_mail.address(due.receiver)
        if not isinstance(address, MailAddress):
            return address
        token = await AgencyLinks(self.kernel.database, self.kernel.keys).make(due.receiver, due.id, self.kernel.clock.now())
        link = f"{self.kernel.settings.public_origin}{UNDER}{token}"
        return await self.mail.send(address, upkeep_mail(self.kernel.settings.sender_address, address, str(due.id), link))
