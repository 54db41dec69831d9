"""A deadline that passed once passes again where the same one is set anew: the store must not take the second passing for the first."""

import asyncio
from datetime import timedelta
from typing import Any

from services.cases.clocks import Overdue, pass_deadline
from services.cases.domain.case.case import CASE
from services.cases.domain.case.strands import Acknowledge, Close, Reopen
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.streams import case_stream
from shared.decider import load, write
from shared.eventstore.memory import InMemoryEventStore
from shared.eventstore.store import Item
from shared.message import TANGGAP, Fact, Occasion, derived_id
from shared.school_day import Calendar, national
from tests.cases.people import NOW, POLICY, step, take, words

STREAM = case_stream("case-1")


class Days:
    async def of(self, _: str) -> Calendar:
        return national("Asia/Jakarta")


async def told(store: InMemoryEventStore, number: int, command: Fact) -> None:
    loaded = await load(store, CASE, STREAM)
    cause = derived_id(TANGGAP, "told", number)
    events = CASE.decide(command, loaded.state)
    await store.append(Item((write(CASE, loaded, events, Occasion("x", "smp1", NOW, cause, cause)),)))


async def passings() -> tuple[list[Any], int]:
    """How far the ladder has heard of the transfer that is expected: before the case was closed, and after it was opened again."""
    store, moved = InMemoryEventStore(), NoteWhereabouts(school="sma1", at=NOW, policy=POLICY)
    close, reopen = step(Close, outcome_class="helped", task_reviewed=words()), step(Reopen, text=words())
    for number, command in enumerate((take(), step(Acknowledge), moved)):
        await told(store, number, command)
    due = next(each for each in (await load(store, CASE, STREAM)).state.deadlines.values() if each.what == "transfer")
    steps = []
    for number, commands in enumerate(((), (close, reopen))):
        for place, command in enumerate(commands):
            await told(store, 10 * number + place + 10, command)
        await pass_deadline(store, CASE, Days(), Overdue("case-1", due.key, due.expected), due.expected + timedelta(days=9 + number))  # type: ignore[arg-type]
        steps.append((await load(store, CASE, STREAM)).state.deadlines[due.key].step)
    return steps, sum(1 for event in store.events if event.type == "work-overdue")


def test_what_is_expected_again_after_reopening_climbs_again():
    assert asyncio.run(passings()) == ([1, 1], 2)
