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


class DeadlinesGiven(Event):
    """What is expected is another person's from now on. owner: whose, None for nobody's. The days and the ladder stay as they are."""

    type: Literal["deadlines-given"] = "deadlines-given"
    version: Literal[1] = 1
    keys: tuple[str, ...]
    owner: str | None


class DeadlinePassed(Event):
    """step: 0 for the owner, 1, 2 … for the rungs above. next_due: when the next rung hears, None at the top."""

    type: Literal["deadline-passed"] = "deadline-passed"
    version: Literal[1] = 1
    key: str
    what: str
    due: AwareDatetime
    step: int
    next_due: AwareDatetime | None


DEADLINE_EVENTS = (DeadlinesSet, DeadlinesMet, DeadlinesGiven, DeadlinePassed)
TELLS: Mapping[type[Event], Tells[Any]] = {
    DeadlinesSet: NOTHING,
    DeadlinesMet: Tells(counts=Counts(size_of="keys")),
    DeadlinesGiven: NOTHING,
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
        case DeadlinesGiven(keys=keys, owner=owner):
            return {key: _owned(each, owner) if key in keys else each for key, each in deadlines.items()}
        case DeadlinePassed(key=key) if key in deadlines:
            known = deadlines[key]
            return {**deadlines, key: Deadline(key, known.what, known.expected, event.next_due, known.owner, known.climb, event.step + 1)}
        case _:
            return deadlines


def _owned(known: Deadline, owner: str | None) -> Deadline:
    return Deadline(known.key, known.what, known.expected, known.due, owner, known.climb, known.step)


def passed(command: PassDeadline, deadlines: Deadlines, *, emergency: bool = False) -> DeadlinePassed | None:
    """The event, once: None where it was met, moved, passed before, or its time has not come.

    emergency: the only level whose ladder knows no days (domain page, "People come and go").
    """
    known = deadlines.get(command.key)
    if known is None or known.due is None or known.due != command.due or command.now < known.due:
        return None
    wait = known.climb[known.step] if known.step < len(known.climb) else None
    following = _next_rung(known.due, wait, command, emergency=emergency) if wait else None
    return DeadlinePassed(key=known.key, what=known.what, due=known.expected, step=known.step, next_due=following)


def _next_rung(due: datetime, wait: int, command: PassDeadline, *, emergency: bool) -> datetime:
    """When the next rung hears. After an outage its time may be over already: in an emergency it hears at once, of every other level who heard last
    has time to act before the one above hears.
    """
    if emergency:
        return _waited(due, wait, None)
    following = _waited(due, wait, command.calendar)
    return following if following > command.now else _waited(command.now, wait, command.calendar)


def _waited(start: datetime, minutes: int, calendar: Calendar | None) -> datetime:
    return calendar.later(start, minutes) if calendar else start + timedelta(minutes=minutes)


def changes(deadlines: Deadlines, wanted: Sequence[Expected], still_open: Mapping[str, str | None], policy_climb: tuple[int, ...]) -> list[Event]:
    """What must be set, what was met, and what became another person's. wanted: expectations of today.

    still_open: clocks that are not met yet, each with whose it is now.
    """
    known = {each.key for each in wanted if each.key in deadlines and deadlines[each.key].expected == each.due}
    fresh = [Due(key=each.key, what=each.what, due=each.due, owner=each.owner, climb=policy_climb) for each in wanted if each.key not in known]
    owners = {**still_open, **{each.key: each.owner for each in wanted if each.key in known}}
    goes_on = still_open.keys() | {each.key for each in wanted}
    gone = tuple(key for key in deadlines if key not in goes_on)
    return [
        *([DeadlinesSet(deadlines=tuple(fresh))] if fresh else []),
        *([DeadlinesMet(keys=gone)] if gone else []),
        *_given({key: owner for key, owner in owners.items() if deadlines[key].owner != owner}),
    ]


def _given(moved: Mapping[str, str | None]) -> list[Event]:
    """moved: what has another owner now, by key."""
    return [DeadlinesGiven(keys=tuple(key for key, each in moved.items() if each == owner), owner=owner) for owner in dict.fromkeys(moved.values())]


def clocks(policy: Policy, level: Urgency, at: datetime, owner: str | None) -> list[Due]:
    """The clocks that a level starts when a concern comes in (domain.md, the table of levels)."""
    clock, climb, taken = policy.clocks[level], policy.ladder.climb[level], in_hand_by(policy, level, at)
    found = {
        "acknowledge": taken.acknowledge,
        "decide": taken.decide,
        "assess": _in(at, clock.assess),
        "contact": _earlier(_in(at, clock.contact), _school_days(policy, at, clock.contact_school_days)),
        "homeroom-first": _school_days(policy, at, clock.homeroom_school_days),
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
