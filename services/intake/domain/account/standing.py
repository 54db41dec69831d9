"""Whether an account is open: locked for a while, or closed until a new invitation."""

from __future__ import annotations

from typing import ClassVar, Literal

from services.intake.domain.credentials import AccountChange
from shared.errors import Refused
from shared.message import Event, Outlives

# commands ----------------------------------------------------------------------------------------------------------


class Lock(AccountChange):
    """Nobody signs in until it is unlocked."""

    by: str


class Unlock(AccountChange):
    by: str


class Close(AccountChange):
    """The person left, or the last appointment ended."""


# events ------------------------------------------------------------------------------------------------------------


class AccountLocked(Event):
    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["account-locked"] = "account-locked"
    version: Literal[1] = 1
    person: str
    by: str


class AccountUnlocked(Event):
    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["account-unlocked"] = "account-unlocked"
    version: Literal[1] = 1
    person: str
    by: str


class AccountClosed(Event):
    """Only a new invitation opens it again."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["account-closed"] = "account-closed"
    version: Literal[1] = 1
    person: str


# refusals ----------------------------------------------------------------------------------------------------------


class NoAccount(Refused):
    code = "no-account"
    indonesian = "Orang ini tidak mempunyai akun yang terbuka."
    english = "This person has no open account."
