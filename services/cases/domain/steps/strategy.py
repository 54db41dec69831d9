"""The rows with which a strategy's file says what the strategy is: its steps, what each one tells, who may read, what is expected, its documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Audience, BeginActivity, Expected
from services.cases.domain.steps.endings import ENDED
from services.cases.domain.steps.offer import PLAIN, Offer
from services.cases.domain.steps.second import Second
from services.cases.domain.steps.tells import NOTHING, Counts, Document, Tells
from shared.eventstore.upcasting import Upcast
from shared.message import Event

C = TypeVar("C", bound=ActivityCommand)
E = TypeVar("E", bound=ActivityEvent)

Check = Callable[[C, Activity, About], None]
"""Raises a refusal where the step must not be taken. For an opening step the activity has no events yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """before: states it may be taken in; empty for one that opens. after: the state it leads to; None stays.

    tells: what its event tells. offer: how it is offered. confirms: what another person proposed.
    """

    command: type[ActivityCommand]
    event: type[ActivityEvent]
    before: frozenset[str]
    after: str | None
    check: Callable[[Any, Activity, About], None] | None = None
    tells: Tells[Any] = NOTHING
    offer: Offer[Activity] = PLAIN
    confirms: Second[Activity] | None = None

    @property
    def opens(self) -> bool:
        return not self.before


def opens(
    command: type[BeginActivity],
    event: type[E],
    state: str,
    check: Callable[[Any, Activity, About], None] | None = None,
    *,
    tells: Tells[E] | None = None,
    offer: Offer[Activity] = PLAIN,
) -> Step:
    """The step that begins an activity."""
    return Step(command, event, frozenset(), state, check, tells or NOTHING, offer)


def step(
    command: type[ActivityCommand],
    event: type[E],
    before: str,
    after: str | None = None,
    check: Callable[[Any, Activity, About], None] | None = None,
    *,
    tells: Tells[E] | None = None,
    offer: Offer[Activity] = PLAIN,
    confirms: Second[Activity] | None = None,
) -> Step:
    """A later step. before: states, with spaces between."""
    return Step(command, event, frozenset(before.split()), after, check, tells or NOTHING, offer, confirms)


def whoever_reads_the_case(_: Activity) -> Audience:
    """The audience of most strategies."""
    return Audience()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strategy:
    """A kind of activity, with everything that others must know of it.

    name: of its words file, too. ended: states that no step leaves. rests: states over which its case may be closed. audience: who may read what
    its steps say. expects: what must happen next, and until when; awaits: the codes that it uses. documents: that its steps complete.
    asked: the codes of what is expected of people whom the audience names; they find it also where they may not know of the case.
    upcasts: of the old versions of its events, by (type, version).
    """

    name: str
    steps: tuple[Step, ...]
    ended: frozenset[str]
    rests: frozenset[str] = frozenset()
    audience: Callable[[Activity], Audience]
    expects: Callable[[Activity], Sequence[Expected]]
    awaits: tuple[str, ...]
    documents: tuple[Document[Any], ...]
    asked: tuple[str, ...] = ()
    upcasts: Mapping[tuple[str, int], Upcast] = field(default_factory=dict)

    @property
    def absorbing(self) -> frozenset[str]:
        return self.ended | ENDED

    @property
    def tells(self) -> Mapping[type[Event], Tells[Any]]:
        """Every step of an activity is counted, as one of this activity."""
        return {each.event: replace(each.tells, counts=_of_activity(each.tells.counts or Counts())) for each in self.steps}

    @property
    def subject(self) -> str:
        return "activity"

    def settled(self, activity: Activity) -> Activity:
        """The activity after a step, with what follows from its steps: who may read it, whether it has ended."""
        state = activity.state
        return replace(activity, audience=self.audience(activity), ended=state in self.absorbing, rests=state in self.rests)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandingAlone(Strategy):
    """One that may stand without a case: each activity is a stream of its own. path: of its routes. school: whose an activity is.

    case: that it is for, None where it is for none.
    """

    path: str
    school: Callable[[Activity], str]
    case: Callable[[Activity], str | None]

    @property
    def beginning(self) -> type[ActivityCommand]:
        """The command that begins one; its permission is that of all steps, also of the common endings."""
        return next(each.command for each in self.steps if each.opens)


def _of_activity(counts: Counts) -> Counts:
    return replace(counts, codes=("activity", *counts.codes))
