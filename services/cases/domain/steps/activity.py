"""What all activities of a case have in common: a lifecycle of steps, quiet repeats, and four endings that every one of them knows.

A strategy's file says its commands, its events and its steps in a table; this file is the one place that walks such a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.cases.domain.steps.about import About
from services.cases.domain.steps.command import ActEvent, Command, recorded
from services.cases.domain.steps.offer import PLAIN, Offer
from shared.errors import Refused
from shared.sealed import CaseText

Field = Literal["personal", "social", "learning", "career"]
"""The four fields of guidance: pribadi, sosial, belajar, karier."""


class ActivityCommand(Command):
    """A step of one activity."""

    activity: str


class ActivityEvent(ActEvent):
    """A step that was taken."""

    activity: str


class Part(BaseModel):
    """A value inside a command or event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# what every activity knows -----------------------------------------------------------------------------------------


class PostponeActivity(ActivityCommand, called="postpone-activity", permission="work"):
    """until: the day it is taken up again."""

    until: AwareDatetime
    reason: CaseText


class ActivityPostponed(ActivityEvent):
    type: Literal["activity-postponed"] = "activity-postponed"
    version: Literal[1] = 1
    until: AwareDatetime
    reason: CaseText


class CancelActivity(ActivityCommand, called="cancel-activity", permission="work"):
    reason: CaseText


class ActivityCancelled(ActivityEvent):
    type: Literal["activity-cancelled"] = "activity-cancelled"
    version: Literal[1] = 1
    reason: CaseText


class RecordRefusal(ActivityCommand, called="record-refusal", permission="work"):
    """The person for whom it was meant said no. who: student, guardian, teacher or other."""

    who: Literal["student", "guardian", "teacher", "other"]
    reason: CaseText


class ActivityRefused(ActivityEvent):
    type: Literal["activity-refused"] = "activity-refused"
    version: Literal[1] = 1
    who: Literal["student", "guardian", "teacher", "other"]
    reason: CaseText


class HandOverActivity(ActivityCommand, called="hand-over-activity", permission="work"):
    """to: who goes on with it."""

    to: str


class ActivityHandedOver(ActivityEvent):
    type: Literal["activity-handed-over"] = "activity-handed-over"
    version: Literal[1] = 1
    to: str


COMMON: Mapping[type[ActivityCommand], tuple[type[ActivityEvent], str | None]] = {
    PostponeActivity: (ActivityPostponed, "postponed"),
    CancelActivity: (ActivityCancelled, "cancelled"),
    RecordRefusal: (ActivityRefused, "refused"),
    HandOverActivity: (ActivityHandedOver, None),
}
"""Event, and the state it leads to (None: it stays)."""

COMMON_EVENTS: tuple[type[ActivityEvent], ...] = tuple(event for event, _ in COMMON.values())
ENDED = frozenset({"cancelled", "refused"})


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of a case. version: how many steps it has taken. owner: who goes on with it."""

    activity: str
    strategy: str
    state: str
    owner: str
    events: tuple[ActivityEvent, ...] = ()

    @property
    def version(self) -> int:
        return len(self.events)

    def all(self, kind: type[E]) -> list[E]:
        """Its events of one kind, in order."""
        return [event for event in self.events if type(event) is kind]

    def last(self, kind: type[E]) -> E | None:
        """Its newest event of one kind."""
        found = self.all(kind)
        return found[-1] if found else None


E = TypeVar("E", bound=ActivityEvent)
Activities = Mapping[str, Activity]


@dataclass(frozen=True, slots=True)
class Expected:
    """Something that must happen. key: of the deadline, unique in its case. what: its code. due: until when. owner: who is to do it."""

    key: str
    what: str
    due: datetime
    owner: str | None


Check = Callable[[Any, Activity, About], None]
"""Raises a refusal where the step must not be taken. For an opening step the activity has no events yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """before: states it may be taken in; empty for one that opens. after: the state it leads to; None stays. offer: how it is offered."""

    command: type[ActivityCommand]
    event: type[ActivityEvent]
    before: frozenset[str]
    after: str | None
    check: Check | None = None
    offer: Offer[Activity] = PLAIN

    @property
    def opens(self) -> bool:
        return not self.before


def opens(
    command: type[ActivityCommand], event: type[ActivityEvent], state: str, check: Check | None = None, *, offer: Offer[Activity] = PLAIN
) -> Step:
    """The step that begins an activity."""
    return Step(command, event, frozenset(), state, check, offer)


def step(
    command: type[ActivityCommand],
    event: type[ActivityEvent],
    before: str,
    after: str | None = None,
    check: Check | None = None,
    *,
    offer: Offer[Activity] = PLAIN,
) -> Step:
    """A later step. before: states, with spaces between."""
    return Step(command, event, frozenset(before.split()), after, check, offer)


def _nothing(_: Activity) -> Sequence[Expected]:
    return ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """A kind of activity. ended: states that absorb. expects: what must happen next, and until when.

    readers: who may read its content besides its owner, by id; `content` of everything sealed in its events.
    """

    name: str
    steps: tuple[Step, ...]
    ended: frozenset[str]
    expects: Callable[[Activity], Sequence[Expected]] = _nothing
    readers: Callable[[Activity], frozenset[str]] = field(default=lambda _: frozenset())

    @property
    def absorbing(self) -> frozenset[str]:
        return self.ended | ENDED


