"""Who is away from a school, and who stands in: the rota behind the ladder. One stream per school (domain.md, Urgency: duty)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, assert_never

from pydantic import AwareDatetime

from services.cases.domain.steps.command import Command, recorded
from services.cases.domain.steps.filled import Filled
from services.cases.domain.steps.named import NamedBefore, Names
from services.cases.domain.successor import Staff, reachable
from shared.decider import Decider
from shared.errors import Refused
from shared.events import DutyChanged, NobodyReachable
from shared.eventstore.codec import EventCodec

RUNGS = ("counsellor", "coordinator", "principal")
"""The school's own rungs of the ladder (domain.md, Urgency: duty)."""

ALARMED = ("coordinator", "district-duty", "district-officer")
NOBODY = Staff({})


class RecordLeave(Command, called="record-leave", permission="rota"):
    """person: away from the school; oneself, or somebody else where a leader says so. deputy: who stands in, None where the rung is skipped.

    staff: the people of the school and the district.
    """

    school: Annotated[str, Filled("school")]
    person: Annotated[str, Names("staff", fit=False)]
    away_from: AwareDatetime
    away_until: AwareDatetime
    deputy: Annotated[str | None, Names("staff", may="in-hand")] = None
    staff: Annotated[Staff, Filled("staff")] = NOBODY


class EndLeave(Command, called="end-leave", permission="rota"):
    """Back earlier than said."""

    school: Annotated[str, Filled("school")]
    person: Annotated[str, NamedBefore("somebody on leave")]


DutyCommand = RecordLeave | EndLeave
DutyEvent = DutyChanged | NobodyReachable
DUTY_COMMANDS = (RecordLeave, EndLeave)


@dataclass(frozen=True, slots=True)
class Duty:
    """away: by person, what was said last."""

    away: Mapping[str, DutyChanged] | None = None

    def is_away(self, person: str, now: datetime) -> bool:
        """On leave at this moment."""
        known = (self.away or {}).get(person)
        return known is not None and _covers(known, now)

    def away_at(self, now: datetime) -> Mapping[str, DutyChanged]:
        """Everybody who is on leave at this moment, with their deputies."""
        return {person: told for person, told in (self.away or {}).items() if _covers(told, now)}


def _covers(told: DutyChanged, now: datetime) -> bool:
    return told.away_from is not None and told.away_until is not None and told.away_from <= now <= told.away_until


class LeaveBackwards(Refused):
    code = "leave-backwards"
    indonesian = "Akhir cuti harus sesudah awalnya."
    english = "A leave ends after it begins."


class OwnDeputy(Refused):
    code = "own-deputy"
    indonesian = "Seseorang tidak dapat menggantikan dirinya sendiri, atau digantikan orang yang juga tidak hadir."
    english = "Nobody stands in for themselves, nor does somebody who is away too."


class NotAway(Refused):
    code = "not-away"
    indonesian = "Orang ini tidak sedang cuti."
    english = "This person is not away."


def decide(command: DutyCommand, duty: Duty) -> Sequence[DutyEvent]:
    """Raises: a refusal by name."""
    known = (duty.away or {}).get(command.person)
    match command:
        case RecordLeave():
            if command.away_until <= command.away_from:
                raise LeaveBackwards
            if command.deputy == command.person or _away_too(command, duty):
                raise OwnDeputy
            told = recorded(DutyChanged, command)
            return [] if known == told else [told, *_alarm(command, evolve(duty, told))]
        case EndLeave():
            if known is None:
                raise NotAway
            if known.away_from is None:
                return []
            return [DutyChanged(school=command.school, person=command.person, away_from=None, away_until=None, deputy=None)]
        case _:
            assert_never(command)


def _away_too(command: RecordLeave, duty: Duty) -> bool:
    other = (duty.away or {}).get(command.deputy or "")
    if other is None or other.away_from is None or other.away_until is None:
        return False
    return other.away_from < command.away_until and command.away_from < other.away_until


def _alarm(command: RecordLeave, duty: Duty) -> Sequence[NobodyReachable]:
    """A school without anybody reachable alarms coordinator and district at once, also where it lies ahead. duty: with this leave."""
    if not any(command.person in command.staff.by_role.get(role, ()) for role in RUNGS):
        return []  # whoever stands on no rung leaves none empty
    since = next((moment for moment in _beginnings(command, duty) if not _reached(command.staff, duty, moment)), None)
    if since is None:
        return []
    people = command.staff.by_role
    told = dict.fromkeys(person for role in ALARMED for person in people.get(role, ()))
    return [NobodyReachable(school=command.school, since=since, told=tuple(told))]


def _beginnings(command: RecordLeave, duty: Duty) -> list[datetime]:
    """The moments within this leave from which somebody else is away: only then can the last one be gone."""
    begin, end = max(command.away_from, command.at), command.away_until
    others = [told.away_from for told in (duty.away or {}).values() if told.away_from]
    return sorted({begin, *(moment for moment in others if begin <= moment <= end)})


def _reached(staff: Staff, duty: Duty, moment: datetime) -> bool:
    away = duty.away_at(moment)
    deputies = {person: told.deputy for person, told in away.items() if told.deputy}
    return reachable(Staff(staff.by_role, frozenset(away), deputies), *RUNGS)


def evolve(duty: Duty, event: DutyEvent) -> Duty:
    match event:
        case DutyChanged():
            return replace(duty, away={**(duty.away or {}), event.person: event})
        case NobodyReachable():
            return duty
        case _:
            assert_never(event)


DUTY: Decider[DutyCommand, Duty, DutyEvent] = Decider(Duty(), decide, evolve, EventCodec(DutyChanged, NobodyReachable))
