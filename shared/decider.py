"""Loads, decides and appends, and retries on conflict: the thin shell around every pure decision (architecture, decision 6)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from shared.errors import TanggapError, VersionConflict
from shared.eventstore.codec import EventCodec, Kept
from shared.eventstore.states import Loaded
from shared.eventstore.store import Checkpoint, Conflict, EventStore, Item, Outcome, Repeated, Write
from shared.message import Event, NewEvent, Occasion

if TYPE_CHECKING:
    from shared.asked import Asked

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)

TRIES = 8
"""Attempts before the caller is told of the conflict. With full jitter from 5 ms they take under a second together."""


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S, E]):
    """A decision unit. `decide(command, state)` returns events and `evolve(state, event)` the next state; both are pure."""

    initial: S
    decide: Callable[[C, S], Sequence[E]]
    evolve: Callable[[S, E], S]
    codec: EventCodec[E]

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """The state after `events`. state: to start from; the initial state if None."""
        folded = self.initial if state is None else state
        for event in events:
            folded = self.evolve(folded, event)
        return folded


@dataclass(frozen=True, slots=True)
class Executed(Generic[S]):
    """The result of a command: the store's outcome, and the state and version after it. changed: events were stored by this very command."""

    outcome: Outcome | None
    state: S
    version: int
    position: int
    changed: bool


async def load(
    store: EventStore,
    decider: Decider[Any, S, Any],
    stream: str,
    *,
    until_version: int | None = None,
    recorded_by: datetime | None = None,
) -> Loaded[S]:
    """The state of a stream now, or at a version, or as recorded by a moment. The current state starts from the last one known to the store."""
    if until_version is not None or recorded_by is not None:
        return folded(decider, stream, await store.read_stream(stream, until_version=until_version, recorded_by=recorded_by))
    before = store.known(stream) or untouched(decider, stream, store.outages)
    loaded = folded(decider, stream, await store.entries(stream, after=before.version), before)
    store.remember(loaded)
    return loaded


async def load_many(store: EventStore, decider: Decider[Any, S, Any], streams: Sequence[str]) -> dict[str, Loaded[S]]:
    """The current states of many streams, each read once, with one query."""
    before = {stream: store.known(stream) or untouched(decider, stream, store.outages) for stream in streams}
    entries = await store.entries_of({stream: each.version for stream, each in before.items()})
    loaded = {stream: folded(decider, stream, entries[stream], each) for stream, each in before.items()}
    for each in loaded.values():
        store.remember(each)
    return loaded


def untouched(decider: Decider[Any, S, Any], stream: str, outages: int = 0) -> Loaded[S]:
    """The state of a stream without events. outages: of the store so far."""
    return Loaded(stream, 0, decider.initial, outages)


def folded(decider: Decider[Any, S, Any], stream: str, kept: Sequence[Kept], before: Loaded[S] | None = None) -> Loaded[S]:
    """The state and version of a stream: `kept` folded onto `before`."""
    before = before or untouched(decider, stream)
    if not kept:
        return before
    return Loaded(stream, kept[-1].version, decider.fold(decider.codec.decode_many(kept), before.state), before.outages)


def write(decider: Decider[Any, Any, E], loaded: Loaded[Any], events: Sequence[E], occasion: Occasion) -> Write:
    """A write of these events that expects the stream at the loaded version."""
    new = encoded(decider, loaded.stream, events, occasion)
    after = Loaded(loaded.stream, loaded.version + len(new), decider.fold(events, loaded.state), loaded.outages)
    return Write(loaded.stream, loaded.version, new, after)


def encoded(decider: Decider[Any, Any, E], stream: str, events: Sequence[E], occasion: Occasion) -> tuple[NewEvent, ...]:
    """The events as a stream keeps them."""
    return tuple(decider.codec.encode(event, stream, occasion, place) for place, event in enumerate(events))


