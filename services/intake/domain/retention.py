"""How long records are kept: the district's archive schedule (JRA) as data. None is built in as law (notes: UU 43/2009, article 48; ADR 50).

A rule says of which kind of record, at which kinds of school, counted from what, how many years, and what then. The strictest rule that fits counts:
the one that keeps longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain.erasure import Kept
from shared.sealed import Purpose

Kind = Literal["counselling-notes", "case-record", "concern", "identity", "contact"]
"""Kinds of record, as a schedule names them."""

Whose = Literal["student", "guardian", "staff"]

PURPOSES: Mapping[Kind, tuple[Purpose, ...]] = {
    "counselling-notes": ("counselling",),
    "case-record": ("case", "guardian-notice", "package", "answer"),
    "concern": ("concern",),
    "identity": ("identity", "sign-in"),
    "contact": ("contact",),
}
"""Under which keys the records of a kind lie."""

ALL: tuple[Purpose, ...] = tuple(purpose for purposes in PURPOSES.values() for purpose in purposes)

_NEEDS_A_NAME: frozenset[Purpose] = frozenset(("case", "concern", "counselling", "guardian-notice", "package", "answer"))


class Rule(BaseModel):
    """id: as the schedule numbers it. whose: of whom such records are. levels: kinds of school, all where none is said.

    years: after whoever it is about left school, or was born. then: `destroy`, or `keep` for ever (permanen).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Kind
    years: Annotated[int, Field(ge=0, le=100)]
    counted_from: Literal["leaving", "birth"]
    whose: frozenset[Whose] = frozenset({"student"})
    levels: frozenset[Literal["sd", "smp", "sma", "smk", "slb", "other"]] = frozenset()
    then: Literal["destroy", "keep"] = "destroy"


class Schedule(BaseModel):
    """A file of rules. source: where they stand, such as the number of the regulation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(min_length=1, max_length=300)]
    rules: tuple[Rule, ...]


NO_SCHEDULE = Schedule(source="-", rules=())


@dataclass(frozen=True, slots=True)
class Life:
    """What a schedule asks of a person. whose: what they were. left: None while they are at school. born: None where it is not
    known. level: of their last school.
    """

    whose: Whose
    level: str
    left: date | None
    born: date | None


def ends(schedule: Schedule, life: Life) -> dict[Purpose, Kept]:
    """What is kept of each purpose, and until when; a purpose that no rule is about is missing: nothing keeps it, and nothing ends it by itself.

    A record whose time cannot be counted (nobody has left, no birth date) is kept until it can: `until` is None. Whoever is named in a record that
    is kept keeps the name with it.
    """
    found = {purpose: kept for kind, purposes in PURPOSES.items() for purpose in purposes if (kept := _longest(schedule, kind, purpose, life))}
    return _with_names(found)


def due(schedule: Schedule, life: Life, today: date) -> tuple[Purpose, ...]:
    """The purposes whose time is over. A birthday or an anniversary that a year lacks (29 February) is the day after."""
    return tuple(purpose for purpose, kept in ends(schedule, life).items() if kept.until is not None and kept.until <= today)


def still_kept(schedule: Schedule, life: Life, today: date) -> tuple[Kept, ...]:
    """What a duty keeps today."""
    return tuple(kept for kept in ends(schedule, life).values() if kept.until is None or kept.until > today)


def _longest(schedule: Schedule, kind: Kind, purpose: Purpose, life: Life) -> Kept | None:
    fitting = [rule for rule in schedule.rules if rule.kind == kind and _is_about(rule, life)]
    return _latest([Kept(purpose=purpose, until=_until(rule, life), rule=rule.id) for rule in fitting])


def _is_about(rule: Rule, life: Life) -> bool:
    return life.whose in rule.whose and (not rule.levels or life.level in rule.levels)


def _until(rule: Rule, life: Life) -> date | None:
    begun = life.left if rule.counted_from == "leaving" else life.born
    return None if begun is None or life.left is None or rule.then == "keep" else years_after(begun, rule.years)


def _latest(kept: Sequence[Kept]) -> Kept | None:
    return max(kept, key=lambda each: each.until or date.max, default=None)


def _with_names(found: dict[Purpose, Kept]) -> dict[Purpose, Kept]:
    """A record without a name is nobody's: identity lasts as long as the longest of what it names."""
    named = _latest([kept for purpose, kept in found.items() if purpose in _NEEDS_A_NAME])
    if named is None:
        return found
    own = found.get("identity")
    longest = _latest([*([own] if own else []), Kept(purpose="identity", until=named.until, rule=named.rule)])
    return {**found, **({"identity": longest} if longest else {})}


def years_after(begun: date, years: int) -> date:
    """The same day so many years later; the day after where that year has no 29 February."""
    try:
        return begun.replace(year=begun.year + years)
    except ValueError:
        return date(begun.year + years, 3, 1)


def without(purposes: Iterable[Purpose], kept: Iterable[Kept]) -> tuple[Purpose, ...]:
    """The purposes that no duty keeps."""
    stays = {each.purpose for each in kept}
    return tuple(purpose for purpose in purposes if purpose not in stays)
