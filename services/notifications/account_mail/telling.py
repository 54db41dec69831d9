"""What becomes of a mail about an account. An invitation that can never arrive is told to whoever made it, in the same append."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.domain import account_mail
from services.notifications.domain.account_mail import ACCOUNT_MAIL, AccountMail, Tell
from services.notifications.views import Roster
from shared.decider import commit, load, write
from shared.eventstore.store import EventStore, Item, Write
from shared.message import Occasion


@dataclass(frozen=True, slots=True)
class AccountMails:
    """Decides about mails of accounts."""

    store: EventStore
    roster: Roster

    async def decide(self, stream: str, command: account_mail.Command, occasion: Occasion) -> None:
        """Appends what the command leads to. Raises: VersionConflict; Unavailable."""

        async def plan() -> Item | None:
            loaded = await load(self.store, ACCOUNT_MAIL, stream)
            events = ACCOUNT_MAIL.decide(command, loaded.state)
            if not events:
                return None
            ended = ACCOUNT_MAIL.fold(events, loaded.state)
            return Item((write(ACCOUNT_MAIL, loaded, events, occasion), *await self._inviters(stream, ended, occasion)))

        await commit(self.store, plan)

    async def _inviters(self, stream: str, mail: AccountMail, occasion: Occasion) -> Sequence[Write]:
        people = await self._people(mail.inviter) if mail.inviter else ()
        return [await self._told(f"{stream}-inviter-{number}", person, occasion) for number, person in enumerate(people)]

    async def _people(self, inviter: str) -> Sequence[str]:
        """Who invited at the terminal has no mailbox here: the district's administrators hear."""
        return await self.roster.posts.holders("system-administrator", "") if inviter.startswith("service:") else (inviter,)

    async def _told(self, stream: str, person: str, occasion: Occasion) -> Write:
        loaded = await load(self.store, ACCOUNT_MAIL, stream)
        return write(ACCOUNT_MAIL, loaded, ACCOUNT_MAIL.decide(Tell(person=person, message="invitation-undelivered"), loaded.state), occasion)
