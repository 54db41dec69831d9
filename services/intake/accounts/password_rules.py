"""Which passwords are refused: too short, too common, or the person's own name (OWASP ASVS 5.0, 6.2). Nothing says what they must be made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Literal

from zxcvbn import zxcvbn

SHORTEST, LONGEST = 8, 256
"""Characters."""

_LOOKED_AT = 64
"""Characters of a password that are looked through for common words: what is longer is no common one."""

_GUESSES = 10**6
"""What a guesser tries in an hour, even as slowly as we let them. Below this a password is common."""

_OF_THE_TRADE = (
    "tanggap", "sekolah", "guru", "konseling", "bimbingan", "konselor", "rahasia", "indonesia", "sayang", "bismillah", "alhamdulillah", "merdeka",
    "pancasila", "garuda", "katasandi", "belajar", "merdekabelajar", "siswa", "kepala", "operator", "dapodik", "admin", "dinas", "pendidikan",
)  # fmt: skip
"""Words that come to mind here first; the lists of zxcvbn know few of them."""

PasswordFlaw = Literal["password-too-short", "password-too-long", "password-common", "password-own-name"]


def flaw_of(password: str, own: Sequence[str]) -> PasswordFlaw | None:
    """What is wrong with a new password; None if nothing is. own: the person's names, address and sign-in name."""
    told = unicodedata.normalize("NFKC", password)
    if len(told) < SHORTEST:
        return "password-too-short"
    if len(told) > LONGEST:
        return "password-too-long"
    words = [word for each in own for word in (each, *each.replace("@", " ").replace(".", " ").split()) if len(word) > 1]
    if _made_of(told, words):
        return "password-own-name"
    looked_at = told[:_LOOKED_AT]
    return "password-common" if int(zxcvbn(looked_at, user_inputs=[*words, *_OF_THE_TRADE])["guesses"]) < _GUESSES else None


_OTHER_LETTERS = 4
"""As many letters of one's own must be left beside one's name."""


def _made_of(password: str, words: Sequence[str]) -> bool:
    """Whether little is left of it without these words, whatever digits stand around them."""
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word.casefold(), "")
    return left != password.casefold() and sum(letter.isalpha() for letter in left) < _OTHER_LETTERS
