"""Deadlines: whatever is expected stands in the store with its day. When it passes, an event says so once, and the ladder climbs rung by rung
until the expected thing happens; nobody takes a case off the ladder by editing it (domain.md, Urgency).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Expected, Part
from services.cases.domain.steps.policy import Policy
from services.cases.domain.steps.tells import NOTHING, Counts, Tells, counted
from shared.events import Urgency
from shared.message import Event, Fact
from shared.school_day import Calendar


class Due(Part):
    """One deadline as set. climb: minutes after which the next rungs hear of it."""

    key: str
    what: str
    due: AwareDatetime
    owner: str | None
    climb: tuple[int, ...]


class PassDeadline(Fact):
    """Its time has come, by the clock of the store. due: as the scheduler read it, so that a later one is not passed by mistake.

    calendar: of the school, by which the next rung's time is counted; None where every day counts.
    """

    key: str
    due: AwareDatetime
    now: AwareDatetime
    calendar: Calendar | None = None


class DeadlinesSet(Event):
    type: Literal["deadlines-set"] = "deadlines-set"
    version: Literal[1] = 1
    deadlines: tuple[Due, ...]


class DeadlinesMet(Event):
    """What was expected happened, or is expected no longer."""

    type: Literal["deadlines-met"] = "deadlines-met"
    version: Literal[1] = 1
    keys: tuple[str, ...]


class DeadlinePassed(Event):
    """step: 0 for the owner, 1, 2 … for the rungs above. next_due: when the next rung hears, None at the top."""

    type: Literal["deadline-passed"] = "deadline-passed"
    version: Literal[1] = 1
    key: str
    what: str
    due: AwareDatetime
    step: int
    next_due: AwareDatetime | None


DEADLINE_EVENTS = (DeadlinesSet, DeadlinesMet, DeadlinePassed)
TELLS: Mapping[type[Event], Tells[Any]] = {
    DeadlinesSet: NOTHING,
    DeadlinesMet: Tells(counts=Counts(size_of="keys")),
    DeadlinePassed: counted("what", "step"),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """expected: the day it was due first. due: when the next rung hears, None when all have. step: how many have heard."""

    key: str
    what: str
    expected: datetime
    due: datetime | None
    owner: str | None
    climb: tuple[int, ...]
    step: int = 0


Deadlines = Mapping[str, Deadline]


def evolve(deadlines: Deadlines, event: Event) -> Deadlines:
    match event:
        case DeadlinesSet():
            return {**deadlines, **{each.key: Deadline(each.key, each.what, each.due, each.due, each.owner, each.climb) for each in event.deadlines}}
        case DeadlinesMet(keys=keys):
            return {key: each for key, each in deadlines.items() if key not in keys}
        case DeadlinePassed(key=key) if key in deadlines:
            known = deadlines[key]
            return {**deadlines, key: Deadline(key, known.what, known.expected, event.next_due, known.owner, known.climb, event.step + 1)}
        case _:
            return deadlines


def passed(command: PassDeadline, deadlines: Deadlines, *, emergency: bool = False) -> DeadlinePassed | None:
    """The event, once: None where it was met, moved, passed before, or its time has not come.

    emergency: the only level whose ladder knows no days (domain page, "People come and go").
    """
    known = deadlines.get(command.key)
    if known is None or known.due is None or known.due != command.due or command.now < known.due:
        return None
    wait = known.climb[known.step] if known.step < len(known.climb) else None
    following = _waited(known.due, wait, None if emergency else command.calendar) if wait else None
    return DeadlinePassed(key=known.key, what=known.what, due=known.expected, step=known.step, next_due=following)


def _waited(start: datetime, minutes: int, calendar: Calendar | None) -> datetime:
    return calendar.later(start, minutes) if calendar else start + timedelta(minutes=minutes)


def changes(deadlines: Deadlines, wanted: Sequence[Expected], still_open: Sequence[str], policy_climb: tuple[int, ...]) -> list[Event]:
    """What must be set and what was met. wanted: expectations of today. still_open: keys of clocks that are not met yet."""
    expected = {each.key: each for each in wanted}
    fresh = [
        Due(key=each.key, what=each.what, due=each.due, owner=each.owner, climb=policy_climb)
        for each in wanted
        if each.key not in deadlines or deadlines[each.key].expected != each.due
    ]
    gone = tuple(key for key in deadlines if key not in expected and key not in still_open)
    told: list[Event] = []
    if fresh:
        told.append(DeadlinesSet(deadlines=tuple(fresh)))
    if gone:
        told.append(DeadlinesMet(keys=gone))
    return told


def clocks(policy: Policy, level: Urgency, at: datetime, owner: str | None) -> list[Due]:
    """The clocks that a level starts when a concern comes in (domain.md, the table of levels)."""
    clock, climb, taken = policy.clocks[level], policy.ladder.climb[level], in_hand_by(policy, level, at)
    found = {
        "acknowledge": taken.acknowledge,
        "decide": taken.decide,
        "assess": _in(at, clock.assess),
        "contact": _earlier(_in(at, clock.contact), _school_days(policy, at, clock.contact_school_days)),
        "plan": _in(at, clock.plan),
        "refer": _earlier(_in(at, clock.refer), _school_days(policy, at, clock.refer_school_days)),
    }
    return [Due(key=name, what=name, due=due, owner=owner, climb=climb) for name, due in found.items() if due]


class InHandBy(NamedTuple):
    """Until when a person takes a concern in hand, and until when one decides."""

    acknowledge: datetime
    decide: datetime


def in_hand_by(policy: Policy, level: Urgency, at: datetime) -> InHandBy:
    """In minutes of all days or of school days, as the level's clock says."""
    clock, calendar = policy.clocks[level], policy.calendar if policy.clocks[level].on_school_days else None
    return InHandBy(_waited(at, clock.acknowledge, calendar), _waited(at, clock.decide, calendar))


def _in(at: datetime, minutes: int | None) -> datetime | None:
    return at + timedelta(minutes=minutes) if minutes else None


def _school_days(policy: Policy, at: datetime, days: int | None) -> datetime | None:
    return policy.calendar.after(at, days) if days else None


def _earlier(*moments: datetime | None) -> datetime | None:
    return min((each for each in moments if each), default=None)
