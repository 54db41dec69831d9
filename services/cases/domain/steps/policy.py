"""The rules of triage and referral as versioned data with an effective date: a district changes them without code (domain.md, Urgency)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.events import Category, Fact, Urgency
from shared.school_day import Calendar

ORDER: tuple[Urgency, ...] = ("low", "medium", "high", "emergency")
"""From the least to the most urgent."""

Recommendation = Literal["refer-now", "conference-then-refer", "continue", "monitor"]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 60)]
Days = Annotated[int, Field(ge=1, le=60)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clock(_Data):
    """What a level allows, in minutes unless the name says school days; None where the level has no such clock.

    acknowledge: a person takes it in hand. decide: a person decides. on_school_days: both are minutes of school days, of which each has 1,440.
    respond: an agency answers. assess, contact, plan: of the case. refer, refer_school_days: conference and referral, whichever is earlier.
    contact_school_days: likewise for the first contact. homeroom_school_days: the homeroom teacher is asked first, except after a self-report.
    """

    acknowledge: Minutes
    decide: Minutes
    respond: Minutes
    on_school_days: bool = False
    assess: Minutes | None = None
    contact: Minutes | None = None
    contact_school_days: Days | None = None
    homeroom_school_days: Days | None = None
    plan: Minutes | None = None
    refer: Minutes | None = None
    refer_school_days: Days | None = None


class Ladder(_Data):
    """climb: minutes after a passed deadline until the next rung hears of it, by level; rungs: who they are, in order."""

    rungs: Annotated[tuple[str, ...], Field(min_length=1)]
    climb: dict[Urgency, Annotated[tuple[Minutes, ...], Field(min_length=1)]]


class Approval(_Data):
    """After how long an unanswered approval goes to the replacement, and who that is, by the approver's role."""

    emergency_minutes: Minutes
    school_days: Days
    replacements: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]]


class Telling(_Data):
    """adult: years from which the student consents. letter: minutes in which the letter follows a referral by phone."""

    adult: Annotated[int, Field(ge=16, le=21)]
    letter: Minutes


class ReferralRules(_Data):
    """authority: categories where the counsellor has no authority (illness, crime, NAPZA, acute mental disorder): referral is mandatory.
    competences: categories that a school's counsellors are able to work; where it is empty, all but those of `authority`.
    failed_strategies: how many strategies must have failed before a case goes to a conference. actors: from how many people or institutions that are
    needed it does; None where their number says nothing, as in the releases before it was asked.
    """

    authority: tuple[Category, ...]
    competences: tuple[Category, ...] = ()
    failed_strategies: Annotated[int, Field(ge=1)] = 2
    actors: Annotated[int, Field(ge=2)] | None = None


class Together(_Data):
    """Facts that weigh more together than one by one. facts: all of them are known. categories: and the concern is of one of these; empty for any."""

    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]
    categories: tuple[Category, ...] = ()
    level: Urgency


class Policy(_Data):
    """One version of the rules, as it applies at one school. calendar: of the school, which the shell puts in (policies.policy_at).

    categories: the level that a category has by itself. facts: the level that a known danger has. together: what facts weigh in company.
    critical: facts that must be known for a category; an unknown one raises one level and asks for a safety check. known_at_least_unknown: a critical
    fact that is known never gives less than the same one unknown; the first release had no such rule, and its receipts still derive. repeat_days: the
    same category again within these raises one level. reopen_days: a concern within these after closing reopens the case; later a new one opens.
    """

    id: str
    version: Annotated[int, Field(ge=1)]
    effective: date
    categories: dict[Category, Urgency]
    facts: dict[Fact, Urgency]
    together: tuple[Together, ...] = ()
    known_at_least_unknown: bool = False
    critical: dict[Category, tuple[Fact, ...]]
    repeat_days: Annotated[int, Field(ge=1, le=366)]
    reopen_days: Annotated[int, Field(ge=0, le=366)]
    clocks: dict[Urgency, Clock]
    referral: ReferralRules
    calendar: Calendar = Calendar()
    ladder: Ladder
    approval: Approval
    telling: Telling

    @model_validator(mode="after")
    def _complete(self) -> Policy:
        """Every level has its clock and its ladder: a missing one would be a child nobody waits for."""
        for name, known in (("clocks", self.clocks), ("ladder.climb", self.ladder.climb)):
            missing = [level for level in ORDER if level not in known]
            if missing:
                raise PydanticCustomError("level-missing", "{name} lacks {levels}", {"name": name, "levels": ", ".join(missing)})
        return self


def raised(level: Urgency, steps: int = 1) -> Urgency:
    """One level more urgent; the top stays the top."""
    return ORDER[min(ORDER.index(level) + steps, len(ORDER) - 1)]


def most_urgent(*levels: Urgency) -> Urgency:
    """The most urgent of the levels; low where there are none."""
    return max(levels, key=ORDER.index, default="low")
