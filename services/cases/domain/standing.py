"""Activities that may stand without a case: partnerships and consultations. One stream each, the same table of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.cases.domain.about import About
from services.cases.domain.activity import Activities, Activity, ActivityCommand, ActivityEvent, strategies
from services.cases.domain.consultation import CONSULTATION
from services.cases.domain.partnership import PARTNERSHIP
from shared.decider import Decider
from shared.eventstore.codec import EventCodec

STANDING = strategies(PARTNERSHIP, CONSULTATION)


@dataclass(frozen=True, slots=True)
class Standing:
    """The one activity of the stream."""

    activities: Activities = field(default_factory=dict)

    @property
    def activity(self) -> Activity | None:
        return next(iter(self.activities.values()), None)


def decide(command: ActivityCommand, standing: Standing) -> Sequence[ActivityEvent]:
    """Raises: a refusal by name."""
    return STANDING.decide(command, standing.activities, About("", None, ""))


def evolve(standing: Standing, event: ActivityEvent) -> Standing:
    return replace(standing, activities=STANDING.evolve(standing.activities, event))


STANDING_ACTIVITY: Decider[ActivityCommand, Standing, ActivityEvent] = Decider(Standing(), decide, evolve, EventCodec(*STANDING.events))
