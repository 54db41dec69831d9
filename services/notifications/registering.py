"""Registering an agency: its secrets are sealed under its own key, and a repeat with the same ones is quiet."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from services.notifications.domain.agency import AGENCY, AgencyRegistered
from shared.decider import load
from shared.errors import NotAllowed
from shared.eventstore.store import EventStore
from shared.sealed import Erased, Sealed
from shared.sealing import Vault

_OWN = "own:"
"""Begins a digest under the agency's own key; the first release made them under its token key, without a beginning."""


class AgencySecrets(NamedTuple):
    """What an agency's webhooks are signed with: both sign while the agency changes from the old one to the new one. mail: of its office."""

    secret: str | None
    old_secret: str | None
    mail: str | None = None


@dataclass(frozen=True, slots=True)
class Registering:
    """What of a registration depends on keys."""

    store: EventStore
    vault: Vault

    async def sealed(self, agency: str, secrets: AgencySecrets) -> dict[str, Sealed | None]:
        """The secrets by name, sealed."""
        owner = f"agency-{agency}"
        return {
            name: await self.vault.seal(owner, "contact", value, f"{owner}/{name}") if value else None for name, value in secrets._asdict().items()
        }

    async def digest(self, agency: str, secrets: AgencySecrets) -> str:
        """Tells whether the secrets are those that are known. Raises: NotAllowed: the agency was erased."""
        (key,) = await self.vault.derive_many([f"agency-{agency}"], "contact", "agency-secret-digest")
        if isinstance(key, Erased):
            raise NotAllowed("the agency was erased: nothing new can be kept about it")
        known = (await load(self.store, AGENCY, f"agency-{agency}")).state.registered
        if known and not known.digest.startswith(_OWN) and await self._opened(known) == secrets:
            return known.digest
        told = f"{secrets.secret}|{secrets.old_secret}" + (f"|{secrets.mail}" if secrets.mail else "")
        return _OWN + hmac.digest(key, told.encode(), sha256).hex()

    async def _opened(self, known: AgencyRegistered) -> AgencySecrets:
        opened = [await self.vault.open(box) if box else None for box in (known.secret, known.old_secret, known.mail)]
        return AgencySecrets(*(text if isinstance(text, str) else None for text in opened))
