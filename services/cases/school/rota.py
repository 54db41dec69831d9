"""*Piket*: who is on each rung of a school's ladder now, who is away and who stands in (domain.md, Urgency: duty)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from services.cases.commands.fit_staff import FitStaff
from services.cases.commands.on_rota import OnRota
from services.cases.domain.duty import DUTY, RUNGS, Duty, EndLeave, RecordLeave
from services.cases.domain.steps.named import Names
from services.cases.domain.streams import rota_stream
from services.cases.forms.giving import Outcome
from services.cases.pages.people import Names as Naming
from services.cases.school.giving import Sent, Setting, Settings
from shared.access import Principal
from shared.decider import load
from shared.errors import NotAllowed
from shared.events import DutyChanged
from shared.pages.roles import ROLES

LEADS = ("coordinator", "principal", "district-duty")
_LAST_MINUTE = time(23, 59)
_STANDS_IN = next(mark for mark in RecordLeave.model_fields["deputy"].metadata if isinstance(mark, Names))
"""What the command demands of a deputy."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One person on a rung. until, deputy: of whoever is away now."""

    name: str
    until: datetime | None
    deputy: str


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave that goes on or is to come."""

    person: str
    name: str
    since: datetime
    until: datetime
    deputy: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Rota:
    """Reads and changes a school's rota."""

    settings: Settings
    names: Naming

    async def told(self, principal: Principal, school: str) -> dict[str, Any]:
        """What the page shows."""
        road = self.settings.road
        duty = (await load(road.kernel.store, DUTY, rota_stream(school))).state
        staff, now = await road.roster.staff(school), road.kernel.clock.now()
        leaves = [each for each in (duty.away or {}).values() if each.away_until and each.away_until > now]
        names = await self.names.of({*(person for people in staff.values() for person in people), *_people_of(leaves)})
        leads = principal.holds_at(school, *LEADS)
        able = await FitStaff(road.kernel, road.roster).of(_STANDS_IN, school)
        return {
            "rungs": [(ROLES[role], _standing(staff.get(role, ()), duty, names, now)) for role in (*RUNGS, "district-duty")],
            "leaves": [_leave(each, names, principal, leads=leads) for each in sorted(leaves, key=lambda each: each.away_from or now)],
            "people": _choices(names, [each for role in RUNGS for each in staff.get(role, ())] if leads else [principal.id]),
            "deputies": _choices(names, [each for each in able if leads or each != principal.id]),
            "zone": (await road.calendars.of(school)).zone,
        }

    async def record(self, principal: Principal, school: str, sent: Sent) -> Outcome:
        """Somebody is away from the morning of one day to the evening of another. Raises: NotFound, NotAllowed."""
        zone = ZoneInfo((await self.settings.road.calendars.of(school)).zone)
        said = sent.lines("person", "deputy") | {
            name: _moment(sent.line(name), hour, zone) for name, hour in (("away_from", time()), ("away_until", _LAST_MINUTE)) if sent.line(name)
        }
        return await self._give(principal, school, Setting(RecordLeave, said, {}), sent)

    async def end(self, principal: Principal, school: str, sent: Sent) -> Outcome:
        """Back earlier than said. Raises: NotFound, NotAllowed."""
        return await self._give(principal, school, Setting(EndLeave, sent.lines("person"), {}), sent)

    async def _give(self, principal: Principal, school: str, setting: Setting, sent: Sent) -> Outcome:
        if sent.line("person") != principal.id and not principal.holds_at(school, *LEADS):
            raise NotAllowed
        return await self.settings.give(principal, OnRota(school), setting, f"rota {school}", sent)


def _people_of(leaves: Sequence[DutyChanged]) -> set[str]:
    return {person for each in leaves for person in (each.person, each.deputy) if person}


def _standing(people: Sequence[str], duty: Duty, names: Mapping[str, str], now: datetime) -> list[Standing]:
    away = duty.away_at(now)
    found = []
    for person in people:
        told = away.get(person)
        found.append(Standing(names.get(person, ""), told.away_until if told else None, names.get(told.deputy or "", "") if told else ""))
    return [each for each in found if each.name]


def _leave(told: DutyChanged, names: Mapping[str, str], principal: Principal, *, leads: bool) -> Leave:
    assert told.away_from
    assert told.away_until
    mine = leads or told.person == principal.id
    return Leave(told.person, names.get(told.person, ""), told.away_from, told.away_until, names.get(told.deputy or "", ""), mine)


def _choices(names: Mapping[str, str], people: Sequence[str]) -> list[tuple[str, str]]:
    return sorted(((person, names[person]) for person in dict.fromkeys(people) if person in names), key=lambda each: each[1].casefold())


def _moment(typed: str, hour: time, zone: ZoneInfo) -> str:
    """As it was typed where it is no day: the body says what is wrong with it."""
    try:
        return datetime.combine(date.fromisoformat(typed), hour, zone).isoformat()
    except ValueError:
        return typed
