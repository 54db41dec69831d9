"""The account of one person: invited, opened, its credentials, locked, closed, recovered (people.md, Signing in).

Nothing here verifies anything: password hashes, seeds and public keys stand in a table that can be erased, and this stream says which of them count.
So what was removed, and everything of a closed account, never verifies again, whatever a table still holds. Of an invitation's link only the hash is
kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from services.intake.domain.credentials import (
    AccountChange,
    Credential,
    CredentialAdded,
    CredentialRemoved,
    NeedsWayIn,
    RecoveryCodeUsed,
    RemovedBecause,
    is_complete,
    superseded,
)
from shared.decider import Decider
from shared.errors import Refused
from shared.events import AccountHolderToBeTold, AccountMessage
from shared.eventstore.codec import EventCodec
from shared.message import Event
from shared.sealed import ContactText
from shared.two_people import Proposal, second_of

PROPOSAL_HOLDS = timedelta(days=1)
"""How long a recovery that one person asked for waits for a second person."""

# commands ----------------------------------------------------------------------------------------------------------

Way = Literal["mail", "paper"]
"""How an invitation reaches the person."""


class Invite(AccountChange):
    """A link is made. invitation: SHA-256 of its random part, in hexadecimal. until: from when it is refused. by: who invites. link: the whole
    address, sealed; only where it is to be mailed.
    """

    invitation: str
    until: datetime
    by: str
    way: Way
    link: ContactText | None = None


class Accept(AccountChange):
    """The link was followed, and the person chose how to sign in. at: when."""

    invitation: str
    at: datetime
    credentials: tuple[Credential, ...]


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


class Lock(AccountChange):
    """Nobody signs in until it is unlocked."""

    by: str


class Unlock(AccountChange):
    by: str


class Close(AccountChange):
    """The person left, or the last appointment ended."""


class AskForRecovery(AccountChange):
    """Somebody cannot get in any more: the first of two people of the school says so."""

    by: str
    at: datetime


class GrantRecovery(AccountChange):
    """The second person agrees, or the district alone: every credential ends, and a new invitation holds. alone: by the district's word."""

    invitation: Invite
    at: datetime
    alone: bool = False


Command = Invite | Accept | AddCredentials | RemoveCredential | UseRecoveryCode | Lock | Unlock | Close | AskForRecovery | GrantRecovery


# events ------------------------------------------------------------------------------------------------------------


class AccountInvited(Event):
    """A link may be followed until then, once."""

    type: Literal["account-invited"] = "account-invited"
    version: Literal[1] = 1
    person: str
    invitation: str
    until: datetime
    by: str
    way: Way


class AccountOpened(Event):
    """An invitation was accepted; what was chosen follows in the same append."""

    type: Literal["account-opened"] = "account-opened"
    version: Literal[1] = 1
    person: str
    invitation: str


class AccountLocked(Event):
    type: Literal["account-locked"] = "account-locked"
    version: Literal[1] = 1
    person: str
    by: str


class AccountUnlocked(Event):
    type: Literal["account-unlocked"] = "account-unlocked"
    version: Literal[1] = 1
    person: str
    by: str


class AccountClosed(Event):
    """Only a new invitation opens it again."""

    type: Literal["account-closed"] = "account-closed"
    version: Literal[1] = 1
    person: str


class RecoveryAsked(Event):
    type: Literal["recovery-asked"] = "recovery-asked"
    version: Literal[1] = 1
    person: str
    by: str
    at: datetime


class RecoveryGranted(Event):
    """proposed_by: the first of two people; None where the district decided alone."""

    type: Literal["recovery-granted"] = "recovery-granted"
    version: Literal[1] = 1
    person: str
    by: str
    proposed_by: str | None


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


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invitation:
    """The one that holds: a newer one replaces it."""

    hash: str
    until: datetime


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


# decide ------------------------------------------------------------------------------------------------------------


class InvitationNotValid(Refused):
    """One answer for unknown, used, replaced and expired."""

    code = "invitation-not-valid"
    status = 404
    indonesian = "Undangan ini tidak berlaku lagi. Mintalah undangan baru kepada koordinator BK atau operator sekolah."
    english = "This invitation does not hold any more. Ask the coordinator or the school's operator for a new one."


class AccountExists(Refused):
    code = "account-exists"
    indonesian = "Orang ini sudah mempunyai akun. Bila tidak dapat masuk, gunakan pemulihan akun."
    english = "This person has an account already. If they cannot get in, recover the account."


class NoAccount(Refused):
    code = "no-account"
    indonesian = "Orang ini tidak mempunyai akun yang terbuka."
    english = "This person has no open account."


class RecoveryCodeSpent(Refused):
    code = "recovery-code-spent"
    indonesian = "Kode cadangan ini sudah pernah dipakai."
    english = "This recovery code was used before."


def decide(command: Command, account: Account) -> Sequence[AccountEvent]:
    match command:
        case Invite():
            return _invite(command, account)
        case Accept():
            return _accept(command, account)
        case AddCredentials():
            return _add(command, account)
        case RemoveCredential():
            return _remove(command, account)
        case UseRecoveryCode():
            return _use(command, account)
        case Lock() | Unlock():
            return _lock(command, account)
        case Close():
            return _close(command, account)
        case AskForRecovery():
            return _ask(command, account)
        case GrantRecovery():
            return _grant(command, account)
        case _:
            assert_never(command)


