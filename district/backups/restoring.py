"""Restoring a district: its stores and its keyring as they were at a moment, and nobody let in by what was handed out since or before."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from district import logins
from district.backups.loading import load
from district.backups.manifest import Manifest
from district.backups.reading import Reading
from district.backups.reapplying import read_journals, reapply, require_covered
from district.backups.settling import Settled, begin_epochs, settle
from district.home import ROOT, Home
from shared.errors import Fault, Invalid, StartRefused
from shared.logins import SERVICES, login_of
from shared.migrate.preparing import OPTIONS
from shared.secretfile import alone, write_secrets
from shared.secretset import SecretName, SecretSet, new_secret

_ROTATED: tuple[SecretName, ...] = ("access", "intake", "cases", "notifications")
"""What lets people and services in. The master secret stays: it opens the keyring."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: everything committed before the manifest's moment. told: how many events of the journal were told again.

    kept_until: until when each journal was kept. uncovered: services of which something after the moment is not known, and since when.
    seconds: until it could be served again.
    """

    manifest: Manifest
    stores: tuple[str, ...]
    rows: int
    settled: Settled
    told: int
    kept_until: Mapping[str, datetime]
    uncovered: Mapping[str, datetime]
    seconds: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to restore. journal: the folder of the journal, None: there is none. accepted_by: who accepts what it does not cover."""

    reading: Reading
    journal: Path | None
    accepted_by: str = ""


def restore(administrator: str, home: Home, wanted: Wanted, now: datetime, *, partitions: int) -> Restored:
    """Restores a whole district into a database and a home folder that hold none yet.

    Raises: Invalid: the backup cannot be used. StartRefused: somebody lives there, or services are connected. Nothing was changed then.
    """
    began, reading = time.monotonic(), wanted.reading
    _refuse_newer(reading.manifest)
    _refuse_inhabited(administrator)
    journals = read_journals(wanted.journal, reading.secrets)
    only = {service: frozenset(reading.manifest.stores[service].migrations) for service in SERVICES}
    logins.migrate(administrator, home.folder, new_passwords=True, only=only)
    with _restoring(administrator) as connection:
        rows = load(connection, reading, ("keyring", *SERVICES))
        open_since = require_covered(connection, journals, reading.manifest.moment, wanted.accepted_by)
        begin_epochs(connection, SERVICES, reading.manifest.moment, wanted.accepted_by if open_since else "")
        told = sum(reapply(connection, service, read.told, partitions=partitions) for service, read in journals.items())
        settled = settle(connection, now, partitions=partitions)
        _keep_secrets(home, renewed(reading.secrets, now))
    logins.migrate(administrator, home.folder, new_passwords=True)
    kept_until = {service: read.head.at for service, read in journals.items()}
    return Restored(reading.manifest, SERVICES, rows, settled, told, kept_until, open_since, time.monotonic() - began)


def renewed(secrets: SecretSet, now: datetime) -> SecretSet:
    """With new secrets in place of those that let people in: the old ones are kept to verify what they signed, and accepted no more."""
    for name in _ROTATED:
        newest = secrets.of(name)[-1]
        since = max(now - timedelta(seconds=2), newest.since or now - timedelta(seconds=2)).replace(microsecond=0)
        secrets = secrets.rotated(name, new_secret(), since=max(since, newest.since or since), until=since + timedelta(seconds=1))
    return secrets


def _keep_secrets(home: Home, secrets: SecretSet) -> None:
    """Before the data is committed: data without its secrets would be lost, secrets without data are not."""
    with alone(home.secrets_file):
        write_secrets(home.secrets_file, secrets)


def _refuse_newer(manifest: Manifest) -> None:
    for service in SERVICES:
        known = {path.name for path in (ROOT / "services" / service / "schema").glob("*.sql")}
        unknown = set(manifest.stores[service].migrations) - known
        if unknown:
            raise Invalid(
                Fault("/file", "newer-release"),
                message=f"this backup is of a newer release (it has {min(unknown)} of {service}): restore it with that release, or a newer one",
            )


def _refuse_inhabited(administrator: str) -> None:
    with psycopg.connect(administrator, autocommit=True) as connection:
        _refuse_connected(connection)
        living = [service for service in SERVICES if _events(connection, service)]
    if living:
        raise StartRefused(
            f"a district lives here already ({', '.join(living)}): restore into an empty folder (TANGGAP_HOME) or database, or one store with --only"
        )


def _refuse_connected(connection: Connection[Any]) -> None:
    query = "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY (%s) ORDER BY 1"
    found = [name for (name,) in connection.execute(query, ([login_of(service) for service in SERVICES],)).fetchall()]
    if found:
        raise StartRefused(f"services are connected to this database ({', '.join(found)}): stop the district first, on every machine")


def _events(connection: Connection[Any], service: str) -> int:
    there = connection.execute("SELECT to_regclass(%s)", (f"{service}.event",)).fetchone()
    if not there or there[0] is None:
        return 0
    row = connection.execute(sql.SQL("SELECT count(*) FROM (SELECT FROM {}.event LIMIT 1) AS found").format(sql.Identifier(service))).fetchone()
    return int(row[0]) if row else 0


def _restoring(administrator: str) -> Connection[Any]:
    """One transaction over everything that a restore changes: it is all there, or nothing of it is."""
    return psycopg.connect(administrator, autocommit=False, connect_timeout=10, options=f"{OPTIONS} -c row_security=off -c statement_timeout=0")
