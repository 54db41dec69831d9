"""Words of a name as they are compared: without case and accents, and old spellings like new ones."""

from __future__ import annotations

import re
import unicodedata

_OLD = (("oe", "u"), ("dj", "j"), ("tj", "c"), ("sj", "sy"), ("ph", "f"))
"""Spellings before 1972 that names keep: Soekarno and Sukarno are one."""

_DOUBLED = re.compile(r"(.)\1+")
_NOT_OF_A_WORD = re.compile(r"[^\w]+")
_INSIDE_A_WORD = re.compile(r"['’ʼ`´_]+")

_MOHAMMAD = re.compile(r"m[ou]c?h(?=a|$)")
_WHOLE_MOHAMMAD = re.compile(r"muham[ae]d")
_SHORT, _MUHAMAD = ("muh", "md"), "muhamad"
"""The commonest name, however it is written or shortened."""

SHORTEST = 3
"""Letters of a beginning that can be searched for; a shorter word is only found whole."""

LONGEST = 8
"""Letters of the longest beginning that is kept."""


def words_of(text: str) -> list[str]:
    """The words of what somebody typed, in order."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return [word for each in _NOT_OF_A_WORD.split(_INSIDE_A_WORD.sub("", plain)) if (word := _spelled(each))]


def _spelled(word: str) -> str:
    for old, new in _OLD:
        word = word.replace(old, new)
    word = _MOHAMMAD.sub("muh", _DOUBLED.sub(r"\1", word))
    return _MUHAMAD if _WHOLE_MOHAMMAD.fullmatch(word) else word


def _names_in(text: str) -> list[str]:
    """The words of a whole name: a shortened one is the name that it stands for."""
    return [_MUHAMAD if word in _SHORT else word for word in words_of(text)]


def parts_of(name: str) -> set[str]:
    """What a name is found by: each word whole, and each of its beginnings."""
    found = set[str]()
    for word in _names_in(name):
        found |= {_whole(word), *(word[:length] for length in range(SHORTEST, min(len(word), LONGEST) + 1))}
    return found


def asked_by(typed: str, *, whole: bool) -> list[str]:
    """The parts that a name needs to be found by what was typed. whole: only whole words count."""
    return [_whole(word) if whole or len(word) < SHORTEST else word[:LONGEST] for word in _asked(typed, whole=whole)]


def is_found(name: str, typed: str, *, whole: bool) -> bool:
    """Whether each word that was typed begins a word of the name. whole: is one of them."""
    known = _names_in(name)
    return all(any(_fits(each, word, whole=whole) for each in known) for word in _asked(typed, whole=whole))


def _asked(typed: str, *, whole: bool) -> list[str]:
    """A word that may be unfinished stays as it is: `muh` may become Muhlis."""
    return _names_in(typed) if whole else words_of(typed)


def _fits(known: str, word: str, *, whole: bool) -> bool:
    return known == word if whole or len(word) < SHORTEST else known.startswith(word)


def _whole(word: str) -> str:
    return f"={word}"
