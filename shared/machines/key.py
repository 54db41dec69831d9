"""The key of a machine: of an agency's own system, or of an integrator that reads figures or the directory (people.md, Signing in; ADR 43).

A key is `tgk_<id>_<secret>`. The id may be shown and logged; the secret has 256 random bits and is shown once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, NamedTuple, Protocol

from shared.errors import Unavailable

HolderKind = Literal["agency", "integrator"]

PREFIX = "tgk_"

LONGEST = timedelta(days=400)
"""No key holds longer: a year, and time to change it."""

_FORM = re.compile(r"tgk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class ShownKey(NamedTuple):
    """What a request showed. digest: SHA-256 of the whole key, in hexadecimal; the key itself goes no further than the process that was asked."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that holds. holder: id of the agency, or what the integrator is called. scopes: as shared/permissions.toml names them."""

    id: str
    holder: str
    kind: HolderKind
    scopes: frozenset[str]
    until: datetime


class KeyLookUp(Protocol):
    """Tells which keys hold."""

    async def of(self, value: str) -> ApiKey | None:
        """The key with this value; None where none such holds now. Raises: Unavailable: nobody can tell."""


class KeyWord(Protocol):
    """Intake's word on keys, or the way to it."""

    async def look(self, shown: Sequence[ShownKey]) -> Mapping[ShownKey, ApiKey]:
        """Those that hold now. Raises: Unavailable: intake does not answer."""


class NoKeys:
    """Where no key is known of at all."""

    async def of(self, value: str) -> ApiKey | None:  # noqa: ARG002 - as the others are asked
        raise Unavailable("keys of machines cannot be looked up here")


def new_key() -> str:
    """A new key, to be shown once and kept nowhere."""
    return f"{PREFIX}{secrets.token_hex(8)}_{secrets.token_urlsafe(32)}"


def shown_key(value: str) -> ShownKey | None:
    """What this value shows; None where it is no key of ours by its form."""
    found = _FORM.fullmatch(value)
    return ShownKey(found[1], sha256(value.encode()).hexdigest()) if found else None
