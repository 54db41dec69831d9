"""What verifies: one row a credential (ten for recovery codes), in a table of its own that can be erased (people.md, Signing in).

A row is written before the event that makes its credential count, and removed after the event that ends it. So a row without its credential has no
effect, and a credential without its row never verifies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from services.intake.domain.credentials import CredentialKind
from shared.database import Database
from shared.sealed import Erased, Sealed
from shared.sealing import ToSeal, Vault


@dataclass(frozen=True, slots=True)
class Secret:
    """Text that verifies a credential: a password's hash, a seed, a public key with what belongs to it. Sealed before it is kept.

    counter: where counting begins. part: which of several rows of one credential.
    """

    credential: str
    kind: CredentialKind
    text: str
    counter: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Hashed:
    """A keyed hash that verifies, as of one recovery code. part: its number."""

    credential: str
    kind: CredentialKind
    hash: bytes
    part: int


@dataclass(frozen=True, slots=True)
class Verifier:
    """A secret as it is kept, opened. used_at: when it last verified."""

    credential: str
    kind: CredentialKind
    text: str
    counter: int
    added_at: datetime
    used_at: datetime | None


_KEEP = (
    "INSERT INTO verifier (person, credential, part, kind, sealed, hash, counter, added_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
_SECRETS = (
    "SELECT credential, kind, sealed, counter, added_at, used_at FROM verifier WHERE person = %s AND sealed IS NOT NULL ORDER BY added_at, credential"
)
_HASHES = "SELECT part, hash FROM verifier WHERE person = %s AND credential = %s AND hash IS NOT NULL"
_COUNT = (
    "UPDATE verifier SET counter = %s, used_at = %s WHERE person = %s AND credential = %s AND part = 0 AND counter < %s RETURNING credential"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verifiers:
    """The table."""

    database: Database
    vault: Vault

    async def keep(self, person: str, rows: Sequence[Secret | Hashed], at: datetime) -> None:
        """Keeps rows, each once. Raises: NotAllowed: the person was erased. Unavailable."""
        secrets = [each for each in rows if isinstance(each, Secret)]
        boxes = await self.vault.seal_many([ToSeal(person, "sign-in", each.text, f"account-{person}/{each.credential}") for each in secrets])
        kept = [
            (each.credential, each.part, each.kind, Jsonb(box.model_dump()), None, each.counter) for each, box in zip(secrets, boxes, strict=True)
        ]
        hashed = [(each.credential, each.part, each.kind, None, each.hash, 0) for each in rows if isinstance(each, Hashed)]
        async with self.database.acting_as("sign-in").connection() as connection:
            for row in (*kept, *hashed):
                await connection.execute(_KEEP, (person, *row, at))

    async def of(self, person: str) -> list[Verifier]:
        """Every secret of a person that can still be opened. Raises: Unavailable."""
        async with self.database.acting_as("sign-in").statement() as connection:
            rows = await (await connection.execute(_SECRETS, (person,))).fetchall()
        texts = await self.vault.open_many([Sealed.model_validate(row[2]) for row in rows])
        return [Verifier(row[0], row[1], text, *row[3:]) for row, text in zip(rows, texts, strict=True) if not isinstance(text, Erased)]

    async def find(self, person: str, credential: str) -> Verifier | None:
        """The secret of one credential; None where there is none, or its key was destroyed. Raises: Unavailable."""
        return next((each for each in await self.of(person) if each.credential == credential), None)

    async def hashes(self, person: str, credential: str) -> dict[int, bytes]:
        """The hashes of a credential that has several parts, by number. Raises: Unavailable."""
        async with self.database.acting_as("sign-in").statement() as connection:
            cursor = await connection.execute(_HASHES, (person, credential))
            return {part: bytes(kept) for part, kept in await cursor.fetchall()}

    async def advance(self, person: str, credential: str, counter: int, at: datetime) -> bool:
        """Whether the counter moved forward to this, so that what was counted counts once, also for two at once. Raises: Unavailable."""
        async with self.database.acting_as("sign-in").statement() as connection:
            cursor = await connection.execute(_COUNT, (counter, at, person, credential, counter))
            return await cursor.fetchone() is not None

    async def used(self, person: str, credential: str, at: datetime) -> None:
        """It verified just now. Raises: Unavailable."""
        async with self.database.acting_as("sign-in").statement() as connection:
            await connection.execute("UPDATE verifier SET used_at = %s WHERE person = %s AND credential = %s", (at, person, credential))

    async def drop(self, person: str, credentials: Sequence[str]) -> None:
        """What is kept of these is gone. Raises: Unavailable."""
        async with self.database.acting_as("sign-in").statement() as connection:
            await connection.execute("DELETE FROM verifier WHERE person = %s AND credential = ANY (%s)", (person, list(credentials)))
