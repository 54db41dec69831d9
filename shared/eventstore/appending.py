"""Arguments and results of `append_batch` (schema.sql): one JSON text for all items in, and one JSON object for each item out.

Streams, first ids and partitions are listed once. Items refer to them by their place in the list, counted from 1, so that the function reads every
head once, however many items touch it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any

import orjson

from shared.eventstore.partition import partition_of
from shared.eventstore.store import Conflict, Duplicate, Hole, Item, Outcome, Repeated, Stored, Write
from shared.message import NewEvent


class _Places(dict[Hashable, int]):
    """Numbers names from 1, in the order of first use."""

    def __missing__(self, name: Hashable) -> int:
        self[name] = place = len(self) + 1
        return place


class _Batch:
    def __init__(self, items: Sequence[Item], partitions: int) -> None:
        self.partitions = partitions
        self.streams, self.heads = _Places(), _Places()
        firsts = dict.fromkeys(write.events[0].id for item in items for write in item.writes if write.events)
        self.firsts = {first: place for place, first in enumerate(firsts, start=1)}

    def item(self, item: Item) -> dict[str, Any]:
        told: dict[str, Any] = {"writes": [self.write(write) for write in item.writes]}
        if item.idempotency:
            told["idempotency"] = item.idempotency
        if item.checkpoint:
            told["checkpoint"] = item.checkpoint
        return told

    def write(self, write: Write) -> dict[str, Any]:
        return {
            "stream": self.streams[write.stream],
            "expected": write.expected,
            "events": [self.event(event) for event in write.events],
        }

    def event(self, event: NewEvent) -> dict[str, Any]:
        partition = partition_of(event.key, self.partitions)
        return {
            "id": event.id, "first": self.firsts.get(event.id), "type": event.type, "schema_version": event.schema_version, "body": event.body,
            "key": event.key, "partition": partition, "head": self.heads[partition] if event.public else None, "public": event.public,
            "actor": event.actor, "school": event.school, "happened_at": event.happened_at, "correlation": event.correlation,
            "causation": event.causation,
        }  # fmt: skip


def as_json(items: Sequence[Item], partitions: int) -> str:
    """The batch as the argument of the function. partitions: their number in this deployment."""
    batch = _Batch(items, partitions)
    told = [batch.item(item) for item in items]
    return orjson.dumps({"items": told, "streams": list(batch.streams), "firsts": list(batch.firsts), "partitions": list(batch.heads)}).decode()


def outcome_of(result: dict[str, Any]) -> Outcome:
    """The function's result for one item."""
    match result["is"]:
        case "stored":
            return Stored(result["position"], datetime.fromisoformat(result["at"]))
        case "conflict":
            return Conflict(result["stream"], result["expected"], result["actual"])
        case "repeated":
            moment = datetime.fromisoformat(result["at"])
            return Repeated(result["position"], moment, result.get("fingerprint"), result.get("answer"))
        case "duplicate":
            return Duplicate(result["checkpoint"])
        case _:
            return Hole(result["checkpoint"])
