"""Passkeys of accounts: made, used, used again for a step-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webauthn.helpers import bytes_to_base64url

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.names import SignInNames
from services.intake.accounts.new_ways import NewWay
from services.intake.accounts.passkeys.ceremonies import (
    Counted,
    Octets,
    Owner,
    Passkey,
    PasskeyNotProved,
    authenticated,
    authentication_options,
    claimed,
    new_challenge,
    registered,
    registration_options,
)
from services.intake.accounts.passkeys.challenges import Challenges
from services.intake.accounts.passkeys.relying import RelyingParty
from services.intake.accounts.underway import Begun, Underway
from services.intake.accounts.verifiers import Secret, Verifier
from services.intake.domain.credentials import Credential
from services.intake.domain.sign_in_name import Holder
from shared.message import TANGGAP, derived_id

Wanted = Literal["made", "sign-in", "proof"]


class Challenged(Begun):
    """What a browser was asked. wanted: what for. person: whose passkey it must be; None where anybody's will do."""

    challenge: Octets
    wanted: Wanted
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """options: for the device, in JSON. begun: what the browser carries until it answers."""

    options: str
    begun: Challenged


@dataclass(frozen=True, slots=True)
class Passkeys:
    """district: its name, which the device shows."""

    accounts: Accounts
    names: SignInNames
    challenges: Challenges
    underway: Underway
    party: RelyingParty
    district: str

    async def ask_to_make(self, person: str, shown: str) -> Asked:
        """shown: the person's name, so that they know their passkey among several on one device. Raises: Unavailable."""
        begun = self._begun("made", person)
        known = [passkey.id for _, passkey in await self._known(person)]
        owner = Owner(person.encode(), shown)
        return Asked(registration_options(self.party, self.district, owner, begun.challenge, known), begun)

    async def made(self, begun: Challenged | None, person: str, answer: str, name: str) -> NewWay:
        """The passkey that a device has made for this person. name: given by its owner. Raises: PasskeyNotProved, Unavailable."""
        told = _fitting(begun, "made", person)
        passkey, counted = registered(self.party, told.challenge, answer, name)
        await self._spend(told)
        hashed = await self._hashed(passkey.id)
        credential = str(derived_id(TANGGAP, "passkey", hashed, told.challenge.hex()))
        return NewWay(Credential(credential, "passkey", hashed), Secret(credential, "passkey", passkey.model_dump_json(), counted.count))

    def ask(self) -> Asked:
        """Anybody's passkey, to sign in with."""
        begun = self._begun("sign-in", None)
        return Asked(authentication_options(self.party, begun.challenge), begun)

    async def ask_again(self, person: str) -> Asked:
        """A passkey of this person, for a step-up. Raises: Unavailable."""
        begun = self._begun("proof", person)
        return Asked(authentication_options(self.party, begun.challenge, [passkey.id for _, passkey in await self._known(person)]), begun)

    async def signed_in(self, begun: Challenged | None, answer: str) -> str:
        """Who has signed in. Raises: PasskeyNotProved, Unavailable."""
        return (await self._proved(_fitting(begun, "sign-in", None), answer)).person

    async def proved(self, begun: Challenged | None, person: str, answer: str) -> None:
        """This person has proved again that it is them. Raises: PasskeyNotProved, Unavailable."""
        holder = await self._proved(_fitting(begun, "proof", person), answer)
        if holder.person != person:
            raise PasskeyNotProved("other-owner")

    def _begun(self, wanted: Wanted, person: str | None) -> Challenged:
        return Challenged(challenge=new_challenge(), wanted=wanted, person=person, ends=self.underway.ends())

    async def _proved(self, told: Challenged, answer: str) -> Holder:
        holder = await self.names.holder(await self._hashed(claimed(answer)))
        kept = await self._verifier(holder) if holder else None
        if holder is None or kept is None:
            raise PasskeyNotProved("unknown")
        passkey = Passkey.model_validate_json(kept.text)
        counted = authenticated(self.party, told.challenge, answer, passkey, Counted(kept.counter), holder.person.encode())
        await self._spend(told)
        await self._count(holder, counted)
        return holder

    async def _verifier(self, holder: Holder) -> Verifier | None:
        """What verifies it, if it counts now."""
        counts = (await self.accounts.of(holder.person)).verifies(holder.credential)
        return await self.accounts.verifiers.find(holder.person, holder.credential) if counts else None

    async def _count(self, holder: Holder, counted: Counted) -> None:
        """A device's count goes forward, also for two at once: otherwise somebody has copied its key."""
        verifiers, now = self.accounts.verifiers, self.accounts.clock.now()
        if counted.count == 0:
            await verifiers.used(holder.person, holder.credential, now)
        elif not await verifiers.advance(holder.person, holder.credential, counted.count, now):
            raise PasskeyNotProved("count")

    async def _known(self, person: str) -> list[tuple[str, Passkey]]:
        """The passkeys of a person that count, with the ids of their credentials."""
        account = await self.accounts.of(person)
        kept = await self.accounts.verifiers.of(person) if account.of("passkey") else []
        return [
            (each.credential, Passkey.model_validate_json(each.text)) for each in kept if account.verifies(each.credential) and each.kind == "passkey"
        ]

    async def _hashed(self, passkey: bytes) -> str:
        return await self.names.hashed("passkey", bytes_to_base64url(passkey))

    async def _spend(self, told: Challenged) -> None:
        await self.challenges.spend(told.challenge, told.ends, self.accounts.clock.now())


def _fitting(begun: Challenged | None, wanted: Wanted, person: str | None) -> Challenged:
    if begun is None or begun.wanted != wanted or begun.person != person:
        raise PasskeyNotProved("not-asked")
    return begun
