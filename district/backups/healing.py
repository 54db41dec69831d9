"""One store that is older than its neighbours: found before anything serves, and healed by name (architecture, decision 23; ADR 49).

Our own restore brings all three to one moment. Other tools, or a standby that was behind, leave one of them older: its neighbours have read what it
does not have any more. From here on it is in a new epoch, so that its readers go back to where both have one history; the journal tells it again what
must outlive; and what it had itself read of its neighbours it reads again from their feeds, under the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from district.backups.reapplying import read_journals, reapply
from district.backups.settling import begin_epochs
from shared.delivery.carried import carried_upto, forget
from shared.errors import StartRefused
from shared.eventstore.epochs import FIRST
from shared.journal.reading import Read
from shared.logins import SERVICES, login_of
from shared.migrate.preparing import OPTIONS
from shared.secretset import SecretSet


@dataclass(frozen=True, slots=True)
class Healed:
    """service: whose store was older. position: of its last event. known_upto: how far neighbours, journal or Redis know it; by: which of them.

    told: events that the journal told it again.
    """

    service: str
    position: int
    known_upto: int
    by: str
    told: int


_HEAD = sql.SQL("SELECT position FROM {schema}.store_head")
_EPOCH = sql.SQL("SELECT id FROM {schema}.epoch ORDER BY number DESC LIMIT 1")
_READ = sql.SQL(
    "SELECT max(c.position) FROM {reader}.checkpoint c WHERE c.source = %s AND %s = coalesce("
    "(SELECT e.id FROM {reader}.source_epoch e WHERE e.source = c.source ORDER BY e.number DESC LIMIT 1), %s)"
)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Redis, which may remember what a store does not have any more. partitions: of each source."""

    url: str
    partitions: int


def heal(administrator: str, journal: Path, secrets: Callable[[], SecretSet], now: datetime, carrier: Carrier) -> list[Healed]:
    """Looks at the three stores and heals what is older than it should be, all in one transaction; what was healed.

    secrets: are asked for where there is a journal to read.

    Raises: StartRefused: something is to be healed and services are connected. Invalid: the journal is damaged.
    """
    with psycopg.connect(administrator, connect_timeout=10, options=f"{OPTIONS} -c row_security=off -c statement_timeout=0") as connection:
        journals = read_journals(journal, secrets()) if _there(journal) else {}
        older = {service: found for service in SERVICES if (found := _older(connection, service, journals.get(service), carrier))}
        if older:
            _refuse_connected(connection, older)
            begin_epochs(connection, tuple(older), now, alone=True)
        for service in older if carrier.url else ():
            forget(carrier.url, service)
        return [_healed(connection, found, journals.get(service), carrier.partitions) for service, found in older.items()]


def _there(journal: Path) -> bool:
    return any((journal / f"{service}.journal").exists() for service in SERVICES)


def _older(connection: Connection[Any], service: str, read: Read | None, carrier: Carrier) -> Healed | None:
    """What is known of the store beyond its last event, in the epoch that it is in."""
    schema = {"schema": sql.Identifier(service)}
    head, epoch = _one(connection, _HEAD.format(**schema)) or 0, _one(connection, _EPOCH.format(**schema)) or FIRST
    known = {reader: _read_by(connection, reader, service, epoch) for reader in SERVICES if reader != service}
    known["Redis"] = carried_upto(carrier.url, service, epoch, carrier.partitions) if carrier.url else 0
    if read and read.head.epoch == epoch:
        known["journal"] = read.head.position
    by, upto = max(known.items(), key=lambda each: each[1])
    return Healed(service, head, upto, by, 0) if upto > head else None


def _read_by(connection: Connection[Any], reader: str, source: str, epoch: object) -> int:
    return _one(connection, _READ.format(reader=sql.Identifier(reader)), source, epoch, FIRST) or 0


def _healed(connection: Connection[Any], found: Healed, read: Read | None, partitions: int) -> Healed:
    told = reapply(connection, found.service, read.told, partitions=partitions) if read else 0
    return Healed(found.service, found.position, found.known_upto, found.by, told)


def _refuse_connected(connection: Connection[Any], older: Mapping[str, Healed]) -> None:
    query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY (%s))"
    if _one(connection, query, [login_of(service) for service in SERVICES]):
        names = ", ".join(f"{each.service} ({each.by} knows it up to {each.known_upto}, it ends at {each.position})" for each in older.values())
        raise StartRefused(f"a store is older than its neighbours: {names}. Stop the district on every machine, then ./tanggap migrate heals it")


def _one(connection: Connection[Any], query: sql.Composed | str, *wanted: object) -> Any:
    row = connection.execute(query if isinstance(query, sql.Composed) else query.encode(), wanted).fetchone()
    return row[0] if row else None
