"""Receipts. A keyed hash of the concern's id gives the receipt, so a repeat gives the same one and none is stored (contracts.md, HTTP).

18 characters of Crockford's alphabet: six find the concern (30 bits, kept in a read model), twelve prove that one holds the receipt (60 bits).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_LOCATOR, _LENGTH, _GROUP = 6, 18, 3


@dataclass(frozen=True, slots=True)
class Receipts:
    """Makes and checks receipts. key: the deployment's secret."""

    key: bytes

    def receipt(self, concern: str) -> str:
        """Six groups of three: `K7F-2QX-…`."""
        letters = self._letters(concern)
        return "-".join(letters[place : place + _GROUP] for place in range(0, _LENGTH, _GROUP))

    def locator(self, concern: str) -> str:
        """The first six characters: not secret."""
        return self._letters(concern)[:_LOCATOR]

    def matches(self, told: str, concern: str) -> bool:
        """Whether the receipt belongs to this concern, compared in constant time."""
        return hmac.compare_digest(normalised(told), self._letters(concern))

    def _letters(self, concern: str) -> str:
        digest = int.from_bytes(hmac.digest(self.key, f"receipt|{concern}".encode(), sha256))
        return "".join(_ALPHABET[digest >> 5 * place & 31] for place in range(_LENGTH))


def normalised(told: str) -> str:
    """What a person typed, without spaces and dashes and with look-alike letters corrected. Empty if it cannot be a receipt."""
    letters = "".join(letter for letter in told.upper().translate(_LOOK_ALIKES) if letter in _ALPHABET)
    return letters if len(letters) == _LENGTH else ""


def locator_of(told: str) -> str:
    """The locator of a typed receipt."""
    return normalised(told)[:_LOCATOR]
