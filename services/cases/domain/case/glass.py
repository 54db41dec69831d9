"""Breaking the glass: somebody reads one activity that is not theirs to read, for an hour, with a reason from a list and in words. Its owner and a
leader are told at once, and another person reviews it within three days; a conference opens only when a second person confirms
(domain.md, The nine strategies; ADR 31).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Activity, Expected
from services.cases.domain.steps.command import ActEvent, Command, SecondAct
from services.cases.domain.steps.filled import Filled
from services.cases.domain.successor import Staff
from shared.errors import Refused
from shared.sealed import CaseText

OPEN_FOR = timedelta(minutes=60)
REVIEW_WITHIN = timedelta(hours=72)

Ground = Literal["safety", "emergency", "supervision", "complaint", "audit", "legal-duty"]
"""Why: the student's safety, an emergency, supervision, a complaint, an audit, a legal duty."""


# commands ----------------------------------------------------------------------------------------------------------


class BreakGlass(Command, called="break-glass", permission="break-glass"):
    """Opens one activity's content for an hour, to be read only. ground: from the list. reason: in words."""

    activity: str
    ground: Ground
    reason: CaseText
    staff: Annotated[Staff, Filled("staff")] = Staff({})

    @property
    def until(self) -> datetime:
        return self.at + OPEN_FOR

    @property
    def review_by(self) -> datetime:
        return self.at + REVIEW_WITHIN


class ConfirmBreakGlass(Command, called="confirm-break-glass", permission="second-decision"):
    """glass: the act that is confirmed, by another person. The hour begins now."""

    glass: str

    @property
    def until(self) -> datetime:
        return self.at + OPEN_FOR


class ReviewGlass(Command, called="review-glass", permission="ruling"):
    """Whether it was right to break the glass, by a leader who did not take part in it."""

    glass: str
    justified: bool
    finding: CaseText


# events ------------------------------------------------------------------------------------------------------------


class GlassBroken(ActEvent):
    """owner: of the activity. leader: who is told at once and reviews it; None where nobody could be. of_two: nothing opens before a second person
    confirms. ground, owner, leader, review_by: None in events from before they were kept.
    """

    type: Literal["glass-broken"] = "glass-broken"
    version: Literal[2] = 2
    activity: str
    ground: Ground | None
    reason: CaseText
    owner: str | None
    leader: str | None
    of_two: bool
    until: AwareDatetime
    review_by: AwareDatetime | None


class BreakGlassConfirmed(SecondAct):
    type: Literal["break-glass-confirmed"] = "break-glass-confirmed"
    version: Literal[3] = 3
    glass: str
    until: AwareDatetime


class GlassReviewed(ActEvent):
    type: Literal["glass-reviewed"] = "glass-reviewed"
    version: Literal[1] = 1
    glass: str
    justified: bool
    finding: CaseText


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Glass:
    """One breaking of the glass. confirmed_by: the second person. review_by, leader: until when it is reviewed, and by whom; None when it was."""

    reader: str
    activity: str
    until: datetime
    confirmed_by: str | None = None
    review_by: datetime | None = None
    leader: str | None = None

    def opens(self, person: str, activity: str, now: datetime, *, of_two: bool) -> bool:
        """Whether this person reads this activity by it at this moment."""
        return (person, activity) == (self.reader, self.activity) and now <= self.until and (self.confirmed_by is not None or not of_two)


Glasses = Mapping[str, Glass]


def evolve(glasses: Glasses, event: ActEvent) -> Glasses:
    match event:
        case GlassBroken():
            return {**glasses, event.act: Glass(event.by, event.activity, event.until, None, event.review_by, event.leader)}
        case BreakGlassConfirmed(glass=glass) if glass in glasses:
            return {**glasses, glass: replace(glasses[glass], confirmed_by=event.by, until=event.until)}
        case GlassReviewed(glass=glass) if glass in glasses:
            return {**glasses, glass: replace(glasses[glass], review_by=None)}
        case _:
            return glasses


def expected(glasses: Glasses) -> list[Expected]:
    """Each is reviewed within three days."""
    return [Expected(f"glass/{act}", "glass-review", each.review_by, each.leader) for act, each in glasses.items() if each.review_by]


def told(event: GlassBroken, _: Activity | None) -> Iterable[str]:
    """Whose activity it is, and a leader."""
    return dict.fromkeys(each for each in (event.owner, event.leader) if each)


# refusals ----------------------------------------------------------------------------------------------------------


class SecondReader(Refused):
    code = "second-reader"
    indonesian = "Pembukaan darurat ini harus dikonfirmasi orang lain."
    english = "Breaking the glass must be confirmed by another person."


class NoGlassToReview(Refused):
    code = "no-glass-to-review"
    indonesian = "Tidak ada pembukaan darurat yang menunggu peninjauan dengan id ini."
    english = "No breaking of the glass with this id waits for its review."


class ReviewsOwnGlass(Refused):
    code = "reviews-own-glass"
    indonesian = "Peninjauan dilakukan orang yang tidak ikut membuka."
    english = "It is reviewed by somebody who took no part in it."


def require_review(command: ReviewGlass, glasses: Glasses) -> None:
    """Raises: NoGlassToReview, ReviewsOwnGlass."""
    glass = glasses.get(command.glass)
    if glass is None or glass.review_by is None:
        raise NoGlassToReview
    if command.by in (glass.reader, glass.confirmed_by):
        raise ReviewsOwnGlass
