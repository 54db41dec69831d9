"""When each school's people were last told: a roster that nobody sends any more grows wrong in silence (domain.md, People come and go).

All schools stand in one stream. Ids and times only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

STREAM = "roster-freshness"

AT_ONCE = 1000
"""Schools in one event."""

SAID_AGAIN_AFTER = timedelta(days=1)
"""A school that says the same within a day is as fresh as it was: an import that changes nothing stores nothing."""

STALE_AFTER = timedelta(days=30)
"""Classes, posts and addresses change in a month; a Dapodik that is kept up is sent more often."""


class TellSchools(Fact):
    """An import brought these schools' people, and nothing of them was refused."""

    schools: tuple[str, ...]
    at: AwareDatetime


class RosterSchoolsTold(Event):
    type: Literal["roster-schools-told"] = "roster-schools-told"
    version: Literal[1] = 1
    schools: tuple[str, ...]
    at: AwareDatetime


class Age(NamedTuple):
    """told: when the school's people came last; None where nobody knows. stale: it is time to ask the school for them."""

    told: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Freshness:
    """told: when each school's people came last."""

    told: Mapping[str, datetime] = field(default_factory=dict)

    def of(self, school: str, now: datetime) -> Age:
        """How old a school's roster is."""
        told = self.told.get(school)
        return Age(told, told is None or now - told > STALE_AFTER)

    def is_of_today(self, school: str, now: datetime) -> bool:
        """Whether its people came within a day."""
        return school in self.told and abs(now - self.told[school]) < SAID_AGAIN_AFTER


def evolve(freshness: Freshness, event: RosterSchoolsTold) -> Freshness:
    return Freshness({**freshness.told, **dict.fromkeys(event.schools, event.at)})


def decide(command: TellSchools, freshness: Freshness) -> Sequence[RosterSchoolsTold]:
    """Also where nothing changed: that a school said the same again is what keeps its roster fresh, though not twice in a day."""
    schools = sorted(each for each in set(command.schools) if not freshness.is_of_today(each, command.at))
    return [RosterSchoolsTold(schools=tuple(schools[place : place + AT_ONCE]), at=command.at) for place in range(0, len(schools), AT_ONCE)]


FRESHNESS: Decider[TellSchools, Freshness, RosterSchoolsTold] = Decider(Freshness(), decide, evolve, EventCodec(RosterSchoolsTold))
