"""Parts of a name as keyed tokens: without the key nobody can tell which part a token is of."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from shared.keys import Key, Keys

_OCTETS = 8


def token_of(key: Key, part: str) -> int:
    """Of the width of PostgreSQL's `bigint`."""
    return int.from_bytes(hmac.digest(key.value, part.encode(), sha256)[:_OCTETS], "big", signed=True)


def tokens_of(keys: Keys, parts: Iterable[str]) -> list[list[int]]:
    """For each part its token under every key that may still be in use: a rotation hides nobody."""
    accepted = keys.accepted("name-index")
    return [[token_of(key, part) for key in accepted] for part in parts]
