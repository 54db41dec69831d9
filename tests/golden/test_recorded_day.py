"""The demonstration's day, recorded by the release of 27 November 2026, opens in the release of today: same states, same lists, same histories.

Left out, because it depends on the database's own clock and not on the service's: the filter `overdue` of the case list.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.golden.day import Answer, Question, Recording, Served, recording, restore, served
from tests.golden.histories import difference
from tests.golden.stored import decider_of

pytestmark = pytest.mark.anyio

EVENTS = {"intake": 3700, "cases": 1200, "notifications": 436}
SHOWN = 10
"""Differences that a failing test lists."""


@pytest.fixture(scope="module")
def told() -> Recording:
    return recording()


@pytest.fixture
async def day(empty_database: str, told: Recording) -> AsyncIterator[Served]:
    restore(empty_database)
    async with served(empty_database, told) as running:
        yield running


TWO_ROLES = "smk1 counsellor"
"""Their token said counsellor alone; the roster has the person as coordinator, too. Rights are looked up now (ADR 20): of a colleague's case they are
asked for the reason, and their list of the day is the school's.
"""


SUMMARY = ("duty", "officer", "auditor", "principal", "smp1 named counsellor")
"""Of a case they see level, state, who, when and service given, and the duty officer reads by taking over (ADR 31): what they are told is what was
recorded, and much of it is not told any more.
"""


def is_otherwise_now(question: Question, before: Answer, answer: Answer) -> bool:
    """The answers that a changed rule makes others. What is not theirs is for everybody as if it were not there (ADR 31)."""
    if (before.status, answer.status) == (403, 404):
        return True
    two_roles = question.who == TWO_ROLES and (answer.status == 428 or question.path == "/cases/api/lists/today")
    if question.path.startswith("/notifications/api/tasks") and question.who == "duty":
        return answer.status == 404 or answer.body["items"] == []  # by taking over
    if question.path.endswith("/deliveries") or (question.path == "/cases/api/cases" and question.who in CLUSTER):
        return _is_part(before.body["items"], answer.body["items"]) or _is_part(answer.body["items"], before.body["items"])
    return two_roles or question.path.endswith("/documents")  # a document holds the fields of its own subject (ADR 33)


CLUSTER = ("smp1 counsellor", "smp1 named counsellor")
"""A school of their cluster has no counsellor: its cases are theirs, too (ADR 31)."""


def _is_part(few: list[dict[str, Any]], many: list[dict[str, Any]]) -> bool:
    """Everybody sees the messages about cases that they may know of, and of the others none."""
    return {each["id"] for each in few} <= {each["id"] for each in many}


def _sees_less(question: Question) -> bool:
    return question.path.startswith("/cases/api/cases/") and (question.who or "").endswith(SUMMARY)


def _keys(deadlines: list[Any]) -> set[str]:
    """When an activity meets is told to nobody who does not read it."""
    return {each["key"] for each in deadlines}


def still_told(before: Any, now: Any, *, less: bool) -> Any:
    """What was recorded, without what is withheld now as a whole. less: and without what is not told any more."""
    if isinstance(now, dict) and "withheld" in now:
        return now
    if isinstance(before, dict) and isinstance(now, dict):
        return {name: still_told(each, now.get(name), less=less) for name, each in before.items() if name in now or not less}
    if isinstance(before, list) and isinstance(now, list):
        before = [each for each in before if not less or not isinstance(each, dict) or "key" not in each or each["key"] in _keys(now)]
        if len(before) != len(now):
            return before
        return [still_told(each, mine, less=less) for each, mine in zip(before, now, strict=True)]
    return before


def is_read_model(question: Question) -> bool:
    """A case, its history, decisions and documents are folded from its stream; everything else is read from a view."""
    return not question.path.startswith("/cases/api/cases/")


def as_recorded(_: Question, answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "body": answer.body}


def as_rebuilt(question: Question, answer: Answer) -> dict[str, Any]:
    """A rebuild knows that a message was sent, and not when: the sender's own clock stands in the view alone."""
    if not question.path.endswith("/deliveries"):
        return as_recorded(question, answer)
    items = [{name: each for name, each in item.items() if name != "sent_at"} for item in answer.body["items"]]
    return {"status": answer.status, "body": {"items": items}}


async def differences(
    day: Served, told: Recording, asked: Callable[[Question], bool], shown: Callable[[Question, Answer], dict[str, Any]]
) -> list[str]:
    """Where today's answers are not the recorded ones. Keys that today's answers add are no difference."""
    found = []
    for question, before in told.answers:
        now = await day.ask(question) if asked(question) else before
        told_before = still_told(shown(question, before), as_recorded(question, now), less=_sees_less(question))
        differs = None if is_otherwise_now(question, before, now) else difference(told_before, as_recorded(question, now))
        if asked(question) and differs:
            found.append(f"{question}: {differs}")
    return found[:SHOWN]


async def test_every_answer_is_the_one_that_was_recorded(day: Served, told: Recording) -> None:
    assert len(told.answers) == 943
    assert await differences(day, told, lambda _: True, as_recorded) == []


async def test_after_a_rebuild_of_every_view_the_answers_are_the_same(day: Served, told: Recording) -> None:
    await day.rebuild()
    assert await differences(day, told, is_read_model, as_rebuilt) == []


async def test_every_chain_of_hashes_and_every_signed_head_of_the_day_holds(day: Served) -> None:
    verified = await day.verified()
    assert [(each.service, each.events, each.broken) for each in verified] == [(service, events, None) for service, events in EVENTS.items()]


async def test_every_stream_of_the_day_folds(day: Served) -> None:
    for service, events in EVENTS.items():
        streams = await day.streams(service)
        assert sum(len(kept) for kept in streams.values()) == events
        for kept in streams.values():
            decider = decider_of(service, {event.type for event in kept})
            decider.fold(decider.codec.decode_many(kept))
