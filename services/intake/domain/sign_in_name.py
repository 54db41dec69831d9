"""A name by which somebody is found when they sign in: issuer and subject, a passkey's id, or a chosen name. One stream each, so it is one person's.

The stream is called after a keyed hash of the name: who reads the store learns neither a subject nor an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

# commands ----------------------------------------------------------------------------------------------------------


class TakeName(Fact):
    """A credential of this person is found by it."""

    person: str
    credential: str


class GiveUpName(Fact):
    """That credential was removed."""

    credential: str


Command = TakeName | GiveUpName

# events ------------------------------------------------------------------------------------------------------------


class SignInNameTaken(Event):
    type: Literal["sign-in-name-taken"] = "sign-in-name-taken"
    version: Literal[1] = 1
    person: str
    credential: str


class SignInNameGivenUp(Event):
    type: Literal["sign-in-name-given-up"] = "sign-in-name-given-up"
    version: Literal[1] = 1
    credential: str


NameEvent = SignInNameTaken | SignInNameGivenUp

# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a name leads to."""

    person: str
    credential: str


@dataclass(frozen=True, slots=True)
class SignInName:
    holder: Holder | None = None


initial = SignInName()


def evolve(_: SignInName, event: NameEvent) -> SignInName:
    match event:
        case SignInNameTaken():
            return SignInName(Holder(event.person, event.credential))
        case SignInNameGivenUp():
            return initial
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NameTaken(Refused):
    code = "sign-in-name-taken"
    indonesian = "Nama masuk atau akun ini sudah dipakai orang lain. Pilih yang lain."
    english = "This sign-in name or account is somebody else's already. Choose another."


def decide(command: Command, name: SignInName) -> Sequence[NameEvent]:
    match command:
        case TakeName():
            return _take(command, name.holder)
        case GiveUpName(credential=credential):
            held = name.holder is not None and name.holder.credential == credential
            return [SignInNameGivenUp(credential=credential)] if held else []
        case _:
            assert_never(command)


def _take(command: TakeName, holder: Holder | None) -> Sequence[NameEvent]:
    if holder and holder.person != command.person:
        raise NameTaken
    if holder and holder.credential == command.credential:
        return []
    return [SignInNameTaken(person=command.person, credential=command.credential)]


SIGN_IN_NAME: Decider[Command, SignInName, NameEvent] = Decider(initial, decide, evolve, EventCodec(SignInNameTaken, SignInNameGivenUp))
