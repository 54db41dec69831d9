"""What a restore changes of what it brings back, in the same transaction: new epochs, and no session, key, link or invitation holds any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations
from typing import Any
from uuid import uuid4

from psycopg import Connection, sql

from services.intake.domain.api_key import API_KEYS, STREAM, ApiKeyRevoked
from services.intake.domain.session import SESSION
from services.intake.sessions.word import session_stream
from shared.errors import HistoryBroken
from shared.events import SessionEnded
from shared.eventstore.appending import as_json, outcome_of
from shared.eventstore.epochs import FIRST
from shared.eventstore.store import Item, Repeated, Stored, Write
from shared.message import NewEvent, Occasion

OPERATOR = "service:operator"

_OPEN = """
SELECT b.body::jsonb ->> 'session', b.body::jsonb ->> 'person' FROM intake.event b
WHERE b.type = 'session-begun' AND NOT EXISTS (SELECT FROM intake.event e WHERE e.stream = b.stream AND e.type = 'session-ended') ORDER BY 1
"""


_KEYS = """
SELECT g.body::jsonb ->> 'key' FROM intake.event g WHERE g.type = 'api-key-issued' AND NOT EXISTS
(SELECT FROM intake.event r WHERE r.stream = g.stream AND r.type = 'api-key-revoked' AND r.body::jsonb ->> 'key' = g.body::jsonb ->> 'key') ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """sessions, links, machines: how many sessions, links and keys of machines ended."""

    sessions: int
    links: int
    machines: int


def begin_epochs(connection: Connection[Any], stores: Collection[str], moment: datetime, accepted_by: str = "", *, alone: bool = False) -> None:
    """What is told from here on are other events than those that had these positions before. moment: of what was restored.

    accepted_by: who accepted that something after that moment is not known; empty where the journal knows it all. alone: their readers were not
    restored with them.
    """
    for store in stores:
        _begin_epoch(connection, store, moment, accepted_by)
    for reader, source in permutations(() if alone else stores, 2):
        _make_known(connection, reader, source)


def _make_known(connection: Connection[Any], reader: str, source: str) -> None:
    """Restored to the same moment, a reader has nothing of its sources that they do not have."""
    names = {"reader": sql.Identifier(reader), "source": sql.Identifier(source)}
    connection.execute(sql.SQL("DELETE FROM {reader}.source_epoch WHERE source = %s").format(**names), (source,))
    query = sql.SQL(
        "INSERT INTO {reader}.source_epoch (source, number, id, began_after) SELECT %s, 1, %s, 0"
        " UNION ALL SELECT %s, 1 + row_number() OVER (ORDER BY number), id, began_after FROM {source}.epoch"
    )
    connection.execute(query.format(**names), (source, FIRST, source))


def settle(connection: Connection[Any], now: datetime, *, partitions: int) -> Settled:
    """Ends what let people in."""
    sessions = _end_sessions(connection, now, partitions)
    return Settled(sessions, _end_links(connection), _end_machines(connection, now, partitions))


def append(connection: Connection[Any], service: str, stream: str, events: Sequence[NewEvent], *, partitions: int) -> bool:
    """Appends events to a stream as it stands; whether they were new. Raises: HistoryBroken: the store refuses them."""
    found = connection.execute(
        sql.SQL("SELECT coalesce(max(version), 0) FROM {}.event WHERE stream = %s").format(sql.Identifier(service)), (stream,)
    ).fetchone()
    item = Item((Write(stream, found[0] if found else 0, tuple(events)),))
    query = sql.SQL("SELECT {}.append_batch(%s::text::jsonb)").format(sql.Identifier(service))
    answer = connection.execute(query, (as_json([item], partitions),)).fetchone()
    outcome = outcome_of(answer[0][0]) if answer else None
    if not isinstance(outcome, Stored | Repeated):
        raise HistoryBroken(f"the store of {service} refuses what must outlive the restore: nothing was restored, report this")
    return isinstance(outcome, Stored)


def _begin_epoch(connection: Connection[Any], store: str, moment: datetime, accepted_by: str) -> None:
    query = sql.SQL(
        "INSERT INTO {schema}.epoch (number, id, began_after, moment, accepted_by) SELECT coalesce(max(number), 1) + 1, %s,"
        " (SELECT position FROM {schema}.store_head), %s, %s FROM {schema}.epoch"
    ).format(schema=sql.Identifier(store))
    connection.execute(query, (uuid4(), moment, accepted_by))


def _end_sessions(connection: Connection[Any], now: datetime, partitions: int) -> int:
    """Each with an event of its own, so that every reader hears of it; siblings forget theirs at once."""
    found = connection.execute(_OPEN).fetchall()
    for session, person in found:
        cause = uuid4()
        occasion = Occasion(OPERATOR, None, now, cause, cause)
        ended = SessionEnded(session=session, person=person, why="by-administrator")
        stream = session_stream(session)
        append(connection, "intake", stream, [SESSION.codec.encode(ended, stream, occasion, 0)], partitions=partitions)
    for sibling in ("cases", "notifications"):
        connection.execute(sql.SQL("UPDATE {}.session_v1 SET ended = true").format(sql.Identifier(sibling)))
    return len(found)


def _end_machines(connection: Connection[Any], now: datetime, partitions: int) -> int:
    """A key that was revoked after the backup must not hold again, and nobody knows which those are: every machine gets a new one."""
    found = connection.execute(_KEYS).fetchall()
    for (key,) in found:
        cause = uuid4()
        ended = API_KEYS.codec.encode(ApiKeyRevoked(key=key, why="restored", at=now), STREAM, Occasion(OPERATOR, None, now, cause, cause), 0)
        append(connection, "intake", STREAM, [ended], partitions=partitions)
    return len(found)


def _end_links(connection: Connection[Any]) -> int:
    """Invitations to accounts, the links that guardians were sent, those by which an emergency is taken in hand, those of partners."""
    tables = (
        sql.Identifier("intake", "invitation_link"),
        *(sql.Identifier("notifications", each) for each in ("notice_v1", "alert_link_v1", "task_link_v1", "agency_link_v1")),
    )
    return sum(connection.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount for table in tables)
