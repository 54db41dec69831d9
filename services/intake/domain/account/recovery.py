"""The way back of somebody who cannot get in any more: two people of the school say so, or the district alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from services.intake.domain.account.invitation import Invite
from services.intake.domain.credentials import AccountChange
from shared.message import Event

PROPOSAL_HOLDS = timedelta(days=1)
"""How long a recovery that one person asked for waits for a second person."""

# commands ----------------------------------------------------------------------------------------------------------


class AskForRecovery(AccountChange):
    """Somebody cannot get in any more: the first of two people of the school says so."""

    by: str
    at: datetime


class GrantRecovery(AccountChange):
    """The second person agrees, or the district alone: every credential ends, and a new invitation holds. alone: by the district's word."""

    invitation: Invite
    at: datetime
    alone: bool = False


# events ------------------------------------------------------------------------------------------------------------


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
