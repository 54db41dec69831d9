"""Destroying keys of persons, for good, with the one login that may (architecture, decision 8; ADR 50)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import LiteralString, get_args

import psycopg
from psycopg import AsyncConnection

from shared.errors import Unavailable
from shared.sealed import Purpose

Owner = tuple[str, str]
"""Whose keys, and of which purpose."""

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

_PATIENCE = 5


def all_of(owner: str) -> list[Owner]:
    """Every key that an owner has or could have."""
    return [(owner, purpose) for purpose in PURPOSES]


@dataclass(frozen=True, slots=True)
class Destroyer:
    """url: the address with the login `tanggap_erasure`; empty where this district gave none."""

    url: str = field(repr=False)

    async def destroy(self, owners: Sequence[Owner]) -> int:
        """How many keys lived until now. None of these owners ever gets a key of that purpose again. Raises: Unavailable."""
        return await self._asked("SELECT keyring.destroy(%s, %s)", owners)

    async def living(self, owners: Sequence[Owner]) -> int:
        """How many of these keys are there still. Raises: Unavailable."""
        return await self._asked("SELECT keyring.count_living(%s, %s)", owners)

    async def _asked(self, query: LiteralString, owners: Sequence[Owner]) -> int:
        if not self.url:
            raise Unavailable(
                "nobody may destroy keys here: give ERASURE_DATABASE_PASSWORD to ./tanggap migrate, and TANGGAP_ERASURE_DATABASE_URL to intake"
            )
        try:
            async with await AsyncConnection.connect(self.url, autocommit=True, connect_timeout=_PATIENCE) as connection:
                found = await (await connection.execute(query, ([each for each, _ in owners], [purpose for _, purpose in owners]))).fetchone()
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.InsufficientPrivilege) as error:
            raise Unavailable(f"keys cannot be destroyed now ({type(error).__name__}): look at TANGGAP_ERASURE_DATABASE_URL and the server") from None
        return int(found[0]) if found else 0
