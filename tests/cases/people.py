"""Short names for what the tests of a case talk about: people, a concern, commands with defaults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from services.cases.domain.case.additions import ContinueConcern
from services.cases.domain.case.case import CASE
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Acknowledge, TakeConcern
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.policy import Policy
from services.cases.policies import policy_for
from shared.events import ConcernContinued, ConcernRaised, NamedPerson
from shared.message import Event, Fact
from shared.sealed import Sealed

NOW = datetime(2026, 2, 9, 2, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Jakarta."""

COUNSELLOR, OTHER, COORDINATOR, PRINCIPAL, OFFICER = "counsellor", "other-counsellor", "coordinator", "principal", "officer"
TEACHER, MOTHER, FATHER, STUDENT = "teacher", "mother", "father", "student"
POLICY: Policy = policy_for(NOW.date())

WHOLE: dict[str, list[Any]] = json.loads((Path(__file__).parents[1] / "pinned" / "decided.json").read_text(encoding="utf-8"))
"""What each command decides at its right moment: whole events, by the command's class."""

_acts = count(1)
C = TypeVar("C", bound=Command)


def words(text: str = "kata") -> Sealed:
    return Sealed(kid="k", context="c", box=text)


def raised(concern: str = "c-1", **told: Any) -> ConcernRaised:
    known: dict[str, Any] = {
        "concern": concern, "school": "smp1", "student": STUDENT, "role": "affected", "kind": "incident", "categories": ("bullying",),
        "facts": {"repeated": False}, "text": words(), "channel": "web", "reporter_kind": "staff",
    }  # fmt: skip
    return ConcernRaised(**(known | told))


def continued(concern: str = "c-1", addition: str = "a-1", **told: Any) -> ConcernContinued:
    """What the reporter of `raised` said later. facts: as told, if not said otherwise: the first answers and then these."""
    answers = told.get("answers", {})
    known: dict[str, Any] = {
        "concern": concern, "addition": addition, "school": "smp1", "student": STUDENT, "students": 1, "role": "affected", "reporter_kind": "staff", "kind": "incident",
        "categories": ("bullying",), "answers": answers, "facts": {"repeated": False, **answers}, "text": words("kata lagi"), "people": (),
        "guardians_unsafe": False, "desk": "school",
    }  # fmt: skip
    return ConcernContinued(**(known | told))


def say_more(told: ConcernContinued | None = None, at: datetime = NOW, policy: Policy = POLICY) -> ContinueConcern:
    said = told or continued()
    return ContinueConcern(continued=said, policy=policy, decision=f"triage-{said.addition}", at=at)


def named(person: str, relation: str = "staff", role: str = "accused") -> NamedPerson:
    return NamedPerson.model_validate({"person": person, "relation": relation, "role": role})


def take(concern: ConcernRaised | None = None, at: datetime = NOW, policy: Policy = POLICY) -> TakeConcern:
    told = concern or raised()
    return TakeConcern(case="case-1", concern=told, policy=policy, decision=f"triage-{told.concern}", at=at)


def step(command: type[C], by: str = COUNSELLOR, at: datetime = NOW, **told: Any) -> C:
    """A command with a fresh act."""
    return command(act=f"act-{next(_acts)}", by=by, at=at, **told)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def after(*commands: Fact, case: Case | None = None) -> Case:
    """The case after commands that must all be decided."""
    state = case or CASE.initial
    for command in commands:
        events = CASE.decide(command, state)
        assert events, f"{type(command).__name__} decided nothing"
        state = CASE.fold(events, state)
    return state


def handled(*commands: Fact, concern: ConcernRaised | None = None) -> Case:
    """A case that somebody took in hand, then these commands."""
    return after(take(concern), step(Acknowledge, by=COUNSELLOR), *commands)


_FOLLOWS = ("deadlines-set", "deadlines-met", "deadlines-given", "staff-to-be-told", "case-people-changed")


def types(events: Any) -> list[str]:
    """What was decided, without the deadlines and notices that follow from it."""
    return [event.type for event in events if event.type not in _FOLLOWS]


def whole(events: Iterable[Event]) -> list[Any]:
    """Every event as it is stored, with what follows from it; the acts are numbered anew, in the order in which they stand."""
    text = json.dumps([json.loads(event.model_dump_json()) for event in events])
    seen: dict[str, str] = {}
    told: list[Any] = json.loads(re.sub(r"act-\d+", lambda found: seen.setdefault(found[0], f"act-{len(seen) + 1}"), text))
    return told


def decided(case: Case, command: Fact) -> tuple[list[Any], Case]:
    """The events, of whichever classes, and the case after them."""
    events = list(CASE.decide(command, case))
    return events, CASE.fold(events, case)
