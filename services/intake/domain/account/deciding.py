"""Decides what may become of an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from services.intake.domain.account.invitation import Accept, AccountExists, AccountInvited, AccountOpened, InvitationNotValid, Invite
from services.intake.domain.account.recovery import PROPOSAL_HOLDS, AskForRecovery, GrantRecovery, RecoveryAsked, RecoveryGranted
from services.intake.domain.account.standing import AccountClosed, AccountLocked, AccountUnlocked, Close, Lock, NoAccount, Unlock
from services.intake.domain.account.state import Account, AccountEvent, evolve, initial
from services.intake.domain.account.ways_in import AddCredentials, RecoveryCodeSpent, RemoveCredential, UseRecoveryCode
from services.intake.domain.credentials import (
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
from shared.events import AccountHolderToBeTold, AccountMessage
from shared.eventstore.codec import EventCodec
from shared.two_people import second_of

Command = Invite | Accept | AddCredentials | RemoveCredential | UseRecoveryCode | Lock | Unlock | Close | AskForRecovery | GrantRecovery


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
