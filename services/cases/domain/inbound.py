"""Strategy 3, the other way round: somebody outside hands a student to the school (referal masuk), and gets an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.activity import Activity, ActivityCommand, ActivityEvent, Expected, Strategy, opens, step
from shared.sealed import Sealed


class RecordInboundReferral(ActivityCommand):
    """letter: its number. answer_by: as the letter asks."""

    institution: str
    letter: str
    reason: Sealed
    package: Sealed
    answer_by: AwareDatetime


class InboundReferralRecorded(RecordInboundReferral, ActivityEvent):
    type: Literal["inbound-referral-recorded"] = "inbound-referral-recorded"
    version: Literal[1] = 1


class AnswerInboundReferral(ActivityCommand):
    accepted: bool
    answer: Sealed


class InboundReferralAnswered(AnswerInboundReferral, ActivityEvent):
    type: Literal["inbound-referral-answered"] = "inbound-referral-answered"
    version: Literal[1] = 1


class CompleteInboundReferral(ActivityCommand):
    """The report back (balasan)."""

    report: Sealed


class InboundReferralCompleted(CompleteInboundReferral, ActivityEvent):
    type: Literal["inbound-referral-completed"] = "inbound-referral-completed"
    version: Literal[1] = 1


def expects(activity: Activity) -> Sequence[Expected]:
    """An answer by the day the letter gives."""
    recorded = activity.last(InboundReferralRecorded)
    if activity.state == "received" and recorded:
        return [Expected(f"{activity.activity}/answer", "inbound-answer", recorded.answer_by, activity.owner)]
    return ()


INBOUND = Strategy(
    "inbound-referral",
    (
        opens(RecordInboundReferral, InboundReferralRecorded, "received"),
        step(AnswerInboundReferral, InboundReferralAnswered, "received postponed", "answered"),
        step(CompleteInboundReferral, InboundReferralCompleted, "answered", "completed"),
    ),
    ended=frozenset({"completed"}),
    expects=expects,
)
