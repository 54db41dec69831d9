"""A command's identity: the client's key, and what tells another body apart. The same key with another body is refused, so no words are swallowed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from shared.errors import IdempotencyMismatch
from shared.eventstore.store import Idempotency, Outcome, Repeated
from shared.keys import Keys


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Tells one body from another, and is kept in place of it. It is keyed, so nobody who reads the table can try words until one fits.

    After its key's overlap a body can be compared no more. It then counts as another one, because words that are refused are not lost.
    """

    keys: Keys
    body: bytes = field(repr=False)

    def made(self) -> str:
        """What is kept: the id of the key and the digest under it."""
        key = self.keys.active("request-digest")
        return f"{key.id}:{self._digest(key.value)}"

    def is_of(self, kept: str) -> bool:
        """Whether `kept` was made of this body, also by a release before 28 November 2026, which used no key."""
        key_id, keyed, digest = kept.rpartition(":")
        if not keyed:
            return hmac.compare_digest(digest, sha256(self.body).hexdigest())
        key = self.keys.find("request-digest", key_id)
        return key is not None and hmac.compare_digest(digest, self._digest(key.value))

    def _digest(self, key: bytes) -> str:
        return hmac.digest(key, self.body, sha256).hex()


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
