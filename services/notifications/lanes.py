"""Claims due messages from the outbox. Mail and webhooks are sent in lanes side by side, and neither keeps the other waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import sql

from services.notifications.projecting import VIEW
from shared.database import Database
from shared.eventstore.generations import answering
from shared.message import TANGGAP, Occasion, derived_id

WEBHOOKS_PER_AGENCY = 8

LINKS = 20
"""The most alerts in one mail: as many as a person can read."""

_CLAIM = sql.SQL(
    "WITH quick AS MATERIALIZED (SELECT {answering} AS generation, set_config('synchronous_commit', 'off', true)),"
    " mails AS (SELECT id FROM outbox_v1 JOIN quick USING (generation) WHERE state = 'queued' AND due_at <= clock_timestamp()"
    " AND kind <> 'webhook' AND NOT id = ANY (%s) ORDER BY urgent DESC, due_at LIMIT %s FOR UPDATE OF outbox_v1 SKIP LOCKED),"
    " ranked AS (SELECT id, receiver, row_number() OVER (PARTITION BY receiver ORDER BY urgent DESC, due_at) AS place FROM outbox_v1"
    " WHERE generation = {answering} AND state = 'queued' AND due_at <= clock_timestamp() AND kind = 'webhook' AND NOT id = ANY (%s)"
    " AND NOT receiver = ANY (%s) AND (urgent OR NOT receiver = ANY (%s))),"
    " webhooks AS (SELECT id FROM outbox_v1 JOIN quick USING (generation) WHERE state = 'queued' AND id IN ("
    "SELECT id FROM ranked WHERE place <= CASE WHEN receiver = ANY (%s) THEN 1 ELSE %s END)"
    " ORDER BY urgent DESC, due_at LIMIT %s FOR UPDATE OF outbox_v1 SKIP LOCKED)"
    " UPDATE outbox_v1 o SET state = 'sending' FROM (SELECT id FROM mails UNION ALL SELECT id FROM webhooks) due"
    " WHERE o.generation = {answering} AND o.id = due.id"
    " RETURNING o.id, o.kind, o.stream, o.case_id, o.receiver, o.step, o.urgent, o.attempts,"
    " o.queued_at, o.school, o.correlation,"
    " (SELECT email FROM person_v1 p WHERE p.person = o.receiver), (SELECT phone FROM person_v1 p WHERE p.person = o.receiver)"
).format(answering=answering(VIEW)).as_bytes()  # fmt: skip
_TAKE_BACK = sql.SQL(
    "UPDATE outbox_v1 SET state = 'queued' WHERE generation = {} AND state = 'sending' AND (%s::uuid IS NULL OR id = %s)"
).format(answering(VIEW))  # fmt: skip
_PUT_OFF = sql.SQL("UPDATE outbox_v1 SET state = 'queued', due_at = %s WHERE generation = {} AND id = %s AND state = 'sending'").format(
    answering(VIEW)
)


@dataclass(frozen=True, slots=True)
class Due:
    """One message to one receiver. email, phone: the receiver's, sealed."""

    id: UUID
    kind: str
    stream: str
    case: str
    receiver: str
    step: int
    urgent: bool
    attempts: int
    queued_at: datetime
    school: str | None
    correlation: UUID | None
    email: Any
    phone: Any = None

    @property
    def is_upkeep(self) -> bool:
        """Whether it asks an agency something for the directory, and is about no task."""
        return self.stream.startswith("agency-")

    @property
    def is_of_arrival(self) -> bool:
        """Whether it answers another district about a child that it sent here."""
        return self.stream.startswith("arrival-")

    def occasion(self, now: datetime, what: Literal["sent", "returned"] = "sent") -> Occasion:
        """The occasion for what is recorded about this message. It is the same at every attempt; another one where it came back."""
        cause = derived_id(TANGGAP, what, self.id)
        return Occasion("service:notifications", self.school, now, self.correlation or cause, cause)


@dataclass
class Lane:
    """Messages that are being sent side by side. most: how many at once."""

    most: int
    under_way: dict[UUID, tuple[str, asyncio.Task[None]]] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """How many more messages there is room for."""
        return max(0, self.most - len(self.under_way))

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        return {task for _, task in self.under_way.values()}

    def busy(self, most: int) -> list[str]:
        """Receivers that have `most` or more messages under way."""
        receivers = [receiver for receiver, _ in self.under_way.values()]
        return [each for each in set(receivers) if receivers.count(each) >= most]


async def claim(database: Database, mails: Lane, webhooks: Lane, resting: Sequence[str] = (), probing: Sequence[str] = ()) -> list[Due]:
    """Moves due messages to `sending`. Losing this in a crash does no harm, so it need not wait for the disk. Raises: Unavailable.

    resting: agencies that get nothing but what is urgent. probing: those that get one message at a time.
    """
    most = WEBHOOKS_PER_AGENCY
    full = [*webhooks.busy(most), *(each for each in webhooks.busy(1) if each in probing)]
    wanted = (list(mails.under_way), mails.room, list(webhooks.under_way), full, list(resting), list(probing), most, webhooks.room)
    async with database.acting_as("outbox").statement() as connection:
        return [Due(*row) for row in await (await connection.execute(_CLAIM, wanted)).fetchall()]


async def take_back(database: Database, message: UUID | None = None) -> None:
    """Puts back into the queue what a sender had begun, or one message of it. Raises: Unavailable."""
    async with database.acting_as("outbox").statement() as connection:
        await connection.execute(_TAKE_BACK, (message, message))


async def put_off(database: Database, message: UUID, until: datetime) -> None:
    """A message waits until then, and that is no attempt. Raises: Unavailable."""
    async with database.acting_as("outbox").statement() as connection:
        await connection.execute(_PUT_OFF, (until, message))


def leave_together(due: Sequence[Due]) -> list[list[Due]]:
    """Groups ordinary alerts to one person that wait at the same moment into one mail: in a flood of mails the one that matters is lost (ADR 8).

    An emergency, and a message that has failed before, are always sent alone.
    """
    found: dict[object, list[list[Due]]] = {}
    for message in due:
        ordinary = message.kind == "alert" and not message.urgent and not message.attempts
        mails = found.setdefault(message.receiver if ordinary else message.id, [[]])
        if len(mails[-1]) == LINKS:
            mails.append([])
        mails[-1].append(message)
    return [mail for mails in found.values() for mail in mails]
