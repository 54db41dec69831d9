"""Invitations: a link of 130 random bits that holds a day, once. Only its hash is kept; mailed, the link itself is sealed (people.md, By link)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.occasions import occasion_of
from services.intake.domain.account import AskForRecovery, GrantRecovery, Invite, Way
from services.intake.lettering import lettered
from shared.database import Database
from shared.message import Occasion
from shared.sealing import Vault
from shared.service import Kernel

HOLDS = timedelta(days=1)

_LETTERS, _OCTETS = 26, 17

_KEEP = "INSERT INTO invitation_link (hash, person, until) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Link:
    """address: the whole of it, to be shown or printed once. until: from when it is refused."""

    address: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Inviting:
    """Makes invitations and finds whose they are. origin: of the district's pages."""

    accounts: Accounts
    database: Database
    vault: Vault
    origin: str

    @classmethod
    def of(cls, kernel: Kernel, accounts: Accounts) -> Inviting:
        """Over a service's own database."""
        return cls(accounts, kernel.database, kernel.vault, kernel.settings.public_origin)

    async def invite(self, person: str, by: str, way: Way, cause: UUID) -> Link:
        """Raises: AccountExists; NotAllowed: the person was erased; Unavailable."""
        command, link, occasion = await self._invitation(person, by, way, cause)
        await self.accounts.change(command, occasion)
        return link

    async def ask_recovery(self, person: str, by: str, cause: UUID) -> None:
        """The first of two people says that somebody cannot get in. Raises: NoAccount; Unavailable."""
        now = self.accounts.clock.now()
        await self.accounts.change(AskForRecovery(person=person, by=by, at=now), occasion_of(by, self.accounts.clock, cause))

    async def recover(self, person: str, by: str, way: Way, cause: UUID, *, alone: bool = False) -> Link:
        """The second of two agrees, or the district decides alone: all credentials end. Raises: NoAccount, SecondPersonNeeded; Unavailable."""
        invite, link, occasion = await self._invitation(person, by, way, cause)
        command = GrantRecovery(person=person, invitation=invite, at=self.accounts.clock.now(), alone=alone)
        await self.accounts.change(command, occasion)
        return link

    async def person_of(self, token: str) -> str | None:
        """Whose account a link opens now; None where it is unknown, used, replaced or expired. Raises: Unavailable."""
        person = await self.holder_of(token)
        if person is None:
            return None
        account = await self.accounts.of(person)
        return person if account.invited_by(hash_of(token), self.accounts.clock.now()) and not account.locked else None

    async def holder_of(self, token: str) -> str | None:
        """For whom a link was made, whether or not it still holds. Raises: Unavailable."""
        async with self.database.acting_as("sign-in").statement() as connection:
            row = await (await connection.execute("SELECT person FROM invitation_link WHERE hash = %s", (hash_of(token),))).fetchone()
        return row[0] if row else None

    async def forget(self, now: datetime) -> None:
        """Drops links that hold no more. Raises: Unavailable."""
        async with self.database.acting_as("sign-in").statement() as connection:
            await connection.execute("DELETE FROM invitation_link WHERE until <= %s", (now,))

    async def _invitation(self, person: str, by: str, way: Way, cause: UUID) -> tuple[Invite, Link, Occasion]:
        token, until = new_token(), self.accounts.clock.now() + HOLDS
        address = f"{self.origin}/intake/undangan/{token}"
        async with self.database.acting_as("sign-in").statement() as connection:
            await connection.execute(_KEEP, (hash_of(token), person, until))
        sealed = await self.vault.seal(person, "contact", address, f"account-{person}/invitation") if way == "mail" else None
        command = Invite(person=person, invitation=hash_of(token), until=until, by=by, way=way, link=sealed)
        return command, Link(address, until), occasion_of(by, self.accounts.clock, cause)


def new_token() -> str:
    """Letters that nobody confuses, for whoever types them from paper."""
    return lettered(secrets.token_bytes(_OCTETS), _LETTERS)


def hash_of(token: str) -> str:
    """What is kept of a link."""
    return sha256(token.upper().encode()).hexdigest()
