"""Ids as an agency meets them. What names a child or a school is a keyed hash under the agency's own key, so two agencies cannot join theirs."""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from shared.errors import NotAllowed
from shared.message import TANGGAP, derived_id
from shared.sealed import Erased
from shared.sealing import Vault

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LENGTH = 26


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes them."""

    vault: Vault

    async def of(self, agency: str, kind: str, name: str) -> str:
        """The same for the same agency, whatever key rotates; another for every other agency. Raises: NotAllowed: the agency was erased."""
        (key,) = await self.vault.derive_many([f"agency-{agency}"], "contact", "agency-pseudonym")
        if isinstance(key, Erased):
            raise NotAllowed("the agency was erased")
        return b32encode(hmac.digest(key, f"{kind}|{name}".encode(), sha256)).decode().lower()[:_LENGTH]


def fhir_id(name: str) -> str:
    """An id of the directory as FHIR allows it."""
    return name if _ID.fullmatch(name) else sha256(name.encode()).hexdigest()[:32]


def service_id(agency: str, service: str) -> str:
    """Of a service that an agency offers."""
    return str(derived_id(TANGGAP, "service", agency, service))
