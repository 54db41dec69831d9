"""A recorded event as a message: CloudEvents attribute names, the body as its exact text, in FastStream's encoding (decision 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from faststream.redis.parser import BinaryMessageFormatV1

from shared.eventstore.epochs import FIRST
from shared.message import UNHASHED, Recorded
from shared.tracing import traces

FIELD = b"__data__"
"""The one field of a stream entry, as FastStream writes and reads it."""


def envelope(event: Recorded) -> dict[str, Any]:
    """The event as JSON, without its hashes: they prove the owner's store, not the message. Where it has a trace, that goes with it."""
    parent = traces.parent_of(event.id)
    return _told(event) | ({"traceparent": parent} if parent else {})


def _told(event: Recorded) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": f"/{event.stream}",
        "type": event.type,
        "time": event.happened_at,
        "recordedtime": event.recorded_at,
        "subject": event.key,
        "sequence": str(event.position),
        "previous": str(event.previous),
        "partition": event.partition,
        "streamversion": event.version,
        "schemaversion": event.schema_version,
        "school": event.school,
        "actor": event.actor,
        "correlationid": event.correlation,
        "causationid": event.causation,
        "data": event.body,
    }


async def encode(event: Recorded) -> bytes:
    """The value of the entry's one field. Headers are short and ASCII, because FastStream corrupts a message with others."""
    body = orjson.dumps(envelope(event))
    return await BinaryMessageFormatV1.encode(
        message=body, reply_to=None, headers={"message_id": str(event.id)}, correlation_id=str(event.correlation)
    )


def decode(told: dict[str, Any]) -> Recorded:
    """The event in an envelope, `UNHASHED`. Raises: KeyError, ValueError: it is not an envelope of ours."""
    traces.heard(UUID(told["id"]), told.get("traceparent"))
    return Recorded(
        id=UUID(told["id"]),
        stream=told["source"].removeprefix("/"),
        version=told["streamversion"],
        position=int(told["sequence"]),
        partition=told["partition"],
        previous=int(told["previous"]),
        key=told["subject"],
        type=told["type"],
        schema_version=told["schemaversion"],
        body=told["data"],
        public=True,
        school=told["school"],
        actor=told["actor"],
        happened_at=datetime.fromisoformat(told["time"]),
        recorded_at=datetime.fromisoformat(told["recordedtime"]),
        correlation=UUID(told["correlationid"]),
        causation=UUID(told["causationid"]),
        previous_hash=UNHASHED,
        hash=UNHASHED,
        previous_store_hash=UNHASHED,
        store_hash=UNHASHED,
    )


def stream_key(source: str, partition: int, epoch: UUID = FIRST) -> str:
    """The Redis key of a partition. Each epoch has its own, so that nobody takes an old position for a new one."""
    return f"events.{source}.{partition}{_of(epoch)}"


def confirmed_key(source: str, epoch: UUID = FIRST) -> str:
    """The Redis key of how far each reader has confirmed."""
    return f"confirmed.{source}{_of(epoch)}"


def _of(epoch: UUID) -> str:
    return "" if epoch == FIRST else f".{epoch}"
