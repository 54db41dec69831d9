"""Receipts: derived from the concern's own key, so that a repeat gives the same one, no rotation ends it, and an erasure does (contracts.md).

18 characters of Crockford's alphabet: six find the concern (30 bits, kept in a read model), twelve prove that one holds the receipt (60 bits).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from services.intake.earlier_receipts import EarlierReceipts
from services.intake.lettering import LENGTH, LOCATOR, lettered, normalised
from shared.sealed import Erased
from shared.sealing import Vault

_GROUP = 3


@dataclass(frozen=True, slots=True)
class Receipts:
    """Makes and checks receipts. earlier: those that the first release gave."""

    vault: Vault
    earlier: EarlierReceipts

    async def receipt(self, concern: str, *, repeated: bool = False) -> str:
        """Six groups of three: `K7F-2QX-…`. repeated: the concern was accepted before, perhaps by the first release."""
        letters = (await self.earlier.letters(concern) if repeated else "") or await self._letters(concern)
        return "-".join(letters[place : place + _GROUP] for place in range(0, LENGTH, _GROUP))

    async def matches(self, told: str, concern: str) -> bool:
        """The receipt belongs to this concern; compared in constant time. Never one of a concern that was erased."""
        given = normalised(told)
        known = [await self._letters(concern), await self.earlier.letters(concern)]
        return any(letters and hmac.compare_digest(given, letters) for letters in known)

    async def _letters(self, concern: str) -> str:
        (key,) = await self.vault.derive_many([f"concern-{concern}"], "concern", "receipt")
        return "" if isinstance(key, Erased) else locator(concern) + lettered(key, LENGTH - LOCATOR)


def locator(concern: str) -> str:
    """The first six characters: not secret, and nothing but a short form of the concern's id."""
    return lettered(sha256(f"tanggap-receipt|{concern}".encode()).digest(), LOCATOR)


def locator_of(told: str) -> str:
    """The locator of a typed receipt."""
    return normalised(told)[:LOCATOR]
