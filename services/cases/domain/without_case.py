"""Activities that may stand without a case: partnerships and consultations. One stream each, the same table of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activities, Activity, ActivityCommand, ActivityEvent
from services.cases.domain.steps.endings import ActivityHandedOver
from services.cases.domain.steps.strategy import StandingAlone
from services.cases.domain.steps.table import Strategies, table
from services.cases.domain.steps.tells import Described
from shared.decider import Decider
from shared.events import StaffToBeTold
from shared.eventstore.codec import EventCodec
from shared.eventstore.upcasting import Upcasters

_NO_CASE = About("", None, "")

AloneEvent = ActivityEvent | StaffToBeTold


@dataclass(frozen=True, slots=True)
class WithoutCase:
    """The one activity of the stream."""

    activities: Activities = field(default_factory=dict)

    @property
    def activity(self) -> Activity | None:
        return next(iter(self.activities.values()), None)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Deciding about and folding one such activity."""

    strategies: Strategies

    def decide(self, command: ActivityCommand, known: WithoutCase) -> Sequence[AloneEvent]:
        """Raises: a refusal by name."""
        taken = self.strategies.decide(command, known.activities, _NO_CASE)
        return [*taken, *(told for event in taken if isinstance(event, ActivityHandedOver) for told in self._told(event, known))]

    def _told(self, event: ActivityHandedOver, known: WithoutCase) -> Sequence[StaffToBeTold]:
        """Whoever goes on with it hears that it waits for them."""
        activity = known.activity
        strategy = self.strategies.by_name[activity.strategy] if activity else None
        if activity is None or not isinstance(strategy, StandingAlone) or event.to == event.by:
            return []
        return [StaffToBeTold(case="", student=None, school=strategy.school(activity), person=event.to, message="assigned")]

    def evolve(self, known: WithoutCase, event: AloneEvent) -> WithoutCase:
        if isinstance(event, StaffToBeTold):
            return known
        return replace(known, activities=self.strategies.evolve(known.activities, event))


def alone(strategies: Sequence[Described]) -> tuple[StandingAlone, ...]:
    """Those whose activities may stand without a case."""
    return tuple(each for each in strategies if isinstance(each, StandingAlone))


@cache
def compose(*strategies: Described) -> Decider[ActivityCommand, WithoutCase, AloneEvent]:
    """What may stand without a case, of these strategies; the same one for the same strategies."""
    steps = table(*alone(strategies))
    deciding = Deciding(steps)
    return Decider(WithoutCase(), deciding.decide, deciding.evolve, EventCodec(*steps.events, StaffToBeTold, upcasters=Upcasters(steps.upcasts)))


WITHOUT_CASE = compose(*STRATEGIES)
"""With the strategies of the register."""
