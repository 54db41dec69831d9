"""Receipts: derived from the concern's own key, so that a repeat gives the same one, no rotation ends it, and an erasure does (contracts.md).

A receipt is a secret of 128 bits in forty digits; only its SHA-256 is stored, and leads to the concern. Those of earlier releases hold until their
concern ends: 18 letters of Crockford's alphabet, of which six find the concern (30 bits, kept in a read model) and twelve prove that one holds it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from services.intake.digits import BITS, secret_of, written
from services.intake.domain.concern.state import Concern
from services.intake.earlier_receipts import EarlierReceipts
from services.intake.lettering import LENGTH, LOCATOR, lettered, normalised
from shared.errors import NotAllowed
from shared.sealed import Erased
from shared.sealing import Vault

_GROUP = 3


@dataclass(frozen=True, slots=True)
class Receipts:
    """Makes and checks receipts. earlier: those that the first release gave."""

    vault: Vault
    earlier: EarlierReceipts

    async def fresh(self, concern: str) -> bytes:
        """The secret of a concern that is being accepted. Raises: NotAllowed: it was erased."""
        if key := await self._key(concern):
            return key[: BITS // 8]
        raise NotAllowed("the concern was erased: it has no receipt any more")

    async def again(self, concern: Concern) -> str:
        """The receipt that was given for a concern, as it was given. Raises: NotAllowed: it was erased."""
        told = concern.concern or ""
        if concern.receipt:
            return written(await self.fresh(told))
        letters = await self.earlier.letters(told) or await self._letters(told)
        return "-".join(letters[place : place + _GROUP] for place in range(0, LENGTH, _GROUP))

    async def matches(self, told: str, concern: Concern) -> bool:
        """The receipt belongs to this concern; compared in constant time. Never one of a concern that was erased."""
        if concern.receipt:
            secret, key = secret_of(told), await self._key(concern.concern or "")
            return secret is not None and key is not None and hmac.compare_digest(secret, key[: BITS // 8])
        given = normalised(told)
        known = [await self._letters(concern.concern or ""), await self.earlier.letters(concern.concern or "")]
        return any(letters and hmac.compare_digest(given, letters) for letters in known)

    async def _letters(self, concern: str) -> str:
        """Of a concern that an earlier release accepted."""
        key = await self._key(concern)
        return locator(concern) + lettered(key, LENGTH - LOCATOR) if key else ""

    async def _key(self, concern: str) -> bytes | None:
        (key,) = await self.vault.derive_many([f"concern-{concern}"], "concern", "receipt")
        return None if isinstance(key, Erased) else key


def kept(secret: bytes) -> str:
    """What is stored of a receipt: of 128 random bits nobody finds the secret from its SHA-256."""
    return sha256(b"tanggap-receipt|" + secret).hexdigest()


def locator(concern: str) -> str:
    """The first six letters of an earlier receipt: not secret, and nothing but a short form of the concern's id."""
    return lettered(sha256(f"tanggap-receipt|{concern}".encode()).digest(), LOCATOR)


def leads_from(told: str) -> str:
    """What finds the concern of a typed receipt; empty if it cannot be a receipt."""
    secret = secret_of(told)
    return kept(secret) if secret is not None else normalised(told)[:LOCATOR]
