"""Load, decide, append, and again on conflict: the thin shell around every pure decision (architecture, decision 6)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.errors import VersionConflict
from shared.eventstore.codec import EventCodec, Kept
from shared.eventstore.states import Loaded
from shared.eventstore.store import Checkpoint, Conflict, EventStore, Idempotency, Item, Outcome, Write
from shared.message import Event, Occasion

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)

TRIES = 8
"""Conflicts in a row before the caller hears of it; with full jitter from 5 ms, under a second altogether."""


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S, E]):
    """A decision unit: `decide(command, state)` gives events, `evolve(state, event)` the next state. Both pure."""

    initial: S
    decide: Callable[[C, S], Sequence[E]]
    evolve: Callable[[S, E], S]
    codec: EventCodec[E]

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """The state after `events`."""
        folded = self.initial if state is None else state
        for event in events:
            folded = self.evolve(folded, event)
        return folded


@dataclass(frozen=True, slots=True)
class Executed(Generic[S]):
    """What became of a command: the store's outcome, and the state and version after it."""

    outcome: Outcome | None
    state: S
    version: int
    position: int


async def load(
    store: EventStore,
    decider: Decider[Any, S, Any],
    stream: str,
    *,
    until_version: int | None = None,
    recorded_by: datetime | None = None,
) -> Loaded[S]:
    """Folds the stream, to a version or as recorded by a moment where asked; as it stands now, from the state that was last known of it."""
    if until_version is not None or recorded_by is not None:
        return folded(decider, stream, await store.read_stream(stream, until_version=until_version, recorded_by=recorded_by))
    before = store.known(stream) or untouched(decider, stream, store.outages)
    loaded = folded(decider, stream, await store.entries(stream, after=before.version), before)
    store.remember(loaded)
    return loaded


def untouched(decider: Decider[Any, S, Any], stream: str, outages: int = 0) -> Loaded[S]:
    """A stream that does not exist yet. outages: of the store."""
    return Loaded(stream, 0, decider.initial, outages)


def folded(decider: Decider[Any, S, Any], stream: str, kept: Sequence[Kept], before: Loaded[S] | None = None) -> Loaded[S]:
    """The state and version of a stream from what was read of it, after what was known of it before."""
    before = before or untouched(decider, stream)
    if not kept:
        return before
    return Loaded(stream, kept[-1].version, decider.fold(decider.codec.decode_many(kept), before.state), before.outages)


def write(decider: Decider[Any, Any, E], loaded: Loaded[Any], events: Sequence[E], occasion: Occasion) -> Write:
    """The events as a write that expects the stream to be as it was loaded."""
    encoded = tuple(decider.codec.encode(event, loaded.stream, occasion, place) for place, event in enumerate(events))
    after = Loaded(loaded.stream, loaded.version + len(encoded), decider.fold(events, loaded.state), loaded.outages)
    return Write(loaded.stream, loaded.version, encoded, after)


async def commit(store: EventStore, plan: Callable[[], Awaitable[Item | None]]) -> Outcome | None:
    """Appends what `plan` decides; on a conflict it plans again from what is there now.

    Returns None where the plan has nothing to store. Raises: VersionConflict: after `TRIES` conflicts in a row.
    """
    conflict = Conflict("", 0, 0)
    for attempt in range(TRIES):
        item = await plan()
        if item is None:
            return None
        outcome = await store.append(item)
        if not isinstance(outcome, Conflict):
            return outcome
        conflict = outcome
        await asyncio.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - jitter, not a secret
    raise VersionConflict(conflict.stream, conflict.expected, conflict.actual)


async def execute(
    store: EventStore,
    decider: Decider[C, S, E],
    stream: str,
    command: C,
    occasion: Occasion,
    *,
    idempotency: Idempotency | None = None,
    checkpoint: Checkpoint | None = None,
    check: Callable[[Loaded[S]], None] | None = None,
    fresh: bool = False,
    quiet: bool = False,
) -> Executed[S]:
    """Loads `stream`, decides `command`, appends with the loaded version, and retries on conflict.

    quiet: see `Item`. fresh: the stream is new as far as anybody knows: it is loaded only if the append finds that it is not.
    check: raises where the loaded state forbids the command (If-Match, access). A quiet repeat with neither idempotency key nor
    checkpoint stores nothing and has no outcome. Raises: what `decide` and `check` refuse; VersionConflict; Unavailable.
    """
    decided: list[Loaded[S]] = []

    async def plan() -> Item | None:
        loaded = untouched(decider, stream, store.outages) if fresh and not decided else await load(store, decider, stream)
        if check:
            check(loaded)
        events = decider.decide(command, loaded.state)
        writes = (write(decider, loaded, events, occasion),) if events else ()
        decided[:] = [each.after or loaded for each in writes] or [loaded]
        return Item(writes, idempotency, checkpoint, quiet=quiet) if writes or idempotency or checkpoint else None

    outcome = await commit(store, plan)
    return Executed(outcome, decided[0].state, decided[0].version, getattr(outcome, "position", 0))


async def execute_all(
    store: EventStore,
    decider: Decider[C, Any, Any],
    commands: Sequence[tuple[str, C]],
    occasion: Occasion,
    *,
    checkpoint: Checkpoint | None = None,
) -> Outcome | None:
    """The same for several streams of one kind, in one item: all or nothing. None where nothing is to be stored."""

    async def plan() -> Item | None:
        writes = []
        for stream, command in commands:
            loaded = await load(store, decider, stream)
            events = decider.decide(command, loaded.state)
            if events:
                writes.append(write(decider, loaded, events, occasion))
        return Item(tuple(writes), checkpoint=checkpoint) if writes or checkpoint else None

    return await commit(store, plan)