async def commit(store: EventStore, plan: Callable[[], Awaitable[Item | None]]) -> Outcome | None:
    """Appends the item that `plan` returns. On a conflict it plans again, from the current state.

    Returns None if the plan has nothing to store. Raises: VersionConflict: after `TRIES` conflicts in a row.
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
    asked: Asked | None = None,
    answer: str = "",
    checkpoint: Checkpoint | None = None,
    check: Callable[[Loaded[S]], None] | None = None,
    fresh: bool = False,
    quiet: bool = False,
) -> Executed[S]:
    """Loads `stream`, decides `command`, appends with the loaded version, and retries on conflict. A state that is remembered is not loaded again
    where the append proves it (ADR 88).

    asked: whose idempotency key is kept, so that a repeat decides nothing. answer: is kept for a repeat. quiet: see `Item`. fresh: the stream is
    expected to be new; it is loaded only if the append finds that it is not. check: raises if the loaded state forbids the command (If-Match,
    access). A repeat that decides no events, with neither idempotency key nor checkpoint, stores nothing and
    has no outcome. Raises: the errors of `decide` and `check`; IdempotencyMismatch; VersionConflict; Unavailable.
    """
    decided, stored = list[Loaded[S]](), list[E]()
    before = await repeated(store, asked) if asked and not fresh else None
    if before:
        return await _executed_before(store, decider, stream, before)

    def decide(loaded: Loaded[S]) -> Sequence[E]:
        if check:
            check(loaded)
        return decider.decide(command, loaded.state)

    async def plan() -> Item | None:
        built = None if fresh or decided else await _built(store, stream, decide)
        if built is None:
            loaded = untouched(decider, stream, store.outages) if fresh and not decided else await load(store, decider, stream)
            built = loaded, decide(loaded)
        loaded, events = built
        writes = (write(decider, loaded, events, occasion),) if events else ()
        decided[:], stored[:] = [each.after or loaded for each in writes] or [loaded], events
        kept = asked.idempotency(answer) if asked else None
        return Item(writes, kept, checkpoint, quiet=quiet) if writes or kept or checkpoint else None

    outcome = await commit(store, plan)
    if asked:
        asked.require_same(outcome)
    if isinstance(outcome, Repeated):
        return await _executed_before(store, decider, stream, outcome)
    return Executed(outcome, decided[0].state, decided[0].version, getattr(outcome, "position", 0), changed=bool(stored))


async def _built(store: EventStore, stream: str, decide: Callable[[Loaded[S]], Sequence[E]]) -> tuple[Loaded[S], Sequence[E]] | None:
    """The remembered state and what is decided over it. None where only a loaded state will do: an append proves that a state was the newest,
    a refusal or silence does not.
    """
    known = await store.to_build_on(stream)
    if known is None:
        return None
    with suppress(TanggapError):
        events = decide(known)
        return (known, events) if events else None
    return None


async def repeated(store: EventStore, asked: Asked) -> Repeated | None:
    """What this very request was answered before; None where it is new. Raises: IdempotencyMismatch: its key belongs to another body."""
    before = await store.repeated(asked.scope, asked.key) if asked.key else None
    asked.require_same(before)
    return before


async def _executed_before(store: EventStore, decider: Decider[Any, S, Any], stream: str, outcome: Repeated) -> Executed[S]:
    """The command was taken before: its stream as it is now."""
    now = await load(store, decider, stream)
    return Executed(outcome, now.state, now.version, outcome.position, changed=False)


async def execute_all(
    store: EventStore,
    decider: Decider[C, Any, Any],
    commands: Sequence[tuple[str, C]],
    occasion: Occasion,
    *,
    checkpoint: Checkpoint | None = None,
) -> Outcome | None:
    """Executes commands on several streams of one kind as one item, all or nothing. Returns None if there is nothing to store.

    The streams are loaded together, each once, before the first command is decided. What they are afterwards is not remembered: a crowd would
    push out what is asked for again.
    """

    async def plan() -> Item | None:
        writes = []
        loads = await load_many(store, decider, [stream for stream, _ in commands])
        for stream, command in commands:
            events = decider.decide(command, loads[stream].state)
            if events:
                writes.append(Write(stream, loads[stream].version, encoded(decider, stream, events, occasion)))
        return Item(tuple(writes), checkpoint=checkpoint) if writes or checkpoint else None

    return await commit(store, plan)
