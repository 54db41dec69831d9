"""Which fields of a command the shell fills: nobody says them, they follow from the policy, the calendar, the roster or other streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.policy import Policy
from shared.school_day import Calendar

Known = Literal[
    "fresh-id", "now", "one-school-day", "two-school-days", "three-school-days", "approval-time", "letter-time", "policy", "calendar", "age",
    "age-of-consent", "guardians", "receiving-school", "student-school", "student-at", "is-there", "takes", "school", "other-side", "members",
    "counsels-other-side",
    "member", "staff", "family", "claims", "asked-about", "refused-at-home",
    "is-above", "relatives", "members-now", "districts", "takes-unsafe", "families",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """Written on a field that the shell fills. by: what it is filled from. name: of a fresh id, so that a repeat of the request gives it again."""

    by: Known
    name: str = ""


PolicyNow = Annotated[Policy, Filled("policy")]
"""The policy that is in force when the command is given."""

SchoolCalendar = Annotated[Calendar, Filled("calendar")]
"""Of the school whose case it is, as it counts when the command is given."""

GivenNow = Annotated[AwareDatetime | None, Filled("now")]
"""When the command is given, whenever it happened; None where that is the same."""

StudentAge = Annotated[int | None, Filled("age")]
"""In years when it happened; None where the birth date is unknown, which counts as minor."""

AgeOfConsent = Annotated[int, Filled("age-of-consent")]
OneSchoolDayLater = Annotated[AwareDatetime, Filled("one-school-day")]
TwoSchoolDaysLater = Annotated[AwareDatetime, Filled("two-school-days")]
ThreeSchoolDaysLater = Annotated[AwareDatetime, Filled("three-school-days")]
