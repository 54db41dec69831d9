"""What is told to a case by no person: a fact from a neighbour, or that a time has come."""

from __future__ import annotations

from dataclasses import replace

from services.cases.domain.case.state import Case
from services.cases.domain.streams import case_stream
from shared.decider import Decider, commit, load, write
from shared.eventstore.store import Checkpoint, EventStore, Item, Outcome
from shared.message import Event, Fact, Occasion


async def record_fact(
    store: EventStore, decider: Decider[Fact, Case, Event], case_id: str, fact: Fact, occasion: Occasion, checkpoint: Checkpoint | None = None
) -> Outcome | None:
    """Decides and appends, in one item with the checkpoint. decider: of cases.

    Its events belong to the case's own school, whatever the occasion's is.
    """

    async def plan() -> Item | None:
        case = await load(store, decider, case_stream(case_id))
        events = decider.decide(fact, case.state)
        writes = (write(decider, case, events, replace(occasion, school=case.state.school)),) if events else ()
        return Item(writes, checkpoint=checkpoint) if writes or checkpoint else None

    return await commit(store, plan)
