"""Accounts of issuers as ways into accounts of ours: linked once by an invitation, found by issuer and subject, never by a mail address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.names import SignInNames
from services.intake.accounts.new_ways import NewWay
from services.intake.accounts.openid.client import Journey, OpenIdClient
from services.intake.accounts.openid.refusing import NotProved
from services.intake.accounts.openid.tokens import Proof
from services.intake.accounts.underway import Begun
from services.intake.accounts.verifiers import Secret
from services.intake.domain.credentials import Credential
from shared.errors import Refused
from shared.message import TANGGAP, derived_id

Wanted = Literal["sign-in", "accept", "add", "proof"]


class Travelling(Begun):
    """What a browser carries to an issuer and back. wanted: what for. next: where it goes then. invitation: of the link that is accepted.
    person: who was signed in when it left.
    """

    journey: Journey
    wanted: Wanted
    next: str
    invitation: str | None = None
    person: str | None = None


class NotInvited(Refused):
    """Somebody proved who they are at an issuer, and no account of ours is theirs."""

    code = "not-invited"
    status = 403
    indonesian = (
        "Akun ini belum terhubung dengan Tanggap. Mintalah undangan kepada koordinator BK atau operator sekolah,"
        " lalu hubungkan akun ini lewat undangan itu."
    )
    english = (
        "This account is not connected with Tanggap yet. Ask the coordinator or the school's operator for an invitation,"
        " and connect this account by it."
    )


@dataclass(frozen=True, slots=True)
class OpenIdAccounts:
    """clients: of every issuer of the settings, by our id of it."""

    accounts: Accounts
    names: SignInNames
    clients: Mapping[str, OpenIdClient]

    def client(self, issuer: str) -> OpenIdClient:
        """Raises: NotProved: there is no such issuer."""
        if issuer not in self.clients:
            raise NotProved("no-such-issuer")
        return self.clients[issuer]

    async def signed_in(self, proof: Proof) -> str:
        """Whose account it is. Raises: NotInvited: nobody's, or it counts no more; Unavailable."""
        holder = await self.names.holder(await self._hashed(proof))
        account = await self.accounts.of(holder.person) if holder else None
        if holder is None or account is None or not account.verifies(holder.credential):
            raise NotInvited
        if await self.accounts.verifiers.find(holder.person, holder.credential) is None:
            raise NotInvited  # the person was erased
        await self.accounts.verifiers.used(holder.person, holder.credential, self.accounts.clock.now())
        return holder.person

    async def proved(self, proof: Proof, person: str) -> None:
        """This person has proved again that it is them. Raises: NotInvited; NotProved: it is somebody else; Unavailable."""
        if await self.signed_in(proof) != person:
            raise NotProved("other-owner")

    async def made(self, proof: Proof, journey: Journey) -> NewWay:
        """The account as a new way in. Raises: Unavailable."""
        hashed = await self._hashed(proof)
        credential = str(derived_id(TANGGAP, "openid", hashed, journey.state))
        return NewWay(Credential(credential, "openid", hashed), Secret(credential, "openid", self.clients[journey.issuer].issuer.name))

    async def _hashed(self, proof: Proof) -> str:
        return await self.names.hashed("openid", proof.issuer, proof.subject)
