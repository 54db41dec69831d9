"""Activities that may stand without a case: partnerships and consultations. One stream each, the same table of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activities, Activity, ActivityCommand, ActivityEvent, strategies
from services.cases.domain.strategies.consultation import CONSULTATION, ConsultationAsked
from services.cases.domain.strategies.partnership import PARTNERSHIP, PartnershipProposed
from shared.decider import Decider
from shared.eventstore.codec import EventCodec

STRATEGIES = strategies(PARTNERSHIP, CONSULTATION)
_NO_CASE = About("", None, "")


@dataclass(frozen=True, slots=True)
class WithoutCase:
    """The one activity of the stream."""

    activities: Activities = field(default_factory=dict)

    @property
    def activity(self) -> Activity | None:
        return next(iter(self.activities.values()), None)

    @property
    def school(self) -> str:
        """Whose it is; empty before it begins."""
        opened = self.activity.events[0] if self.activity else None
        return opened.school if isinstance(opened, PartnershipProposed | ConsultationAsked) else ""


def decide(command: ActivityCommand, known: WithoutCase) -> Sequence[ActivityEvent]:
    """Raises: a refusal by name."""
    return STRATEGIES.decide(command, known.activities, _NO_CASE)


def evolve(known: WithoutCase, event: ActivityEvent) -> WithoutCase:
    return replace(known, activities=STRATEGIES.evolve(known.activities, event))


WITHOUT_CASE: Decider[ActivityCommand, WithoutCase, ActivityEvent] = Decider(WithoutCase(), decide, evolve, EventCodec(*STRATEGIES.events))
