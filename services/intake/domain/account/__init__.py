"""The account of one person: invited, opened, its credentials, locked, closed, recovered (people.md, Signing in).

Nothing here verifies anything: password hashes, seeds and public keys stand in a table that can be erased, and this stream says which of them count.
So what was removed, and everything of a closed account, never verifies again, whatever a table still holds. Of an invitation's link only the hash is
kept.
"""

from services.intake.domain.account.deciding import ACCOUNT, Command, decide
from services.intake.domain.account.invitation import (
    Accept,
    AccountExists,
    AccountInvited,
    AccountOpened,
    Invitation,
    InvitationNotValid,
    Invite,
    Way,
)
from services.intake.domain.account.recovery import PROPOSAL_HOLDS, AskForRecovery, GrantRecovery, RecoveryAsked, RecoveryGranted
from services.intake.domain.account.standing import AccountClosed, AccountLocked, AccountUnlocked, Close, Lock, NoAccount, Unlock
from services.intake.domain.account.state import Account, AccountEvent, evolve, initial
from services.intake.domain.account.ways_in import AddCredentials, RecoveryCodeSpent, RemoveCredential, UseRecoveryCode

__all__ = [
    "ACCOUNT",
    "PROPOSAL_HOLDS",
    "Accept",
    "Account",
    "AccountClosed",
    "AccountEvent",
    "AccountExists",
    "AccountInvited",
    "AccountLocked",
    "AccountOpened",
    "AccountUnlocked",
    "AddCredentials",
    "AskForRecovery",
    "Close",
    "Command",
    "GrantRecovery",
    "Invitation",
    "InvitationNotValid",
    "Invite",
    "Lock",
    "NoAccount",
    "RecoveryAsked",
    "RecoveryCodeSpent",
    "RecoveryGranted",
    "RemoveCredential",
    "Unlock",
    "UseRecoveryCode",
    "Way",
    "decide",
    "evolve",
    "initial",
]
