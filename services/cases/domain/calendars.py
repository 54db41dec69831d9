"""The school calendar as it was said: for the whole district, a kind of school, or one school. One stream (domain page, "People come and go")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import Field

from services.cases.domain.steps.command import Command
from shared.decider import Decider
from shared.events import DISTRICT, CalendarChanged, calendar_of_kind, calendar_of_school
from shared.eventstore.codec import EventCodec
from shared.school_day import Calendar, HalfDay, Holiday, Layer, Zone, layered

KindOfSchool = Literal["sd", "smp", "sma", "smk", "slb", "other"]


class SetCalendar(Command, called="set-calendar", permission="calendar"):
    """Says the whole of one calendar anew. of: whose it is. zone, school_days (1 is Monday): empty for those of the calendar above it.

    holidays, half_days: besides those of the calendars above it.
    """

    of: str
    zone: Zone | None = None
    school_days: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()
    holidays: Annotated[tuple[Holiday, ...], Field(max_length=400)] = ()
    half_days: Annotated[tuple[HalfDay, ...], Field(max_length=400)] = ()


@dataclass(frozen=True, slots=True)
class Calendars:
    """layers: by whose they are, what was said last."""

    layers: Mapping[str, Layer] = field(default_factory=dict)

    def at(self, school: str, level: str | None, base: Calendar) -> Calendar:
        """The calendar of a school. level: its kind. base: where nobody has said anything."""
        names = (DISTRICT, calendar_of_kind(level or "other"), calendar_of_school(school))
        return layered(base, *(self.layers.get(name) for name in names))


def decide(command: SetCalendar, known: Calendars) -> Sequence[CalendarChanged]:
    """The same calendar again is quiet."""
    layer = Layer(zone=command.zone, school_days=command.school_days, holidays=command.holidays, half_days=command.half_days)
    return [] if known.layers.get(command.of, Layer()) == layer else [CalendarChanged(of=command.of, layer=layer)]


def evolve(known: Calendars, event: CalendarChanged) -> Calendars:
    return replace(known, layers={**known.layers, event.of: event.layer})


CALENDARS: Decider[SetCalendar, Calendars, CalendarChanged] = Decider(Calendars(), decide, evolve, EventCodec(CalendarChanged))
