"""One store that is older than its neighbours: found before anything serves, and healed by name (architecture, decision 23; ADR 49, 60).

Our own restore brings all three to one moment. Other tools, or a standby that was behind, leave one of them older: its neighbours have read what it
does not have any more. From here on it is in a new epoch, so that its readers go back to where both have one history; the journal tells it again what
must outlive; and what it had itself read of its neighbours it reads again from their feeds, under the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from district.backups.older import Carrier, Older, older
from district.backups.reapplying import read_journals, reapply
from district.backups.rewritten import Rewritten, carried_otherwise, go_back, rewritten
from district.backups.settling import begin_epochs
from shared.delivery.carried import forget
from shared.errors import StartRefused
from shared.journal.reading import Read
from shared.logins import SERVICES, login_of
from shared.migrate.preparing import OPTIONS
from shared.secretset import SecretSet


@dataclass(frozen=True, slots=True)
class Healed:
    """What was older, and is not any more. told: how many events the journal told it again."""

    was: Older
    told: int

    def __str__(self) -> str:
        return (
            f"a store was older than its neighbours: {self.was}. "
            f"It begins a new epoch, its readers go back and name what is lost, and the journal told it {self.told} events again"
        )


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Who had read another history of a store than it has, and has gone back."""

    was: Rewritten

    def __str__(self) -> str:
        return f"a store has another history than was read of it: {self.was}. {self.was.reader} reads on from there and names what is lost"


def heal(administrator: str, journal: Path, secrets: Callable[[], SecretSet], now: datetime, carrier: Carrier) -> list[Healed | ReadAgain]:
    """Looks at the three stores and heals what is older than it should be or was read otherwise, all in one transaction; what was healed.

    secrets: are asked for where there is a journal to read.

    Raises: StartRefused: something is to be healed and services are connected. Invalid: the journal is damaged.
    """
    with psycopg.connect(administrator, connect_timeout=10, options=f"{OPTIONS} -c row_security=off -c statement_timeout=0") as connection:
        journals = read_journals(journal, secrets()) if _there(journal) else {}
        looked = [older(connection, service, journals.get(service), carrier) for service in SERVICES]
        found = {each.service: each for each in looked if each}
        begin_epochs(connection, tuple(found), now, alone=True)
        parted = list(rewritten(connection))
        if found or parted:
            _refuse_connected(connection, [*found.values(), *parted])
        if carrier.url:
            _forget(connection, {*found, *(each.source for each in parted)}, carrier)
        for each in parted:
            go_back(connection, each)
        healed = [_healed(connection, each, journals.get(service), carrier.partitions) for service, each in found.items()]
        return [*healed, *map(ReadAgain, parted)]


def _there(journal: Path) -> bool:
    return any((journal / f"{service}.journal").exists() for service in SERVICES)


def _healed(connection: Connection[Any], was: Older, read: Read | None, partitions: int) -> Healed:
    return Healed(was, reapply(connection, was.service, read.told, partitions=partitions) if read else 0)


def _forget(connection: Connection[Any], sources: Collection[str], carrier: Carrier) -> None:
    """Also where the store has what everybody read of it, and Redis alone has another history."""
    for service in SERVICES:
        if service in sources or carried_otherwise(connection, carrier.url, service, carrier.partitions):
            forget(carrier.url, service)


def _refuse_connected(connection: Connection[Any], found: Iterable[Older | Rewritten]) -> None:
    query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY (%s))"
    connected = connection.execute(query, ([login_of(service) for service in SERVICES],)).fetchone()
    if connected and connected[0]:
        names = ", ".join(str(each) for each in found)
        raise StartRefused(
            f"a store is older than its neighbours, or has another history than they read: {names}. "
            "Stop the district on every machine, then ./tanggap migrate heals it"
        )