# refusals ----------------------------------------------------------------------------------------------------------


class NoSuchActivity(Refused):
    code = "no-such-activity"
    status = 404
    indonesian = "Kegiatan ini tidak ada pada kasus ini."
    english = "This case has no such activity."


class WrongMoment(Refused):
    code = "wrong-moment"
    indonesian = "Langkah ini tidak dapat dilakukan pada tahap kegiatan sekarang."
    english = "This step cannot be taken at the activity's present stage."


class ActivityEnded(Refused):
    code = "activity-ended"
    indonesian = "Kegiatan ini sudah berakhir."
    english = "This activity has ended."


class PersonInConflict(Refused):
    code = "person-in-conflict"
    indonesian = "Orang ini disebut dalam laporan atau sedang dinonaktifkan dari kasus ini."
    english = "This person is named in a concern, or suspended from this case."


# decide, evolve ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Strategies:
    """Several strategies as one table: which step a command takes, which strategy an event belongs to."""

    by_name: Mapping[str, Strategy]
    by_command: Mapping[type[ActivityCommand], tuple[Strategy, Step]]
    by_event: Mapping[type[ActivityEvent], tuple[Strategy, Step]]

    @property
    def commands(self) -> tuple[type[ActivityCommand], ...]:
        return (*self.by_command, *COMMON)

    @property
    def events(self) -> tuple[type[ActivityEvent], ...]:
        return (*self.by_event, *COMMON_EVENTS)

    @property
    def opening(self) -> frozenset[type[ActivityCommand]]:
        """The commands that begin an activity."""
        return frozenset(command for command, (_, taken) in self.by_command.items() if taken.opens)

    def decide(self, command: ActivityCommand, activities: Activities, about: About) -> Sequence[ActivityEvent]:
        """The step's event; nothing where this very step was taken before. Raises: a refusal by name."""
        known = activities.get(command.activity)
        if known and any(event.act == command.act for event in known.events):
            return []
        if type(command) in COMMON:
            return [self._common(command, known, about)]
        strategy, wanted = self.by_command[type(command)]
        subject = self._subject(command, wanted, known, strategy)
        if wanted.check:
            wanted.check(command, subject, about)
        return [recorded(wanted.event, command)]

    def _common(self, command: ActivityCommand, known: Activity | None, about: About) -> ActivityEvent:
        if known is None:
            raise NoSuchActivity
        if known.state in self.by_name[known.strategy].absorbing:
            raise ActivityEnded
        if isinstance(command, HandOverActivity) and command.to in about.named:
            raise PersonInConflict
        return recorded(COMMON[type(command)][0], command)

    def _subject(self, command: ActivityCommand, wanted: Step, known: Activity | None, strategy: Strategy) -> Activity:
        if wanted.opens:
            if known:
                raise WrongMoment
            return Activity(command.activity, strategy.name, "", command.by)
        if known is None or known.strategy != strategy.name:
            raise NoSuchActivity
        if known.state in strategy.absorbing:
            raise ActivityEnded
        if known.state not in wanted.before:
            raise WrongMoment
        return known

    def evolve(self, activities: Activities, event: ActivityEvent) -> Activities:
        """The activities after one step; total over every event of the table."""
        known = activities.get(event.activity)
        if type(event) in COMMON_EVENTS:
            return {**activities, event.activity: _after_common(known, event)} if known else activities
        strategy, taken = self.by_event[type(event)]
        moved = known or Activity(event.activity, strategy.name, "", event.by)
        moved = replace(moved, state=taken.after or moved.state, events=(*moved.events, event))
        return {**activities, event.activity: moved}

    def open(self, activities: Activities) -> list[Activity]:
        """Those that have not ended."""
        return [each for each in activities.values() if each.state not in self.by_name[each.strategy].absorbing]

    def expected(self, activities: Activities) -> list[Expected]:
        """Everything that must happen next."""
        return [
            expected
            for each in self.open(activities)
            for expected in ([_taken_up(each)] if each.state == "postponed" else self.by_name[each.strategy].expects(each))
        ]


def strategies(*each: Strategy) -> Strategies:
    """The table of these strategies."""
    steps = [(strategy, taken) for strategy in each for taken in strategy.steps]
    return Strategies(
        {strategy.name: strategy for strategy in each},
        {taken.command: (strategy, taken) for strategy, taken in steps},
        {taken.event: (strategy, taken) for strategy, taken in steps},
    )


def _after_common(known: Activity, event: ActivityEvent) -> Activity:
    after = next(state for made, state in COMMON.values() if made is type(event))
    owner = event.to if isinstance(event, ActivityHandedOver) else known.owner
    return replace(known, state=after or known.state, owner=owner, events=(*known.events, event))


def _taken_up(activity: Activity) -> Expected:
    postponed = activity.last(ActivityPostponed)
    assert postponed is not None
    return Expected(f"{activity.activity}/take-up", "take-up", postponed.until, activity.owner)
