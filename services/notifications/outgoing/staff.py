"""Alerts to staff: about a case or the desk, over the channels that a person has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.case_people import KeptPeople
from services.notifications.channels.carrying import Carrier
from services.notifications.channels.course import Channel
from services.notifications.channels.gateway import Handed
from services.notifications.channels.reaching import Address, reach
from services.notifications.channels.short import Short
from services.notifications.domain.outcome import Accepted, Never, Outcome
from services.notifications.lanes import Due
from services.notifications.senders.mail import MailSender, staff_alert
from services.notifications.taking.links import AlertLinks
from shared.addresses import MailAddress
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class StaffAlerts:
    """people: who is kept away from a case. links: by which an emergency is taken in hand."""

    kernel: Kernel
    mail: MailSender
    carrier: Carrier
    people: KeptPeople
    links: AlertLinks

    async def send(self, due: Due) -> Outcome:
        """Over the person's channels: all at once in an emergency, at any hour. Raises: Unavailable."""
        if await self._is_kept_away(due):
            return Never("kept-away")
        found = await reach(self.kernel.vault, due)
        course = self.carrier.course(self.carrier.channels.staff, found)
        take = await self._taking_link(due) if due.urgent and course else None

        async def attempt(channel: Channel, address: Address) -> Handed:
            return await self._over(channel, address, due, take)

        return await self.carrier.carry(due, course, found, attempt, all_at_once=due.urgent)

    async def send_together(self, together: Sequence[Due]) -> Outcome | None:
        """One mail about all of them, to the one person whom they are for. None: each is to be sent by itself, since one of them may not be told any
        more, or the person has other channels and mail failed. Raises: Unavailable.
        """
        found = await reach(self.kernel.vault, together[0])
        course = self.carrier.course(self.carrier.channels.staff, found)
        if not course:
            return found.flaw
        address = found.addresses.get("mail")
        if course[0] != "mail" or not isinstance(address, MailAddress) or await self._is_any_kept_away(together):
            return None
        outcome = await self._mail(together, address, None)
        return outcome if len(course) == 1 or isinstance(outcome, Accepted) else None

    async def send_again(self, channel: Channel, address: Address, due: Due) -> Handed:
        """An emergency over one channel that failed while another took it. Raises: Unavailable."""
        return await self._over(channel, address, due, await self._taking_link(due))

    async def _is_any_kept_away(self, together: Sequence[Due]) -> bool:
        return any([await self._is_kept_away(due) for due in together])

    async def _is_kept_away(self, due: Due) -> bool:
        """Whoever was named in the case, or suspended from it, after the alert began hears no more of it."""
        return bool(due.case) and await self.people.keeps_away(due.case, due.school or "", due.receiver)

    async def _over(self, channel: Channel, address: Address, due: Due, take: str | None) -> Handed:
        if isinstance(address, MailAddress):
            return Handed(await self._mail((due,), address, take))
        link, language = take or self._link(due.case), self.carrier.channels.language
        short = Short("emergency" if take else "alert", language, self.carrier.gate.organisation, link, str(due.id))
        return await self.carrier.short(channel, address, short)

    async def _mail(self, together: Sequence[Due], address: MailAddress, take: str | None) -> Outcome:
        """One mail about all of them. take: in an emergency, of the one person that it goes to."""
        links = list(dict.fromkeys(self._link(due.case) for due in together))
        identifiers = [str(due.id) for due in together]
        return await self.mail.send(address, staff_alert(self.kernel.settings.sender_address, address, identifiers, links, take))

    async def _taking_link(self, due: Due) -> str:
        """Of one person: an emergency's mail goes to nobody else."""
        token = await self.links.make(due.stream, due.receiver, self.kernel.clock.now())
        return f"{self.kernel.settings.public_origin}/notifications/a/{token}"

    def _link(self, case: str) -> str:
        """To the case, or to the desk where a message is about none."""
        origin = self.kernel.settings.public_origin
        return f"{origin}/cases/cases/{case}" if case else f"{origin}/cases/menunggu"
