"""Making a backup: everything of one moment, streamed while the district works, then read back before anybody relies on it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg import Connection
from pyrage.x25519 import Identity, Recipient

from district.backups.archive import Archive, written
from district.backups.checking import Checked, check
from district.backups.manifest import ENDING, MANIFEST, SECRETS, Ending, Manifest, Table, TableEnd
from district.backups.snapshot import described, one_moment, pieces
from shared.secretset import SecretSet
from shared.secrettext import written as secrets_written

RELEASE = "0.2.0"


@dataclass(frozen=True, slots=True)
class Made:
    """moment: of what is in it. size: of the file, plain: of what is in it, in bytes. seconds: to write it; checked: to read it back."""

    file: Path
    moment: datetime
    events: int
    size: int
    plain: int
    seconds: float
    checked: Checked


def make(administrator: str, secrets: SecretSet, file: Path, recipient: Recipient) -> Made:
    """Writes a backup and reads it back.

    It is encrypted for `recipient`, and for a key that lives only as long as this call: so it can be checked on a machine that cannot open it later.
    Raises: StartRefused, OSError: nothing was written, and what was there stays.
    """
    once, began = Identity.generate(), time.monotonic()
    with one_moment(administrator) as connection, written(file, (recipient, once.to_public())) as archive:
        manifest = described(connection, RELEASE)
        archive.add(MANIFEST, manifest.model_dump_json().encode())
        archive.add(SECRETS, secrets_written(secrets).encode())
        ending = Ending(tables={table.full_name: _add(connection, archive, table) for table in manifest.tables})
        archive.add(ENDING, ending.model_dump_json().encode())
    seconds = time.monotonic() - began
    plain = sum(each.size for each in ending.tables.values())
    return Made(file, manifest.moment, manifest.events(), file.stat().st_size, plain, seconds, check(file, once))


def _add(connection: Connection[Any], archive: Archive, table: Table) -> TableEnd:
    digest, size, rows = sha256(), 0, 0
    for number, (piece, count) in enumerate(pieces(connection, table)):
        archive.add(f"{table.full_name}/{number}", piece)
        digest.update(piece)
        size, rows = size + len(piece), rows + count
    return TableEnd(rows=rows, size=size, digest=digest.hexdigest())


def manifest_of(made: Made) -> Manifest:
    """What the file said of itself when it was read back."""
    return made.checked.manifest
