"""Several streams decided on one after the other and appended as one item: each decision sees what those before it lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from services.cases.domain.case.state import Case
from services.cases.domain.streams import case_stream
from shared.decider import Decider, load, write
from shared.eventstore.states import Loaded
from shared.eventstore.store import EventStore, Write
from shared.message import Event, Fact, Occasion

S = TypeVar("S")


@dataclass
class _Stream:
    """loaded: as it is stored. state: with the events that were decided since."""

    decider: Decider[Any, Any, Any]
    loaded: Loaded[Any]
    state: Any
    events: list[Event] = field(default_factory=list)


@dataclass
class Together:
    """What is to be appended. cases: their decider."""

    store: EventStore
    cases: Decider[Fact, Case, Event]
    _streams: dict[str, _Stream] = field(default_factory=dict)

    async def state(self, decider: Decider[Any, S, Any], stream: str) -> S:
        """A stream's state after what was decided so far."""
        state: S = (await self._stream(decider, stream)).state
        return state

    async def decide(self, decider: Decider[Any, Any, Any], stream: str, command: Fact) -> Sequence[Event]:
        """Raises: a refusal by name."""
        known = await self._stream(decider, stream)
        events = list(decider.decide(command, known.state))
        known.events += events
        known.state = decider.fold(events, known.state)
        return events

    async def case(self, case_id: str) -> Case:
        return await self.state(self.cases, case_stream(case_id))

    async def on_case(self, case_id: str, *commands: Fact) -> Sequence[Event]:
        """What the case decides. Raises: a refusal by name."""
        return [event for command in commands for event in await self.decide(self.cases, case_stream(case_id), command)]

    async def tell(self, case_id: str, event: Event) -> None:
        """An event of a case that follows from what was decided about several."""
        known = await self._stream(self.cases, case_stream(case_id))
        known.events.append(event)
        known.state = self.cases.evolve(known.state, event)

    async def going_on(self, case_id: str) -> Case:
        """The case, or the one that goes on where it was merged, and that one again."""
        seen, case = {case_id}, await self.case(case_id)
        while (into := case.moves.merged_into) and into not in seen:
            seen.add(into)
            case = await self.case(into)
        return case

    def writes(self, occasion: Occasion) -> tuple[Write, ...]:
        """Events of a case belong to its own school, those of another stream to that of the occasion."""
        return tuple(
            write(each.decider, each.loaded, each.events, replace(occasion, school=getattr(each.state, "school", occasion.school)))
            for each in self._streams.values()
            if each.events
        )

    async def _stream(self, decider: Decider[Any, Any, Any], stream: str) -> _Stream:
        if stream not in self._streams:
            loaded = await load(self.store, decider, stream)
            self._streams[stream] = _Stream(decider, loaded, loaded.state)
        return self._streams[stream]
