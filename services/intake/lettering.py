"""How a receipt is written: letters that nobody confuses, and what a person typed as such letters."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})

LOCATOR, LENGTH = 6, 18


def lettered(digest: bytes, count: int) -> str:
    """The first letters of a digest, five bits each, from its end."""
    number = int.from_bytes(digest)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(count))


def normalised(told: str) -> str:
    """What a person typed, without spaces and dashes, look-alikes mended; empty if it cannot be a receipt."""
    letters = "".join(letter for letter in told.upper().translate(_LOOK_ALIKES) if letter in _ALPHABET)
    return letters if len(letters) == LENGTH else ""
