"""The rules of triage and referral as versioned data with an effective date: a district changes them without code (domain.md, Urgency)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.events import Category, Fact, Urgency

ORDER: tuple[Urgency, ...] = ("low", "medium", "high", "emergency")
"""From the least to the most urgent."""

Recommendation = Literal["refer-now", "conference-then-refer", "continue", "monitor"]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 60)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clock(_Data):
    """Minutes that a level allows: until somebody acknowledges, until a person decides, until an agency answers."""

    acknowledge: Minutes
    decide: Minutes
    respond: Minutes


class ReferralRules(_Data):
    """authority: categories where the counsellor has no authority (illness, crime, NAPZA, acute mental disorder): referral is mandatory.
    failed_strategies: how many strategies must have failed before a medium case goes to a conference.
    """

    authority: tuple[Category, ...]
    failed_strategies: Annotated[int, Field(ge=1)] = 2


class Policy(_Data):
    """One version of the rules.

    categories: the level that a category has by itself. facts: the level that a known danger has. critical: facts that must be known for a
    category; an unknown one raises one level and asks for a safety check. repeat_days: the same category again within these raises one level.
    """

    id: str
    version: Annotated[int, Field(ge=1)]
    effective: date
    categories: dict[Category, Urgency]
    facts: dict[Fact, Urgency]
    critical: dict[Category, tuple[Fact, ...]]
    repeat_days: Annotated[int, Field(ge=1, le=366)]
    clocks: dict[Urgency, Clock]
    referral: ReferralRules


def raised(level: Urgency, steps: int = 1) -> Urgency:
    """One level more urgent; the top stays the top."""
    return ORDER[min(ORDER.index(level) + steps, len(ORDER) - 1)]


def most_urgent(*levels: Urgency) -> Urgency:
    """The most urgent of the levels; low where there are none."""
    return max(levels, key=ORDER.index, default="low")
