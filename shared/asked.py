"""A command's identity: the client's key, and what tells another body apart. The same key with another body is refused, so no words are swallowed."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from shared.errors import IdempotencyMismatch
from shared.eventstore.store import Idempotency, Outcome, Repeated
from shared.keys import Service
from shared.sealed import Erased, Purpose
from shared.sealing import Vault

_KEYED = "keyed:"
"""Begins what is kept; releases before 28 November 2026 used no key, and theirs has no beginning."""

_PURPOSES: Mapping[Service, Purpose] = {"intake": "concern", "cases": "case", "notifications": "answer"}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Tells one body from another, and is kept in place of it. It is keyed, so nobody who reads the table can try words until one fits."""

    key: bytes = field(repr=False)
    body: bytes = field(repr=False)

    def made(self) -> str:
        """What is kept."""
        return _KEYED + hmac.digest(self.key, self.body, sha256).hex()

    def is_of(self, kept: str) -> bool:
        """Whether `kept` was made of this body."""
        return hmac.compare_digest(kept, self.made() if kept.startswith(_KEYED) else sha256(self.body).hexdigest())


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Makes the fingerprints of a service, under a key of the keyring: no rotation changes it, so a repeat is known whenever it comes."""

    vault: Vault
    service: Service

    async def of(self, body: bytes) -> Fingerprint:
        """Raises: Unavailable."""
        (key,) = await self.vault.derive_many([f"requests-{self.service}"], _PURPOSES[self.service], "request-digest")
        return Fingerprint(b"" if isinstance(key, Erased) else key, body)


@dataclass(frozen=True, slots=True)
class Asked:
    """scope: principal and route. key: the client's, None where there is none. cause: the id from which everything that is decided derives its
    own.
    """

    scope: str
    key: str | None
    fingerprint: Fingerprint
    cause: UUID

    def idempotency(self, answer: str = "") -> Idempotency | None:
        """What is kept with the command's events; None without a key. answer: is given to a repeat."""
        return None if self.key is None else Idempotency(self.scope, self.key, self.fingerprint.made(), answer)

    def require_same(self, outcome: Outcome | None) -> None:
        """Raises: IdempotencyMismatch: the key was used before, for another body."""
        if isinstance(outcome, Repeated) and outcome.fingerprint is not None and not self.fingerprint.is_of(outcome.fingerprint):
            raise IdempotencyMismatch("this Idempotency-Key belongs to another body: use a new key for what you say now")
