"""Several strategies as one table: which step a command takes, which strategy an event belongs to, what is expected.

This is the one place that walks steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import (
    Activities,
    Activity,
    ActivityCommand,
    ActivityEnded,
    ActivityEvent,
    Expected,
    NoSuchActivity,
    PersonInConflict,
    WrongMoment,
)
from services.cases.domain.steps.command import recorded
from services.cases.domain.steps.endings import AFTER, COMMON, ActivityHandedOver, HandOverActivity, taken_up
from services.cases.domain.steps.strategy import Step, Strategy
from shared.eventstore.upcasting import Upcast


@dataclass(frozen=True, slots=True, eq=False)
class Strategies:
    """The table."""

    by_name: Mapping[str, Strategy]
    by_command: Mapping[type[ActivityCommand], tuple[Strategy, Step]]
    by_event: Mapping[type[ActivityEvent], tuple[Strategy, Step]]

    @property
    def commands(self) -> tuple[type[ActivityCommand], ...]:
        return (*self.by_command, *COMMON)

    @property
    def upcasts(self) -> Mapping[tuple[str, int], Upcast]:
        """Of the old versions of all their events."""
        return {step: upcast for strategy in self.by_name.values() for step, upcast in strategy.upcasts.items()}

    @property
    def events(self) -> tuple[type[ActivityEvent], ...]:
        return (*self.by_event, *AFTER)

    def decide(self, command: ActivityCommand, activities: Activities, about: About) -> Sequence[ActivityEvent]:
        """The step's event; nothing where this very step was taken before. Raises: a refusal by name."""
        known = activities.get(command.activity)
        if known and any(event.act == command.act for event in known.events):
            return []
        if type(command) in COMMON:
            return [_common(command, known, about)]
        strategy, wanted = self.by_command[type(command)]
        subject = _subject(command, wanted, known, strategy)
        if wanted.check:
            wanted.check(command, subject, about)
        return [_taken(command, wanted, subject)]

    def evolve(self, activities: Activities, event: ActivityEvent) -> Activities:
        """The activities after one step; total over every event of the table."""
        known = activities.get(event.activity)
        if type(event) in AFTER:
            moved = self.by_name[known.strategy].settled(_after_common(known, event)) if known else None
            return {**activities, event.activity: moved} if moved else activities
        strategy, taken = self.by_event[type(event)]
        before = known or Activity(event.activity, strategy.name, "", event.by)
        after = replace(before, state=taken.after or before.state, events=(*before.events, event))
        return {**activities, event.activity: strategy.settled(after)}

    def expected(self, activities: Activities) -> list[Expected]:
        """Everything that must happen next, but for what the beginning of another activity has brought about."""
        under_way = [each for each in activities.values() if not each.ended]
        expected = [wanted for each in under_way for wanted in self._of_one(each)]
        return [each for each in expected if not (each.begins and any(_brings_about(activity, each) for activity in activities.values()))]

    def _of_one(self, activity: Activity) -> Sequence[Expected]:
        return [taken_up(activity)] if activity.state == "postponed" else self.by_name[activity.strategy].expects(activity)


@cache
def table(*strategies: Strategy) -> Strategies:
    """The table of these strategies; the same one for the same strategies."""
    steps = [(strategy, taken) for strategy in strategies for taken in strategy.steps]
    return Strategies(
        {strategy.name: strategy for strategy in strategies},
        {taken.command: (strategy, taken) for strategy, taken in steps},
        {taken.event: (strategy, taken) for strategy, taken in steps},
    )


def _brings_about(activity: Activity, expected: Expected) -> bool:
    if expected.begins != activity.strategy or expected.proposed is None:
        return False
    return not activity.ended or activity.events[0].at >= expected.proposed


def _taken(command: ActivityCommand, wanted: Step, subject: Activity) -> ActivityEvent:
    if wanted.confirms is None:
        return recorded(wanted.event, command)
    proposed = wanted.confirms.proposal(command, subject)
    return recorded(wanted.event, command, proposed_by=proposed.by)


def _common(command: ActivityCommand, known: Activity | None, about: About) -> ActivityEvent:
    if known is None:
        raise NoSuchActivity
    if known.ended:
        raise ActivityEnded
    if isinstance(command, HandOverActivity) and command.to in about.named:
        raise PersonInConflict
    return recorded(COMMON[type(command)].event, command)


def _subject(command: ActivityCommand, wanted: Step, known: Activity | None, strategy: Strategy) -> Activity:
    if wanted.opens:
        if known:
            raise WrongMoment
        return Activity(command.activity, strategy.name, "", command.by)
    if known is None or known.strategy != strategy.name:
        raise NoSuchActivity
    if known.ended:
        raise ActivityEnded
    if known.state not in wanted.before:
        raise WrongMoment
    return known


def _after_common(known: Activity, event: ActivityEvent) -> Activity:
    owner = event.to if isinstance(event, ActivityHandedOver) else known.owner
    return replace(known, state=AFTER[type(event)] or known.state, owner=owner, events=(*known.events, event))