def _invite(command: Invite, account: Account) -> Sequence[AccountEvent]:
    if account.credentials and not account.closed:
        raise AccountExists
    held = account.invitation
    return [] if held and held.hash == command.invitation else _invited(command)


def _invited(command: Invite) -> Sequence[AccountEvent]:
    invited = AccountInvited(person=command.person, invitation=command.invitation, until=command.until, by=command.by, way=command.way)
    mail = AccountHolderToBeTold(person=command.person, message="invited", link=command.link, until=command.until, by=command.by)
    return [invited, mail] if command.link else [invited]


def _told(person: str, message: AccountMessage) -> AccountHolderToBeTold:
    """Whoever holds the account hears of everything that somebody else could have done to it."""
    return AccountHolderToBeTold(person=person, message=message)


def _accept(command: Accept, account: Account) -> Sequence[AccountEvent]:
    if account.credentials.keys() >= {each.id for each in command.credentials} and command.credentials:
        return []  # the same form, sent twice
    if account.locked or not account.invited_by(command.invitation, command.at):
        raise InvitationNotValid
    if not is_complete(command.credentials):
        raise NeedsWayIn
    opened = AccountOpened(person=command.person, invitation=command.invitation)
    return [opened, *_added(command.person, command.credentials), _told(command.person, "opened")]


def _added(person: str, credentials: Sequence[Credential]) -> Sequence[CredentialAdded]:
    return [CredentialAdded(person=person, credential=each.id, kind=each.kind, name=each.name) for each in credentials]


def _add(command: AddCredentials, account: Account) -> Sequence[AccountEvent]:
    if account.closed or account.locked or not account.credentials:
        raise NoAccount
    new = [each for each in command.credentials if each.id not in account.credentials]
    old = superseded(account.credentials.values(), new)
    if not is_complete([*(each for each in account.credentials.values() if each not in old), *new]):
        raise NeedsWayIn
    return [*_added(command.person, new), *_removed(command.person, old, "replaced"), _told(command.person, "changed")] if new else []


def _removed(person: str, credentials: Sequence[Credential], why: RemovedBecause) -> Sequence[CredentialRemoved]:
    return [CredentialRemoved(person=person, credential=each.id, why=why) for each in credentials]


def _remove(command: RemoveCredential, account: Account) -> Sequence[AccountEvent]:
    gone = account.credentials.get(command.credential)
    if gone is None:
        return []
    going = account.of("password", "one-time-code", "recovery-codes") if gone.kind == "password" else (gone,)
    if not is_complete([each for each in account.credentials.values() if each not in going]):
        raise NeedsWayIn
    return [*_removed(command.person, going, "person"), _told(command.person, "changed")]


def _use(command: UseRecoveryCode, account: Account) -> Sequence[AccountEvent]:
    if not account.verifies(command.credential):
        raise NoAccount
    if command.number in account.used:
        raise RecoveryCodeSpent
    used = RecoveryCodeUsed(person=command.person, credential=command.credential, number=command.number)
    return [used, _told(command.person, "recovery-code-used")]


def _lock(command: Lock | Unlock, account: Account) -> Sequence[AccountEvent]:
    if account.closed or not account.credentials:
        raise NoAccount
    if account.locked == isinstance(command, Lock):
        return []
    if isinstance(command, Lock):
        return [AccountLocked(person=command.person, by=command.by), _told(command.person, "locked")]
    return [AccountUnlocked(person=command.person, by=command.by), _told(command.person, "unlocked")]


def _close(command: Close, account: Account) -> Sequence[AccountEvent]:
    if account.closed or not (account.credentials or account.invitation):
        return []
    gone = _removed(command.person, tuple(account.credentials.values()), "closed")
    return [AccountClosed(person=command.person), *gone]


def _ask(command: AskForRecovery, account: Account) -> Sequence[AccountEvent]:
    if account.closed or not account.credentials:
        raise NoAccount
    if account.recovery and _fresh(account, command.at):
        return []  # the first one stays the first: who asks again is no second person
    return [RecoveryAsked(person=command.person, by=command.by, at=command.at), _told(command.person, "recovery-asked")]


def _grant(command: GrantRecovery, account: Account) -> Sequence[AccountEvent]:
    if account.invitation and account.invitation.hash == command.invitation.invitation:
        return []
    if account.closed or not account.credentials:
        raise NoAccount
    proposal = account.recovery if _fresh(account, command.at) else None
    first = None if command.alone else second_of(proposal, command.invitation.by).by
    granted = RecoveryGranted(person=command.person, by=command.invitation.by, proposed_by=first)
    gone = _removed(command.person, tuple(account.credentials.values()), "recovery")
    return [granted, *gone, _told(command.person, "recovered"), *_invited(command.invitation)]


def _fresh(account: Account, at: datetime) -> bool:
    return account.asked_at is not None and at - account.asked_at < PROPOSAL_HOLDS


ACCOUNT: Decider[Command, Account, AccountEvent] = Decider(
    initial,
    decide,
    evolve,
    EventCodec(
        AccountInvited,
        AccountOpened,
        CredentialAdded,
        CredentialRemoved,
        RecoveryCodeUsed,
        AccountLocked,
        AccountUnlocked,
        AccountClosed,
        RecoveryAsked,
        RecoveryGranted,
        AccountHolderToBeTold,
    ),
)
