"""A way in that has just been proved and is not an account's yet."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.verifiers import Secret
from services.intake.domain.account import Accept, AddCredentials
from services.intake.domain.credentials import Credential


@dataclass(frozen=True, slots=True)
class NewWay:
    """credential: with the keyed hash by which its owner is found. keep: what verifies it."""

    credential: Credential
    keep: Secret


@dataclass(frozen=True, slots=True)
class Opening:
    """Makes a new way in count."""

    accounts: Accounts

    async def accept(self, person: str, invitation: str, way: NewWay) -> None:
        """The first way in of somebody who was invited. invitation: hash of their link.

        Raises: InvitationNotValid; NameTaken: it is somebody else's already; NotAllowed: the person was erased; Unavailable.
        """
        clock = self.accounts.clock
        command = Accept(person=person, invitation=invitation, at=clock.now(), credentials=(way.credential,))
        await self.accounts.change(command, occasion_of(person, clock), keep=[way.keep])

    async def add(self, person: str, way: NewWay, *, keeping: str | None) -> None:
        """One more. keeping: the session that goes on.

        Raises: NoAccount; NameTaken: it is somebody else's already; NotAllowed: the person was erased; Unavailable.
        """
        command = AddCredentials(person=person, credentials=(way.credential,))
        await self.accounts.change(command, occasion_of(person, self.accounts.clock), keep=[way.keep], keeping=keeping)
