"""Activities that may stand without a case: partnerships and consultations. One stream each, the same table of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps import files
from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activities, Activity, ActivityCommand, ActivityEvent
from services.cases.domain.steps.endings import ActivityHandedOver
from services.cases.domain.steps.files import FileAdded, Files, KeepFiles
from services.cases.domain.steps.gone import Gone, GoneEvent, LoseOwner, OwnerBack, OwnerGone, RegainOwner, standing_without, still_gone
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.steps.table import Strategies, table
from services.cases.domain.steps.tells import Described
from shared.decider import Decider
from shared.events import StaffToBeTold
from shared.eventstore.codec import EventCodec
from shared.eventstore.upcasting import Upcasters

_NO_CASE = About("", None, "")

AloneCommand = ActivityCommand | LoseOwner | RegainOwner | KeepFiles
AloneEvent = ActivityEvent | GoneEvent | FileAdded


@dataclass(frozen=True, slots=True)
class WithoutCase:
    """The one activity of the stream. gone: what is known of an owner who cannot go on."""

    activities: Activities = field(default_factory=dict)
    gone: Gone | None = None
    files: Files = files.NONE

    @property
    def activity(self) -> Activity | None:
        return next(iter(self.activities.values()), None)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Deciding about and folding one such activity."""

    strategies: Strategies

    def decide(self, command: AloneCommand, known: WithoutCase) -> Sequence[AloneEvent]:
        """Raises: a refusal by name."""
        if isinstance(command, LoseOwner | RegainOwner):
            return self._about_owner(command, known)
        if isinstance(command, KeepFiles):
            return files.keep(command, known.files, known.activities)
        taken = self.strategies.decide(command, known.activities, _NO_CASE)
        return [*taken, *(told for event in taken if isinstance(event, ActivityHandedOver) for told in self._told(event, known))]

    def _told(self, event: ActivityHandedOver, known: WithoutCase) -> Sequence[StaffToBeTold]:
        """Whoever goes on with it hears that it waits for them."""
        if known.activity is None or event.to == event.by:
            return []
        return [StaffToBeTold(case="", student=None, school=self._school(known.activity), person=event.to, message="assigned")]

    def _about_owner(self, fact: LoseOwner | RegainOwner, known: WithoutCase) -> Sequence[AloneEvent]:
        activity = known.activity
        if activity is None or activity.ended:
            return []
        return standing_without(fact, activity.owner, known.gone, self._school(activity))

    def _school(self, activity: Activity) -> str:
        strategy = self.strategies.by_name[activity.strategy]
        return strategy.school(activity) if isinstance(strategy, StandingAlone) else ""

    def evolve(self, known: WithoutCase, event: AloneEvent) -> WithoutCase:
        if isinstance(event, FileAdded):
            return replace(known, files=(*known.files, event))
        if isinstance(event, OwnerGone | OwnerBack | StaffToBeTold):
            return replace(known, gone=still_gone(known.gone, event))
        gone = None if isinstance(event, ActivityHandedOver) else known.gone
        return replace(known, activities=self.strategies.evolve(known.activities, event), gone=gone)


def alone(strategies: Sequence[Described]) -> tuple[StandingAlone, ...]:
    """Those whose activities may stand without a case."""
    return tuple(each for each in strategies if isinstance(each, StandingAlone))


@cache
def compose(*strategies: Described) -> Decider[AloneCommand, WithoutCase, AloneEvent]:
    """What may stand without a case, of these strategies; the same one for the same strategies."""
    steps = table(*alone(strategies))
    deciding = Deciding(steps)
    codec: EventCodec[AloneEvent] = EventCodec(*steps.events, FileAdded, StaffToBeTold, OwnerGone, OwnerBack, upcasters=Upcasters(steps.upcasts))
    return Decider(WithoutCase(), deciding.decide, deciding.evolve, codec)


WITHOUT_CASE = compose(*STRATEGIES)
"""With the strategies of the register."""
