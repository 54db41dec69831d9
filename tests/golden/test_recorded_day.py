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


ON_LEAVE = ("smk1 counsellor", "smk1 coordinator")
"""One person, who was on leave when the day was recorded. A leave goes before every post now (ADR 23), until it ends by the database's own clock: what they are
answered is left out.
"""


SUMMARY = ("duty", "officer", "auditor", "principal", "smp1 named counsellor")
"""Of a case they see level, state, who, when and service given, and the duty officer reads by taking over (ADR 31): what they are told is what was
recorded, and much of it is not told any more.
"""


def is_otherwise_now(question: Question, before: Answer, answer: Answer) -> bool:
    """The answers that a changed rule makes others. What is not theirs is for everybody as if it were not there (ADR 31)."""
    if (before.status, answer.status) == (403, 404):
        return True
    if question.path.startswith("/notifications/api/tasks") and question.who == "duty":
        return answer.status == 404 or answer.body["items"] == []  # by taking over
    if question.path.endswith("/deliveries") or (question.path == "/cases/api/cases" and question.who in CLUSTER):
        return _is_part(before.body["items"], answer.body["items"]) or _is_part(answer.body["items"], before.body["items"])
    if question.path.startswith("/cases/api/reports/district"):
        return answer.status == before.status  # whole days, in steps of five (ADR 50)
    return question.path.endswith("/documents")  # a document holds the fields of its own subject (ADR 33)


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


def _newest(question: Question, told: Any) -> Any:
    """What was decided is told in the newest version of its event: a decision about referral names its actors since version 2 (ADR 54)."""
    if not question.path.endswith("/decisions") or not isinstance(told, dict) or "items" not in told:
        return told
    return told | {"items": [each | {"version": 2} if each.get("type") == "referral-decided" else each for each in told["items"]]}


def as_owned(question: Question, before: Answer) -> dict[str, Any]:
    """The assignee of a case is who has it: since ADR 23 also whoever took it in hand before it was given to somebody."""
    told = _newest(question, before.body)
    if not question.path.startswith("/cases/api/cases") or not isinstance(told, dict) or "history" in question.path:
        return as_recorded(question, before)
    items = [_owned(item) for item in told["items"]] if "items" in told else None
    return {"status": before.status, "body": _owned(told) if items is None else told | {"items": items}}


def _owned(case: dict[str, Any]) -> dict[str, Any]:
    owned = case | {"assignee": case["assignee"] or case["acknowledged_by"]} if "acknowledged_by" in case else case
    return owned | {name: _hour(owned[name]) for name in _HOURLY if owned.get(name) and owned.get("urgency") != "emergency"}


_HOURLY = ("acknowledge_by", "opened_at", "changed_at")


def _hour(moment: str) -> str:
    """Since ADR 41 a list tells hours where no clock of an emergency runs."""
    return moment[: len("2026-11-27T21:")] + "00:00Z"


def without_what_stands_first(question: Question, before: Answer, now: Answer) -> dict[str, Any]:
    """Since ADR 23 alerts that nobody acknowledged, and what nobody has, stand first on the lists of those who may take them."""
    if question.path not in ("/cases/api/lists/today", "/cases/api/lists/waiting-for-me") or before.status != 200:
        return as_recorded(question, now)
    known = {(each["case"], each["key"]) for each in before.body["items"]}
    items = [each for each in now.body["items"] if (each["case"], each["key"]) in known]
    added = [each for each in now.body["items"] if each not in items]
    assert all(each["what"] == "acknowledge" or each["owner"] is None for each in added), question
    return {"status": now.status, "body": now.body | {"items": sorted(items, key=lambda each: (each["expected_at"], each["case"], each["key"]))}}


def as_rebuilt(question: Question, answer: Answer) -> dict[str, Any]:
    """A rebuild knows that a message was sent, and not when: the sender's own clock stands in the view alone."""
    if not question.path.endswith("/deliveries"):
        return as_owned(question, answer)
    items = [{name: each for name, each in item.items() if name != "sent_at"} for item in answer.body["items"]]
    return {"status": answer.status, "body": {"items": items}}


def with_hours(before: Any, now: Any) -> Any:
    """What was recorded, with the hour alone where the same moment is told by the hour now: of reports without a name, but for emergencies (ADR 41)."""
    if isinstance(before, dict) and isinstance(now, dict):
        return {name: with_hours(each, now.get(name)) for name, each in before.items()}
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [with_hours(each, beside) for each, beside in zip(before, now, strict=True)]
    if isinstance(before, str) and isinstance(now, str) and now[13:19] == ":00:00" and before[:13] == now[:13] and before[10:11] == "T":
        return now
    return before


async def differences(
    day: Served, told: Recording, asked: Callable[[Question], bool], shown: Callable[[Question, Answer], dict[str, Any]]
) -> list[str]:
    """Where today's answers are not the recorded ones. Keys that today's answers add are no difference."""
    found = []
    for question, before in told.answers:
        now = await day.ask(question) if asked(question) else before
        told_before = still_told(shown(question, before), as_recorded(question, now), less=_sees_less(question))
        told_now = without_what_stands_first(question, before, now)
        differs = None if is_otherwise_now(question, before, now) else difference(with_hours(told_before, told_now), told_now)
        if asked(question) and question.who not in ON_LEAVE and differs:
            found.append(f"{question}: {differs}")
    return found[:SHOWN]


async def test_every_answer_is_the_one_that_was_recorded(day: Served, told: Recording) -> None:
    assert len(told.answers) == 943
    assert await differences(day, told, lambda _: True, as_owned) == []


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
