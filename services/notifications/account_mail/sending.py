"""Sends a mail about an account, if it is still to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.account_mail.composing import About, Letters
from services.notifications.domain.account_mail import ACCOUNT_MAIL, AccountMailDue
from services.notifications.domain.outcome import Outcome
from services.notifications.senders.mail import MailSender
from shared.addresses import MailAddress
from shared.decider import load
from shared.sealed import Erased
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class AccountMailSender:
    """kernel: of notifications. mail: the connection to the mail server."""

    kernel: Kernel
    mail: MailSender
    letters: Letters

    async def still_due(self, stream: str) -> AccountMailDue | None:
        """What this mail is to say; None where it ended already. Raises: Unavailable."""
        return (await load(self.kernel.store, ACCOUNT_MAIL, stream)).state.waits

    async def about(self, told: AccountMailDue) -> About | None:
        """What stands in the mail; None where its invitation holds no more, or its person was erased. Raises: Unavailable."""
        if told.link is None:
            return About(told.message)
        link = await self.kernel.vault.open(told.link)
        lapsed = told.until is not None and told.until <= self.kernel.clock.now()
        return None if lapsed or isinstance(link, Erased) else About(told.message, link, told.until)

    async def send(self, identifier: str, address: MailAddress, about: About) -> Outcome:
        """Makes one attempt."""
        return await self.mail.send(address, self.letters.composed(address, identifier, about))
