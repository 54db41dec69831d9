"""Rows of the read models of notifications that come often: gathered over a batch of events, and written with one statement a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from shared.database import Connection
from shared.message import Recorded, derived_id

Row = dict[str, Any]

_QUEUE = (
    "INSERT INTO outbox_v1 (generation, id, kind, stream, case_id, receiver, step, urgent, due_at, queued_at, school, correlation, state)"
    " SELECT w.generation, r.id, w.kind, r.stream, r.case_id, r.receiver, r.step, r.urgent, r.due_at, r.queued_at, r.school, r.correlation,"
    " CASE WHEN EXISTS (SELECT FROM attempt a WHERE a.outbox = r.id AND a.outcome = 'accepted')"
    " THEN CASE WHEN w.kind = 'webhook' THEN 'delivered' ELSE 'sent' END ELSE 'queued' END"
    " FROM json_populate_recordset(NULL::outbox_v1, %s::json) r, LATERAL (SELECT g.generation, CASE WHEN r.kind = 'webhook' AND EXISTS"
    " (SELECT FROM agency_v1 a WHERE a.generation = g.generation AND a.agency = r.receiver AND a.url IS NULL AND a.mail IS NOT NULL)"
    " THEN 'referral' ELSE r.kind END AS kind FROM (SELECT %s AS generation) g) w ON CONFLICT DO NOTHING"
)
"""An agency without a webhook and with a mailbox gets a link by mail instead (ADR 48)."""

_EXPECT = (
    "INSERT INTO deadline_v1 (generation, id, stream, kind, step, due_at, school, correlation)"
    " SELECT %s, r.id, r.stream, r.kind, r.step, r.due_at, r.school, r.correlation"
    " FROM json_populate_recordset(NULL::deadline_v1, %s::json) r ON CONFLICT DO NOTHING"
)
_ASK = (
    "INSERT INTO task_v1 (generation, task, agency, case_id, priority, state, respond_by, requested_at, school)"
    " SELECT %s, r.task, r.agency, r.case_id, r.priority, r.state, r.respond_by, r.requested_at, r.school"
    " FROM json_populate_recordset(NULL::task_v1, %s::json) r ON CONFLICT DO NOTHING"
)
_EXCLUDE = (
    "INSERT INTO conflict_v1 (generation, case_id, person)"
    " SELECT %s, r.case_id, r.person FROM json_populate_recordset(NULL::conflict_v1, %s::json) r ON CONFLICT DO NOTHING"
)
# The streams are said again, because a join alone would walk through the whole index. A row that the sender holds is recorded by the sender itself.
_SENT = (
    "UPDATE outbox_v1 o SET state = 'sent', sent_at = coalesce(o.sent_at, r.sent_at) FROM json_populate_recordset(NULL::outbox_v1, %s::json) r"
    ", (SELECT id FROM outbox_v1 WHERE generation = %s AND stream = ANY (%s) AND state NOT IN ('sent', 'acknowledged') FOR UPDATE SKIP LOCKED) free"
    " WHERE o.generation = %s AND o.stream = ANY (%s) AND o.id = free.id AND o.stream = r.stream AND o.receiver = r.receiver AND o.step = r.step"
)


@dataclass
class Gathered:
    """Rows of a generation that wait to be written together, in the order in which they depend on each other."""

    generation: int
    asked: list[Row] = field(default_factory=list)
    queued: list[Row] = field(default_factory=list)
    expected: list[Row] = field(default_factory=list)
    excluded: list[Row] = field(default_factory=list)
    sent: list[Row] = field(default_factory=list)

    def queue(self, event: Recorded, kind: str, case: str, receiver: str, *, step: int = 0, due_at: datetime, urgent: bool = False) -> None:
        """A message to one receiver."""
        self.queued.append(
            {
                "id": derived_id(event.id, "outbox", receiver), "kind": kind, "stream": event.stream, "case_id": case, "receiver": receiver,
                "step": step, "urgent": urgent, "due_at": due_at, "queued_at": event.recorded_at, "school": event.school,
                "correlation": event.correlation,
            }
        )  # fmt: skip

    def expect(self, event: Recorded, kind: str, step: int, due_at: datetime) -> None:
        """Something must happen by then."""
        self.expected.append(
            {
                "id": derived_id(event.id, "deadline", kind, step), "stream": event.stream, "kind": kind, "step": step, "due_at": due_at,
                "school": event.school, "correlation": event.correlation,
            }
        )  # fmt: skip

    async def write(self, connection: Connection) -> None:
        """One statement a table; nothing waits afterwards."""
        for statement, rows in ((_ASK, self.asked), (_QUEUE, self.queued), (_EXPECT, self.expected), (_EXCLUDE, self.excluded)):
            if rows:
                told = orjson.dumps(rows).decode()
                await connection.execute(statement, (told, self.generation) if statement is _QUEUE else (self.generation, told))
                rows.clear()
        if self.sent:
            streams = [row["stream"] for row in self.sent]
            await connection.execute(_SENT, (orjson.dumps(self.sent).decode(), self.generation, streams, self.generation, streams))
            self.sent.clear()


Change = Callable[[Connection, Gathered, Recorded], Awaitable[None]]
"""What one event changes of rows that stand there; what was gathered before it is written by then."""
