"""What the holder of an account must hear about it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.message import PublicEvent
from shared.sealed import ContactText

AccountMessage = Literal["invited", "opened", "changed", "recovery-code-used", "locked", "unlocked", "recovery-asked", "recovered"]
"""What happened to somebody's account. changed: a way in came or went."""


class AccountHolderToBeTold(PublicEvent):
    """One mail to the person whose account it is. link: the address of an invitation, sealed under the person's own key, purpose `contact`; until:
    from when it is refused. by: who invited, and hears where the invitation can never arrive.
    """

    type: Literal["account-holder-to-be-told"] = "account-holder-to-be-told"
    version: Literal[1] = 1
    person: str
    message: AccountMessage
    link: ContactText | None = None
    until: datetime | None = None
    by: str | None = None

    @property
    def ordering_key(self) -> str:
        return self.person
