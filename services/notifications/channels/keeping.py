"""What became of each message on each channel, and what providers reported of it. Only hashes of providers' ids are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from psycopg import sql

from services.notifications.channels.course import Channel, Kept, after
from services.notifications.channels.gateway import Handed
from services.notifications.channels.statuses import Report, better
from services.notifications.domain.outcome import Accepted
from services.notifications.projecting import VIEW
from shared.database import Database
from shared.eventstore.generations import answering

LEASE = 60
"""Seconds after which what one process had begun to try again is tried by another."""

_USED = sql.SQL(
    "SELECT DISTINCT d.channel FROM dispatch d JOIN outbox_v1 o ON o.id = d.outbox WHERE o.generation = {} AND o.stream = %s AND o.receiver = %s"
    " AND d.outbox <> %s AND d.state <> 'waiting'"
).format(answering(VIEW))
_STATE = "SELECT state FROM dispatch WHERE outbox = %s AND channel = %s"
_OF = "SELECT channel, state FROM dispatch WHERE outbox = %s"
_KEEP = (
    "INSERT INTO dispatch (outbox, channel, state, why, reference, tried) VALUES (%s, %s, %s, %s, %s, 1) ON CONFLICT (outbox, channel) DO UPDATE"
    " SET state = excluded.state, why = excluded.why, reference = coalesce(excluded.reference, dispatch.reference), tried = dispatch.tried + 1,"
    " due_at = NULL, at = clock_timestamp()"
)
_TRY_AGAIN = "UPDATE dispatch SET due_at = %s WHERE outbox = %s AND channel = %s AND state = 'waiting'"
_NO_MORE = "UPDATE dispatch SET state = 'never', due_at = NULL WHERE outbox = %s AND channel = %s AND state = 'waiting'"
_CLAIM = (
    "UPDATE dispatch SET due_at = clock_timestamp() + make_interval(secs => %s) WHERE (outbox, channel) IN (SELECT outbox, channel FROM dispatch"
    " WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING outbox, channel, tried, state = 'returned'"
)
_KNOWN = "SELECT state FROM reported WHERE reference = %s FOR UPDATE"
_REPORT = (
    "INSERT INTO reported (reference, state, at) VALUES (%s, %s, %s) ON CONFLICT (reference) DO UPDATE SET state = excluded.state, at = excluded.at"
)
_SETTLE = (
    "UPDATE dispatch d SET state = r.state, at = clock_timestamp(), due_at = CASE r.state WHEN 'returned' THEN clock_timestamp() END"
    " FROM reported r WHERE r.reference = %s AND d.reference = r.reference AND d.state <> r.state AND d.state IN ('sent', 'delivered', 'returned')"
)
_RETURNED = (
    "INSERT INTO dispatch (outbox, channel, state, due_at) SELECT DISTINCT outbox, %s, 'returned', clock_timestamp() FROM attempt WHERE outbox = %s"
    " AND outcome = 'accepted' ON CONFLICT (outbox, channel) DO UPDATE"
    " SET state = 'returned', at = clock_timestamp(), due_at = clock_timestamp() WHERE dispatch.state IN ('sent', 'waiting')"
)
_AGAIN = sql.SQL(
    "UPDATE outbox_v1 SET state = 'queued', due_at = clock_timestamp(), attempts = attempts + 1 WHERE generation = {} AND id = %s"
    " AND state IN ('sent', 'delivered') AND NOT EXISTS (SELECT FROM dispatch d WHERE d.outbox = outbox_v1.id"
    " AND d.state IN ('sent', 'delivered', 'read'))"
).format(answering(VIEW))
_HANDLED = sql.SQL(
    "UPDATE dispatch SET due_at = NULL WHERE outbox = %s AND channel = %s AND NOT EXISTS ("
    "SELECT FROM outbox_v1 o WHERE o.generation = {} AND o.id = dispatch.outbox AND o.state = 'sending')"
).format(answering(VIEW))
_FORGET = "DELETE FROM reported WHERE kept_at < clock_timestamp() - interval '30 days'"


@dataclass(frozen=True, slots=True)
class Straggler:
    """A channel that is tried again though another one took the message; or one that gave the message back."""

    outbox: UUID
    channel: Channel
    tried: int
    returned: bool


@dataclass(frozen=True, slots=True)
class Dispatches:
    """The ledger by channel."""

    database: Database

    async def of(self, message: UUID) -> Mapping[Channel, Kept]:
        """What is known of a message. Raises: Unavailable."""
        async with self.database.statement() as connection:
            return dict(await (await connection.execute(_OF, (message,))).fetchall())

    async def used(self, stream: str, receiver: str, message: UUID) -> frozenset[Channel]:
        """Channels over which the receiver was sent the same by another message of its stream. Raises: Unavailable."""
        async with self.database.acting_as("outbox").statement() as connection:
            return frozenset(row[0] for row in await (await connection.execute(_USED, (stream, receiver, message))).fetchall())

    async def keep(self, message: UUID, channel: Channel, handed: Handed) -> Kept:
        """How an attempt ended; what stands afterwards, because a report may have come before. Raises: Unavailable."""
        state, why = after(handed.outcome), "" if isinstance(handed.outcome, Accepted) else str(handed.outcome)
        reference = hash_of(channel, handed.reference) if handed.reference else None
        async with self.database.connection() as connection:
            await connection.execute(_KEEP, (message, channel, state, why, reference))
            if reference:
                await connection.execute(_SETTLE, (reference,))
            row = await (await connection.execute(_STATE, (message, channel))).fetchone()
        return row[0] if row else state

    async def try_again(self, message: UUID, channel: Channel, when: datetime | None) -> None:
        """At that moment; None: not any more. Raises: Unavailable."""
        async with self.database.statement() as connection:
            if when is None:
                await connection.execute(_NO_MORE, (message, channel))
            else:
                await connection.execute(_TRY_AGAIN, (when, message, channel))

    async def stragglers(self) -> list[Straggler]:
        """What is to be tried now; nobody else gets it for a minute. Raises: Unavailable."""
        async with self.database.statement() as connection:
            return [Straggler(*row) for row in await (await connection.execute(_CLAIM, (LEASE,))).fetchall()]

    async def report(self, channel: Channel, reports: Sequence[Report]) -> None:
        """What a provider said; the better of two stays. Raises: Unavailable."""
        for each in reports:
            reference = hash_of(channel, each.reference)
            async with self.database.connection() as connection:
                row = await (await connection.execute(_KNOWN, (reference,))).fetchone()
                await connection.execute(_REPORT, (reference, better(row[0] if row else None, each.state), each.at))
                await connection.execute(_SETTLE, (reference,))

    async def came_back(self, message: UUID, channel: Channel) -> None:
        """Mail that a server took and gave back; of a message that no server took, nothing. Raises: Unavailable."""
        async with self.database.statement() as connection:
            await connection.execute(_RETURNED, (channel, message))

    async def go_on(self, straggler: Straggler) -> None:
        """A message that came back is sent over another channel, unless one of them has it. Raises: Unavailable."""
        async with self.database.acting_as("outbox").connection() as connection:
            await connection.execute(_AGAIN, (straggler.outbox,))
            await connection.execute(_HANDLED, (straggler.outbox, straggler.channel))

    async def forget(self) -> None:
        """Reports that nobody asks for any more. Raises: Unavailable."""
        async with self.database.statement() as connection:
            await connection.execute(_FORGET)


def hash_of(channel: Channel, reference: str) -> bytes:
    """What is kept of a provider's id."""
    return sha256(f"{channel}|{reference}".encode()).digest()
