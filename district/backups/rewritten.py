"""Which readers read what a source does not have, at positions where it has other events: its history was cut, and written anew (ADR 67).

Nobody remembered the loss when it happened, so no epoch began. A reader that is brought back would take new events for those that it read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import Connection, sql

from shared.delivery.carried import last_carried
from shared.events import READERS
from shared.eventstore.epochs import FIRST, Epoch, shared_upto

_OWN = sql.SQL("SELECT id, began_after FROM {source}.epoch ORDER BY number")
_KNOWN = sql.SQL("SELECT id, began_after FROM {reader}.source_epoch WHERE source = %s ORDER BY number")
_OTHERWISE = sql.SQL(
    "SELECT max(c.position), min(c.position), min(c.event_recorded_at) FROM {reader}.checkpoint c WHERE c.source = %s"
    " AND c.event_position = c.position AND c.position <= least((SELECT position FROM {source}.store_head), %s::bigint)"
    " AND NOT EXISTS (SELECT FROM {source}.event e WHERE e.id = c.event AND e.recorded_at = c.event_recorded_at) AND c.event IS NOT NULL"
)
_BEFORE = sql.SQL("SELECT position FROM {source}.event WHERE recorded_at < %s AND position < %s ORDER BY position DESC LIMIT 1")
_ADOPT = sql.SQL("SELECT {reader}.adopt_epochs(%s, %s::jsonb, %s)")
_THERE = sql.SQL(
    "SELECT count(*) FROM unnest(%s::uuid[], %s::timestamptz[]) AS t(id, at) JOIN {source}.event e ON e.id = t.id AND e.recorded_at = t.at"
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What reader read of source up to a position is of another history. back_to: up to where both have one, as far as clocks tell."""

    reader: str
    source: str
    position: int
    back_to: int

    def __str__(self) -> str:
        return f"{self.source} ({self.reader} read other events of it up to {self.position}, it was cut and written anew after {self.back_to})"


def rewritten(connection: Connection[Any]) -> Iterator[Rewritten]:
    """Every reader of which it is so, by what its checkpoints say was there. A reader that goes back by itself is not named."""
    for source, readers in READERS.items():
        for reader in readers:
            if found := _rewritten(connection, reader, source):
                yield found


def go_back(connection: Connection[Any], found: Rewritten) -> None:
    """The reader reads again from where both have one history, and what it read beyond is named as lost; it stays in the epoch that it knows."""
    chain = orjson.dumps([each._asdict() for each in _known(connection, found.reader, found.source)]).decode()
    connection.execute("SET LOCAL row_security = on")  # it works as the owner, behind the walls as a migration
    connection.execute(_ADOPT.format(reader=sql.Identifier(found.reader)), (found.source, chain, found.back_to))
    connection.execute("SET LOCAL row_security = off")


def carried_otherwise(connection: Connection[Any], url: str, source: str, partitions: int) -> bool:
    """Whether Redis carries last what the store does not have."""
    last = last_carried(url, source, _own(connection, source)[-1].id, partitions)
    query = _THERE.format(source=sql.Identifier(source))
    there = connection.execute(query, ([each.id for each in last], [each.recorded_at for each in last])).fetchone()
    return bool(there and there[0] < len(last))


def _rewritten(connection: Connection[Any], reader: str, source: str) -> Rewritten | None:
    names = {"reader": sql.Identifier(reader), "source": sql.Identifier(source)}
    shared = shared_upto(_known(connection, reader, source), _own(connection, source))
    found = connection.execute(_OTHERWISE.format(**names), (source, shared)).fetchone()
    if found is None or found[0] is None:
        return None
    furthest, nearest, recorded_at = found
    before = connection.execute(_BEFORE.format(**names), (recorded_at, nearest)).fetchone()
    return Rewritten(reader, source, furthest, before[0] if before else 0)


def _own(connection: Connection[Any], source: str) -> Sequence[Epoch]:
    rows = connection.execute(_OWN.format(source=sql.Identifier(source))).fetchall()
    return [Epoch(FIRST, 0), *(Epoch(*row) for row in rows)]


def _known(connection: Connection[Any], reader: str, source: str) -> Sequence[Epoch]:
    rows = connection.execute(_KNOWN.format(reader=sql.Identifier(reader)), (source,)).fetchall()
    return [Epoch(*row) for row in rows] or [Epoch(FIRST, 0)]
