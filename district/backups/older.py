"""Which store is older than it should be: its neighbours, Redis and the journal remember what it does not have (ADR 49, 60)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, sql

from shared.delivery.carried import carried_upto
from shared.eventstore.epochs import FIRST
from shared.journal.entry import Told
from shared.journal.reading import Read
from shared.logins import SERVICES


@dataclass(frozen=True, slots=True)
class Carrier:
    """Redis, which may remember what a store does not have any more. partitions: of each source."""

    url: str
    partitions: int


@dataclass(frozen=True, slots=True)
class Older:
    """service: whose store it is. position: of its last event. known_upto: how far others know it; by: which of them knows it furthest.

    elsewhere: they know it in an epoch that it does not have, or know events by name, so that the two positions cannot be compared.
    """

    service: str
    position: int
    known_upto: int
    by: str
    elsewhere: bool = False

    def __str__(self) -> str:
        beyond = "knows later events of it" if self.elsewhere else f"knows it up to {self.known_upto}"
        return f"{self.service} ({self.by} {beyond}, it ends at {self.position})"


class _Known(NamedTuple):
    elsewhere: bool
    upto: int
    by: str


_POSITION = sql.SQL("SELECT position FROM {schema}.store_head")
_EPOCHS = sql.SQL("SELECT id FROM {schema}.epoch ORDER BY number")
_KNOWN = sql.SQL("SELECT id FROM {reader}.source_epoch WHERE source = %s ORDER BY number")
_READ = sql.SQL("SELECT max(position) FROM {reader}.checkpoint WHERE source = %s")
_MISSING = sql.SQL("SELECT id FROM unnest(%s::uuid[]) AS told(id) WHERE NOT EXISTS (SELECT FROM {schema}.event e WHERE e.id = told.id)")
_STREAMS = sql.SQL("SELECT stream FROM unnest(%s::text[]) AS told(stream) WHERE EXISTS (SELECT FROM {schema}.event e WHERE e.stream = told.stream)")


def older(connection: Connection[Any], service: str, read: Read | None, carrier: Carrier) -> Older | None:
    """What is known of a store beyond what it has; None: nothing. read: its journal."""
    rows = connection.execute(_POSITION.format(schema=sql.Identifier(service))).fetchall()
    position, line = rows[0][0] if rows else 0, _line(connection, _EPOCHS.format(schema=sql.Identifier(service)))
    known = [*_by_readers(connection, service, line)]
    if carrier.url:
        known.append(_Known(False, carried_upto(carrier.url, service, line[-1], carrier.partitions), "Redis"))
    if read:
        known.append(_by_journal(connection, service, read, line, position))
    beyond = [each for each in known if each.elsewhere or each.upto > position]
    if not beyond:
        return None
    furthest = max(beyond)
    return Older(service, position, furthest.upto, furthest.by, furthest.elsewhere)


def _by_readers(connection: Connection[Any], service: str, line: Sequence[UUID]) -> Iterator[_Known]:
    """A reader that knows the store's epochs, and one more, knows a later store. Where the two lines part, the store is in an epoch of its own
    already: the reader goes back by itself.
    """
    for reader in SERVICES:
        if reader == service:
            continue
        names = {"reader": sql.Identifier(reader)}
        known = _line(connection, _KNOWN.format(**names), service)
        upto = connection.execute(_READ.format(**names), (service,)).fetchone()
        if known[: len(line)] == line and upto and upto[0]:
            yield _Known(len(known) > len(line), upto[0], reader)


def _line(connection: Connection[Any], query: sql.Composed, *wanted: object) -> list[UUID]:
    """Epochs, oldest first: the first has no row in its own store."""
    found = [each for (each,) in connection.execute(query, wanted).fetchall()]
    return found if found[:1] == [FIRST] else [FIRST, *found]


def _by_journal(connection: Connection[Any], service: str, read: Read, line: Sequence[UUID], position: int) -> _Known:
    """Positions are compared in one epoch only. What must outlive is looked for by its id, in whichever epoch it was written down: a store
    that lost it may have told more since.
    """
    missing = _missing(connection, service, read.told)
    same = read.head.epoch == line[-1]
    return _Known(missing and (not same or read.head.position <= position), read.head.position if missing or same else 0, "journal")


def _missing(connection: Connection[Any], service: str, told: Sequence[Told]) -> bool:
    """Whether something that must outlive is not there, though it would be told again."""
    schema = {"schema": sql.Identifier(service)}
    gone = {each for (each,) in connection.execute(_MISSING.format(**schema), ([each.id for each in told],)).fetchall()}
    wanted = [each for each in told if each.id in gone]
    there = {each for (each,) in connection.execute(_STREAMS.format(**schema), ([each.stream for each in wanted],)).fetchall()}
    return any(each.where == "always" or each.stream in there for each in wanted)
