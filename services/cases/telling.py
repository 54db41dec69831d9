"""What is told to a case by no person: a fact from a neighbour, or that a time has come."""

from __future__ import annotations

from dataclasses import replace

from services.cases.domain.case import CASE
from shared.decider import commit, load, write
from shared.eventstore.store import Checkpoint, EventStore, Item, Outcome
from shared.message import Fact, Occasion


async def tell(store: EventStore, case_id: str, command: Fact, occasion: Occasion, checkpoint: Checkpoint | None = None) -> Outcome | None:
    """Decides and appends, in one item with the checkpoint. Whatever the occasion's school, it is the case's own that its events belong to."""

    async def plan() -> Item | None:
        case = await load(store, CASE, f"case-{case_id}")
        events = CASE.decide(command, case.state)
        writes = (write(CASE, case, events, replace(occasion, school=case.state.school)),) if events else ()
        return Item(writes, checkpoint=checkpoint) if writes or checkpoint else None

    return await commit(store, plan)
