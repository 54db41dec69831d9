"""The files of issued documents: bytes sealed under the subject's key, found by what they are about or by the secret of their QR code.

Hash and secret are kept only as keyed hashes: the secret's under a key of this service, the file's under the subject's own, so that an erasure ends
both the file and the comparing of copies (architecture, decision 22).
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from shared.database import Database
from shared.sealed import Erased, Purpose, Sealed
from shared.sealing import Vault

_OURS = "letters-cases"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands. register: the stream that says what was issued. subject: the stream it is about. whose: under whose keys it lies."""

    document: str
    register: str
    subject: str
    whose: str
    school: str


@dataclass(frozen=True, slots=True)
class Files:
    """Keeps and finds them. Raises `Unavailable` while database or keyring do not answer."""

    database: Database
    vault: Vault

    async def secret_digest(self, secret: str) -> str:
        """The keyed hash of a QR code's secret."""
        (key,) = await self.vault.derive_many([_OURS], "case", "letter-secret")
        return "" if isinstance(key, Erased) else hmac.digest(key, secret.encode(), sha256).hex()

    async def file_digest(self, whose: str, purpose: Purpose, plain: bytes) -> str | Erased:
        """The keyed hash of a file. plain: its SHA-256."""
        (key,) = await self.vault.derive_many([whose], purpose, "letter-digest")
        return key if isinstance(key, Erased) else hmac.digest(key, plain, sha256).hex()

    async def announce(self, place: Place, verification: str) -> None:
        """Makes a document findable, before it is issued; one that is not issued then is never shown."""
        row = (place.document, bytes.fromhex(verification), place.register, place.subject, place.whose, place.school)
        async with self.database.acting_as("letters").statement() as connection:
            await connection.execute("INSERT INTO issued_document VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", row)

    async def keep(self, place: Place, purpose: Purpose, file: bytes) -> str:
        """Seals and keeps a file; its digest. Raises: NotAllowed: the subject was erased."""
        digest = await self.file_digest(place.whose, purpose, sha256(file).digest())
        sealed = await self.vault.seal(place.whose, purpose, b64encode(file).decode(), f"document-{place.document}/{digest}")
        row = (place.document, bytes.fromhex(str(digest)), sealed.kid, sealed.context, b64decode(sealed.box))
        async with self.database.acting_as("letters").statement() as connection:
            await connection.execute("INSERT INTO document_file VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", row)
        return str(digest)

    async def file(self, document: str, digest: str) -> bytes | Erased | None:
        """The kept bytes; `Erased` where the key is gone, None where there are none."""
        query = "SELECT kid, context, box FROM document_file WHERE document = %s AND digest = %s"
        async with self.database.acting_as("letters").statement() as connection:
            row = await (await connection.execute(query, (document, bytes.fromhex(digest)))).fetchone()
        if row is None:
            return None
        opened = await self.vault.open(Sealed(kid=row[0], context=row[1], box=b64encode(row[2]).decode()))
        return opened if isinstance(opened, Erased) else b64decode(opened)

    async def place(self, document: str) -> Place | None:
        """Where a document stands."""
        found = await self._places("document", document)
        return found[0] if found else None

    async def about(self, subject: str) -> Sequence[Place]:
        """Every document about a stream, also some that were never issued."""
        return await self._places("subject", subject)

    async def by_secret(self, secret: str) -> tuple[Place, str] | None:
        """The document of a QR code, and the digest that its event must have."""
        digest = await self.secret_digest(secret)
        found = await self._places("verification", bytes.fromhex(digest))
        return (found[0], digest) if found else None

    async def _places(self, column: str, value: str | bytes) -> list[Place]:
        async with self.database.acting_as("letters").statement() as connection:
            rows = await (await connection.execute(_QUERIES[column], (value,))).fetchall()
        return [Place(*row) for row in rows]


_QUERIES = {
    "document": "SELECT DISTINCT document, register, subject, whose, school FROM issued_document WHERE document = %s",
    "subject": "SELECT DISTINCT document, register, subject, whose, school FROM issued_document WHERE subject = %s ORDER BY document",
    "verification": "SELECT document, register, subject, whose, school FROM issued_document WHERE verification = %s",
}
