"""Strategy 3, the other way round: somebody outside hands a student to the school (referal masuk), and gets an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, BeginActivity, Expected
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.strategy import Strategy, opens, step, whoever_reads_the_case
from services.cases.domain.steps.tells import Document, counted
from shared.sealed import CaseText


class RecordInboundReferral(BeginActivity, called="record-inbound-referral", permission="work"):
    """letter: its number. answer_by: as the letter asks."""

    institution: str
    letter: str
    reason: CaseText
    package: CaseText
    answer_by: AwareDatetime


class InboundReferralRecorded(ActivityEvent):
    type: Literal["inbound-referral-recorded"] = "inbound-referral-recorded"
    version: Literal[1] = 1
    institution: str
    letter: str
    reason: CaseText
    package: CaseText
    answer_by: AwareDatetime


class AnswerInboundReferral(ActivityCommand, called="answer-inbound-referral", permission="work"):
    accepted: bool
    answer: CaseText


class InboundReferralAnswered(ActivityEvent):
    type: Literal["inbound-referral-answered"] = "inbound-referral-answered"
    version: Literal[1] = 1
    accepted: bool
    answer: CaseText


class CompleteInboundReferral(ActivityCommand, called="complete-inbound-referral", permission="work"):
    """The report back (balasan)."""

    report: CaseText


class InboundReferralCompleted(ActivityEvent):
    type: Literal["inbound-referral-completed"] = "inbound-referral-completed"
    version: Literal[1] = 1
    report: CaseText


def expects(activity: Activity) -> Sequence[Expected]:
    """An answer by the day the letter gives."""
    recorded = activity.last(InboundReferralRecorded)
    if activity.state == "received" and recorded:
        return [Expected(f"{activity.activity}/answer", "inbound-answer", recorded.answer_by, activity.owner)]
    return ()


INBOUND = Strategy(
    name="inbound-referral",
    steps=(
        opens(RecordInboundReferral, InboundReferralRecorded, "received"),
        step(
            AnswerInboundReferral,
            InboundReferralAnswered,
            "received postponed",
            "answered",
            tells=counted("accepted", service="referral-inbound"),
            offer=offered("inbound-answer"),
        ),
        step(CompleteInboundReferral, InboundReferralCompleted, "answered", "completed"),
    ),
    ended=frozenset({"completed"}),
    audience=whoever_reads_the_case,
    expects=expects,
    awaits=("inbound-answer",),
    documents=(Document("inbound-answer", "Balasan rujukan masuk", "Answer to a referral to the school", InboundReferralAnswered),),
)
