"""Which files came with a concern, kept from intake's events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from shared.attachments.kinds import Kind
from shared.database import Database
from shared.events import ConcernAttached
from shared.sealed import Sealed

_KEEP = (
    "INSERT INTO attached_v1 (attachment, whose, concern, kind, octets, digest, key, position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
_OF = (
    "SELECT DISTINCT ON (attachment) position, attachment, concern, kind, octets, digest, key FROM attached_v1"
    " WHERE concern = ANY (%s) AND whose = ANY (%s) ORDER BY attachment, whose = ''"
)
_FORGET = "DELETE FROM attached_v1 WHERE (whose = %s AND whose <> '') OR concern = ANY (%s)"
_NOBODY = ""
"""In `whose`: the strands of students whom the concern does not identify."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """digest: the SHA-256 of the original, in hexadecimal. key: of the file, sealed for whoever's strand it is."""

    position: int
    attachment: str
    concern: str
    kind: Kind
    octets: int
    digest: str
    key: Sealed


class AttachedFiles:
    """Keeps and finds them. Raises `Unavailable` while the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database.acting_as("attachments")

    async def keep(self, told: ConcernAttached, position: int) -> None:
        """Told twice, it is kept once."""
        facts = (told.attachment, told.student or _NOBODY, told.concern, told.kind, told.octets, told.digest, Jsonb(told.key.model_dump()), position)
        async with self._database.statement() as connection:
            await connection.execute(_KEEP, facts)

    async def of(self, concerns: Sequence[str], student: str | None) -> list[AttachedFile]:
        """In the order in which they came. student: whose case it is; files that came for another student alone are not in it."""
        whose = [student, _NOBODY] if student else [_NOBODY]
        async with self._database.statement() as connection:
            rows = await (await connection.execute(_OF, (list(concerns), whose))).fetchall()
        found = [
            AttachedFile(position, attachment, concern, kind, octets, digest, Sealed.model_validate(key))
            for position, attachment, concern, kind, octets, digest, key in rows
        ]
        return sorted(found, key=lambda each: each.position)

    async def forget(self, person: str, concerns: Sequence[str]) -> int:
        """Of whom was erased, if anybody, and of concerns that ended; how many there were. person: nobody where it is empty."""
        async with self._database.connection() as connection:
            return (await connection.execute(_FORGET, (person, list(concerns)))).rowcount
