"""What the account's holder does with their ways in."""

from __future__ import annotations

from services.intake.domain.credentials import AccountChange, Credential
from shared.errors import Refused

# commands ----------------------------------------------------------------------------------------------------------


class AddCredentials(AccountChange):
    """One more way in, or another password, code or set of recovery codes in place of the one before."""

    credentials: tuple[Credential, ...]


class RemoveCredential(AccountChange):
    """One way in ends. With a password go its one-time code and recovery codes."""

    credential: str


class UseRecoveryCode(AccountChange):
    """number: which of the set."""

    credential: str
    number: int


# refusals ----------------------------------------------------------------------------------------------------------


class RecoveryCodeSpent(Refused):
    code = "recovery-code-spent"
    indonesian = "Kode cadangan ini sudah pernah dipakai."
    english = "This recovery code was used before."
