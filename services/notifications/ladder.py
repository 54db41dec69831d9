"""The ladder of a level for one school: rungs of people, without those that are vacant or in conflict. A pure function of the roster."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.domain.alert import LadderStep
from shared.events import Urgency
from shared.school_day import Calendar

_DUTY = "district-duty"
LAST_RESORT = ("district-duty", "district-officer", "supervisor")
"""The roles that get an alert which nobody answered: the first person among them who is not named in the concern."""


class Level(BaseModel):
    """together: all rungs at each of the minutes; otherwise one rung at each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    together: bool
    minutes: tuple[Annotated[float, Field(ge=0)], ...]
    give_up: Annotated[float, Field(gt=0)]


class Ladder(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    rungs: tuple[str, ...]
    emergency: Level
    high: Level
    medium: Level
    low: Level


@cache
def ladder() -> Ladder:
    """The ladder that is in force."""
    return Ladder.model_validate(tomllib.loads((Path(__file__).parent / "ladder.toml").read_text(encoding="utf-8")))


Wait = Callable[[float], float]
"""From the minutes that the ladder names to those that really pass until then."""


def every_day(minutes: float) -> float:
    """Minutes of all days: the emergency ladder alone knows no days (domain page, "People come and go")."""
    return minutes


def school_days_from(now: datetime, calendar: Calendar) -> Wait:
    """Minutes of school days, for a ladder that begins now. Its first rung hears at once on any day."""
    return lambda minutes: (calendar.later(now, minutes) - now) / timedelta(minutes=1) if minutes else 0


def steps(
    urgency: Urgency, staff: Mapping[str, Sequence[str]], excluded: Sequence[str], *, desk: str, wait: Wait = every_day
) -> tuple[LadderStep, ...]:  # fmt: skip
    """staff: people by role, at this school (or its cluster) and the district. A rung that is vacant, absent or in conflict is skipped at once."""
    level: Level = getattr(ladder(), urgency)
    present = rungs(staff, excluded, desk=desk)
    if not present:
        return ()
    if level.together:
        everybody = tuple(dict.fromkeys(person for rung in present for person in rung))
        return tuple(LadderStep(minutes=wait(minutes), people=everybody) for minutes in level.minutes)
    return tuple(LadderStep(minutes=wait(minutes), people=rung) for minutes, rung in zip(level.minutes, present, strict=False))


def rungs(staff: Mapping[str, Sequence[str]], excluded: Sequence[str], *, desk: str) -> list[tuple[str, ...]]:
    """The rungs that have somebody on them, in order."""
    return [rung for rung in _all_rungs(staff, excluded, desk=desk) if rung]


def rungs_from(step: int, staff: Mapping[str, Sequence[str]], excluded: Sequence[str], *, desk: str) -> list[tuple[str, ...]]:
    """Who hears at a step, and who hears instead: that rung, and those above with somebody on them; else the highest rung with somebody on it."""
    found = _all_rungs(staff, excluded, desk=desk)
    above = [rung for rung in found[step:] if rung]
    return above or [rung for rung in found if rung][-1:]


def _all_rungs(staff: Mapping[str, Sequence[str]], excluded: Sequence[str], *, desk: str) -> list[tuple[str, ...]]:
    roles = ladder().rungs if desk == "school" else (_DUTY,)
    return [_rung(role, staff, excluded) for role in roles]


def _rung(role: str, staff: Mapping[str, Sequence[str]], excluded: Sequence[str]) -> tuple[str, ...]:
    """Where every duty officer is in conflict, the district's officers stand in (domain page, Conflicts): naming them all silences nobody."""
    free = tuple(dict.fromkeys(person for person in staff.get(role, ()) if person not in excluded))
    if free or role != _DUTY or not staff.get(role):
        return free
    return tuple(dict.fromkeys(person for person in staff.get("district-officer", ()) if person not in excluded))


def give_up(urgency: Urgency, wait: Wait = every_day) -> float:
    """Minutes without an acknowledgement after which the alert goes to the last resort."""
    level: Level = getattr(ladder(), urgency)
    return wait(level.give_up)


def last_resort(staff: Mapping[str, Sequence[str]], excluded: Sequence[str]) -> str | None:
    """Who gets an alert that nobody answered; None where everybody who could is in conflict."""
    return next((person for role in LAST_RESORT for person in staff.get(role, ()) if person not in excluded), None)
