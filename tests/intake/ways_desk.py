"""Passkeys and issuers' accounts of an intake over a real store."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.names import SignInNames
from services.intake.accounts.new_ways import Opening
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.openid.desk import OpenIdAccounts
from services.intake.accounts.passkeys.challenges import Challenges
from services.intake.accounts.passkeys.desk import Passkeys
from services.intake.accounts.passkeys.relying import RelyingParty
from services.intake.accounts.underway import Underway
from services.intake.accounts.verifiers import Verifiers
from services.intake.domain.account import Account, Invite
from shared.service import Kernel
from tests.intake.passkeys_device import Device

PARTY = RelyingParty("tanggap.contoh.id", "https://tanggap.contoh.id")


@dataclass
class WaysDesk:
    kernel: Kernel

    def __post_init__(self) -> None:
        kernel = self.kernel
        self.clock = kernel.clock
        self.verifiers = Verifiers(kernel.database, kernel.vault)
        self.accounts = Accounts(kernel.store, self.verifiers, self.clock)
        self.names = SignInNames(kernel.store, kernel.vault)
        self.opening = Opening(self.accounts)
        underway = Underway(kernel.keys, "passkey", secure=True)
        self.passkeys = Passkeys(self.accounts, self.names, Challenges(kernel.database), underway, PARTY, "Kabupaten Contoh")

    def openid(self, **clients) -> OpenIdAccounts:
        return OpenIdAccounts(self.accounts, self.names, clients)

    async def do(self, command, by: str = "budi") -> Account:
        return await self.accounts.change(command, occasion_of(by, self.clock))

    async def invited(self, person: str) -> str:
        """The hash of a new link."""
        link = uuid4().hex
        await self.do(Invite(person=person, invitation=link, until=self.clock.now() + timedelta(days=1), by="budi", way="paper"))
        return link

    async def made(self, person: str, device: Device, name: str = "HP saya"):
        begun = (await self.passkeys.ask_to_make(person, "Ibu Ani")).begun
        return await self.passkeys.made(begun, person, device.makes(begun.challenge), name)

    async def opened(self, person: str, device: Device) -> None:
        """An account with one passkey."""
        await self.opening.accept(person, await self.invited(person), await self.made(person, device))

    async def signs_in(self, device: Device, handle: bytes | None = None) -> str:
        begun = self.passkeys.ask().begun
        return await self.passkeys.signed_in(begun, device.answers(begun.challenge, handle))
