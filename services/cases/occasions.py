"""The occasion of a person's act, the same for a case and for what stands alone: who, for which school, when, and after which request."""

from __future__ import annotations

from datetime import datetime

from shared.access import Principal
from shared.eventstore.store import EventStore
from shared.message import Fact, Occasion
from shared.web import Asked


def occasion_of(principal: Principal, asked: Asked, command: Fact, school: str, now: datetime) -> Occasion:
    """It happened when the person says so; now, where a command knows no time of its own."""
    return Occasion(principal.id, school, getattr(command, "at", now), asked.cause, asked.cause)


async def taken_before(store: EventStore, stream: str, asked: Asked) -> bool:
    """This very request was acted on and its answer was lost on its way: a repeat with the same key, whatever version it first named."""
    return asked.key is not None and any(event.causation == asked.cause for event in await store.read_stream(stream))
