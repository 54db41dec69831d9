"""Seals what came under a key of its own, that key under the concern's and each student's, and keeps it before any event tells of it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from services.intake.domain.concern.state import Concern
from services.intake.domain.files import File
from shared.attachments.boxes import Part, fresh_key, sealed
from shared.attachments.keeping import Store, Stored
from shared.attachments.taking import Taken
from shared.errors import NotAllowed
from shared.sealed import Sealed
from shared.sealing import Vault


@dataclass(frozen=True, slots=True)
class Attaching:
    """Keeps files for concerns."""

    vault: Vault
    store: Store

    async def keep(self, concern: Concern, files: Sequence[Taken]) -> tuple[File, ...]:
        """What the command says of them. Raises: NotAllowed: the concern was erased. Unavailable."""
        return tuple([await self._one(concern, each) for each in files])

    async def drop(self, files: Sequence[File]) -> None:
        """Of which no event tells, because the same was sent before. Raises: Unavailable."""
        await self.store.drop([each.attachment for each in files])

    async def _one(self, concern: Concern, file: Taken) -> File:
        attachment, key, owner = str(uuid4()), fresh_key(), f"concern-{concern.concern}"
        own = await self._key_for(owner, key, attachment)
        keys = {student: box for student in concern.identified if (box := await self._key_if_living(student, key, attachment))}
        parts: dict[Part, Iterable[bytes]] = {"original": sealed(key, attachment, "original", file.content)}
        if file.picture is not None:
            parts["picture"] = sealed(key, attachment, "picture", file.picture)
        await self.store.keep(Stored(attachment, owner, file.verdict, parts))
        digest = sha256(file.content).hexdigest()
        return File(attachment=attachment, kind=file.kind, octets=len(file.content), digest=digest, key=own, keys=keys)

    async def _key_if_living(self, student: str, key: bytes, attachment: str) -> Sealed | None:
        """None for a student who was erased; the others still hear of it."""
        try:
            return await self._key_for(student, key, attachment)
        except NotAllowed:
            return None

    async def _key_for(self, owner: str, key: bytes, attachment: str) -> Sealed:
        return await self.vault.seal(owner, "concern", b64encode(key).decode(), f"attachment-{attachment}/key")


def key_of(told: str) -> bytes:
    """A file's key as it was sealed here."""
    return b64decode(told)
