"""An invitation to an account: made, followed once, replaced by a newer one. Of its link only the hash is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.intake.domain.credentials import AccountChange, Credential
from shared.errors import Refused
from shared.message import Event
from shared.sealed import ContactText

Way = Literal["mail", "paper"]
"""How an invitation reaches the person."""

# commands ----------------------------------------------------------------------------------------------------------


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


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invitation:
    """The one that holds: a newer one replaces it."""

    hash: str
    until: datetime


# refusals ----------------------------------------------------------------------------------------------------------


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
