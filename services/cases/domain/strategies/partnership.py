"""Strategy 6, collaboration with parties outside the school (government, private, professional body, specialist, MGBK, labour office).

It may stand alone or belong to a case; a stream of its own either way. Read by counsellor, coordinator and principal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Audience, BeginActivity, Expected
from services.cases.domain.steps.strategy import StandingAlone, opens, step
from services.cases.domain.steps.tells import Document, counted
from shared.errors import Refused
from shared.sealed import CaseText


class ProposePartnership(BeginActivity, called="propose-partnership", permission="partnership"):
    """improves: the service it makes better. case: where it is for one case; else it stands alone."""

    school: str
    case: str | None = None
    institution: str
    kind: Literal["government", "private", "professional-body", "specialist", "mgbk", "labour-office"]
    improves: CaseText
    contribution: CaseText
    contact: CaseText


class PartnershipProposed(ActivityEvent):
    type: Literal["partnership-proposed"] = "partnership-proposed"
    version: Literal[1] = 1
    school: str
    case: str | None = None
    institution: str
    kind: Literal["government", "private", "professional-body", "specialist", "mgbk", "labour-office"]
    improves: CaseText
    contribution: CaseText
    contact: CaseText


class AgreePartnership(ActivityCommand, called="agree-partnership", permission="partnership"):
    """memorandum: number of the agreement (MoU). By somebody else than who proposed it."""

    memorandum: str
    until: AwareDatetime


class PartnershipAgreed(ActivityEvent):
    type: Literal["partnership-agreed"] = "partnership-agreed"
    version: Literal[1] = 1
    memorandum: str
    until: AwareDatetime


class StartPartnership(ActivityCommand, called="start-partnership", permission="partnership"):
    """The partner's contribution begins."""


class PartnershipStarted(ActivityEvent):
    type: Literal["partnership-started"] = "partnership-started"
    version: Literal[1] = 1


class EndPartnership(ActivityCommand, called="end-partnership", permission="partnership"):
    result: CaseText
    helped: bool


class PartnershipEnded(ActivityEvent):
    type: Literal["partnership-ended"] = "partnership-ended"
    version: Literal[1] = 1
    result: CaseText
    helped: bool


class PartnershipAgreedByProposer(Refused):
    code = "partnership-agreed-by-proposer"
    indonesian = "Kerja sama disetujui oleh orang lain, bukan pengusulnya."
    english = "A partnership is agreed by somebody else than who proposed it."


def _agreed(command: AgreePartnership, activity: Activity, _: About) -> None:
    if command.by == activity.owner:
        raise PartnershipAgreedByProposer


def expects(activity: Activity) -> Sequence[Expected]:
    """The end of the agreed time."""
    agreed = activity.last(PartnershipAgreed)
    return [Expected(f"{activity.activity}/until", "partnership-ends", agreed.until, activity.owner)] if agreed else ()


def audience(_: Activity) -> Audience:
    """Counsellor, coordinator and principal of the school."""
    return Audience()


def school(activity: Activity) -> str:
    """Whose it is."""
    proposed = activity.last(PartnershipProposed)
    return proposed.school if proposed else ""


def case(activity: Activity) -> str | None:
    """That it is for."""
    proposed = activity.last(PartnershipProposed)
    return proposed.case if proposed else None


PARTNERSHIP = StandingAlone(
    name="partnership",
    steps=(
        opens(ProposePartnership, PartnershipProposed, "proposed", tells=counted("kind")),
        step(AgreePartnership, PartnershipAgreed, "proposed postponed", "agreed", _agreed),
        step(StartPartnership, PartnershipStarted, "agreed", "active", tells=counted(service="outside-collaboration")),
        step(EndPartnership, PartnershipEnded, "active agreed", "ended", tells=counted("helped")),
    ),
    ended=frozenset({"ended"}),
    audience=audience,
    expects=expects,
    awaits=("partnership-ends",),
    documents=(Document("partnership-report", "Laporan kolaborasi", "Report on a collaboration", PartnershipEnded),),
    path="partnerships",
    school=school,
    case=case,
)
