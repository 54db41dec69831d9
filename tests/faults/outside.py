"""A district seen from outside: what anybody finds who has its dump, its folder with Redis' log, or a backup of before."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from pyrage.x25519 import Identity

from district.backups.making import make
from district.backups.reading import Reading
from district.backups.restoring import Wanted, restore
from district.embedded.cluster import binaries
from district.embedded.postgres import Postgres, start_postgres
from district.embedded.process import as_unprivileged
from district.home import Home
from shared.eventstore.partition import PARTITIONS
from tests.faults.rig import Rig

_LIVING = "SELECT person, purpose FROM keyring.key WHERE person = ANY (%s) AND wrapped IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Backup:
    """file: of a moment before an erasure. key: opens it."""

    file: Path
    key: Identity


def backed_up(district: Rig, folder: Path) -> Backup:
    """All of the district as it is now."""
    key = Identity.generate()
    return Backup(make(district.postgres.url(), district.deployment.secrets, folder / "before.age", key.to_public()).file, key)


def places_with(word: str, district: Rig) -> list[str]:
    """Where a word can be read: in a dump of the database, and in each file of the district, PostgreSQL's own and Redis' log among them."""
    found = ["dump"] if word.encode() in dumped(district.postgres) else []
    return found + [str(each.relative_to(district.folder)) for each in district.folder.rglob("*") if word.encode() in _content(each)]


def _content(path: Path) -> bytes:
    """Empty for a folder, a socket, and a file that the server has taken away meanwhile."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        return b""


def dumped(server: Postgres) -> bytes:
    """As text, every schema of it."""
    command = (*as_unprivileged(), str(binaries() / "pg_dump"), server.url())
    told = subprocess.run(command, check=True, capture_output=True, cwd="/").stdout
    assert b"concern-received" in told
    return told


def living(server: Postgres, owners: list[str]) -> set[tuple[str, str]]:
    """Owner and purpose of the keys that could still open something."""
    with psycopg.connect(server.url()) as connection:
        return set(connection.execute(_LIVING, (owners,)).fetchall())


def brought_back(backup: Backup, journal: Path | None, folder: Path, owners: list[str], word: str) -> tuple[set[tuple[str, str]], bool]:
    """The backup restored, with the journal where one is given, on a server of its own: which keys of these owners live in it, and whether the word can be read there."""
    folder.mkdir(mode=0o700)
    server, reading = start_postgres(folder), Reading(backup.file, backup.key)
    try:
        restore(server.url(), Home(folder), Wanted(reading, journal, "a test"), datetime.now(UTC), partitions=PARTITIONS)
        return living(server, owners), word.encode() in dumped(server)
    finally:
        reading.close()
        server.stop()
