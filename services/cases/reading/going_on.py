"""Which case goes on, where one was merged into another."""

from __future__ import annotations

from services.cases.domain.case.state import Case
from services.cases.domain.streams import case_stream
from shared.decider import Decider, load
from shared.eventstore.states import Loaded
from shared.eventstore.store import EventStore
from shared.message import Event, Fact


async def load_going_on(store: EventStore, decider: Decider[Fact, Case, Event], case_id: str) -> Loaded[Case]:
    """The case, or the one that goes on where it was merged, and that one again. decider: of cases."""
    seen = {case_id}
    case = await load(store, decider, case_stream(case_id))
    while (into := case.state.moves.merged_into) and into not in seen:
        seen.add(into)
        case = await load(store, decider, case_stream(into))
    return case
