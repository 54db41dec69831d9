"""What an account has come to, folded from its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from services.intake.domain.account.invitation import AccountInvited, AccountOpened, Invitation
from services.intake.domain.account.recovery import RecoveryAsked, RecoveryGranted
from services.intake.domain.account.standing import AccountClosed, AccountLocked, AccountUnlocked
from services.intake.domain.credentials import Credential, CredentialAdded, CredentialRemoved, RecoveryCodeUsed
from shared.events import AccountHolderToBeTold
from shared.two_people import Proposal

AccountEvent = (
    AccountInvited
    | AccountOpened
    | CredentialAdded
    | CredentialRemoved
    | RecoveryCodeUsed
    | AccountLocked
    | AccountUnlocked
    | AccountClosed
    | RecoveryAsked
    | RecoveryGranted
    | AccountHolderToBeTold
)


@dataclass(frozen=True, slots=True)
class Account:
    """credentials: those that count, by id. used: numbers of recovery codes. asked_at: when a recovery was asked for."""

    credentials: Mapping[str, Credential] = field(default_factory=dict)
    used: frozenset[int] = frozenset()
    invitation: Invitation | None = None
    locked: bool = False
    closed: bool = False
    recovery: Proposal | None = None
    asked_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Somebody can sign in with it."""
        return bool(self.credentials) and not self.locked and not self.closed

    def verifies(self, credential: str) -> bool:
        """Whether this credential counts now."""
        return self.open and credential in self.credentials

    def of(self, *kinds: str) -> tuple[Credential, ...]:
        """The credentials of these kinds."""
        return tuple(each for each in self.credentials.values() if each.kind in kinds)

    def invited_by(self, link: str, at: datetime) -> bool:
        """Whether the link with this hash may be followed now."""
        return self.invitation is not None and self.invitation.hash == link and at < self.invitation.until


initial = Account()


def evolve(account: Account, event: AccountEvent) -> Account:  # noqa: C901 - one line for each event
    match event:
        case AccountInvited():
            return replace(account, invitation=Invitation(event.invitation, event.until))
        case AccountOpened():
            return replace(account, invitation=None, closed=False)
        case CredentialAdded():
            used = frozenset[int]() if event.kind == "recovery-codes" else account.used
            return replace(account, credentials={**account.credentials, event.credential: event.told()}, used=used)
        case CredentialRemoved():
            left = {name: each for name, each in account.credentials.items() if name != event.credential}
            return replace(account, credentials=left)
        case RecoveryCodeUsed():
            return replace(account, used=account.used | {event.number})
        case AccountLocked() | AccountUnlocked():
            return replace(account, locked=isinstance(event, AccountLocked))
        case AccountClosed():
            return replace(account, closed=True, locked=False, invitation=None, recovery=None, asked_at=None)
        case RecoveryAsked():
            return replace(account, recovery=Proposal("recovery", event.by), asked_at=event.at)
        case RecoveryGranted():
            return replace(account, recovery=None, asked_at=None, locked=False)
        case AccountHolderToBeTold():
            return account
        case _:
            assert_never(event)
