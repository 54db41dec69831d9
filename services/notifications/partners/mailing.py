"""Mails the link of a referral to an agency that has no webhook. The mail says that there is a message, and nothing of what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from services.notifications.domain.outcome import Never, Outcome
from services.notifications.domain.task import TASK
from services.notifications.lanes import Due
from services.notifications.partners.links import TaskLinks
from services.notifications.projecting import VIEW
from services.notifications.senders.mail import MailSender, agency_notice
from shared.addresses import MailAddress, mail_address
from shared.decider import load
from shared.eventstore.generations import answering
from shared.sealed import Sealed
from shared.service import Kernel

_MAIL = sql.SQL("SELECT mail FROM agency_v1 WHERE generation = {} AND agency = %s").format(answering(VIEW))


@dataclass(frozen=True, slots=True)
class LinkMail:
    """Composes and sends."""

    kernel: Kernel
    mail: MailSender
    links: TaskLinks

    async def send(self, due: Due) -> Outcome:
        """One attempt. due.step: the number of the link. Raises: Unavailable."""
        task = (await load(self.kernel.store, TASK, due.stream)).state
        address = await self.address(due.receiver)
        if not isinstance(address, MailAddress):
            return address
        if task.requested is None or task.link.number != due.step:
            return Never("no-address")  # another link was asked for meanwhile: this one would open nothing
        token = await self.links.make(task.requested.task, due.step, self.kernel.clock.now())
        link = f"{self.kernel.settings.public_origin}/notifications/r/{token}"
        return await self.mail.send(address, agency_notice(self.kernel.settings.sender_address, address, str(due.id), link))

    async def address(self, agency: str) -> MailAddress | Never:
        """Of the agency's office. Raises: Unavailable."""
        async with self.kernel.database.statement() as connection:
            row: tuple[Any, ...] | None = await (await connection.execute(_MAIL, (agency,))).fetchone()
        opened = await self.kernel.vault.open(Sealed.model_validate(row[0])) if row and row[0] else None
        if not isinstance(opened, str) or not opened:
            return Never("no-address")
        address = mail_address(opened)
        return address if isinstance(address, MailAddress) else Never("not-an-address", address.code)
