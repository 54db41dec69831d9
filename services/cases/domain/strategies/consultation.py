"""Strategy 7, consultation (konsultasi): for students, teachers, parents and school leaders; shared perception, a climate that helps development, a
referral, or a better programme. It may stand alone or belong to a case; a stream of its own either way. Read by the two parties.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Audience, BeginActivity, Expected
from services.cases.domain.steps.named import Names
from services.cases.domain.steps.strategy import StandingAlone, opens, step
from services.cases.domain.steps.tells import Document, counted
from shared.sealed import CaseText


class AskConsultation(BeginActivity, called="ask-consultation", permission="consultation"):
    """asker: who asks, where it is a known person. case: where it is for one case."""

    school: str
    case: str | None = None
    asker_kind: Literal["student", "teacher", "parent", "leader", "other"]
    asker: Annotated[str | None, Names("anybody")] = None
    aim: Literal["shared-perception", "climate", "referral", "programme"]
    question: CaseText


class ConsultationAsked(ActivityEvent):
    type: Literal["consultation-asked"] = "consultation-asked"
    version: Literal[1] = 1
    school: str
    case: str | None = None
    asker_kind: Literal["student", "teacher", "parent", "leader", "other"]
    asker: str | None = None
    aim: Literal["shared-perception", "climate", "referral", "programme"]
    question: CaseText


class GiveAdvice(ActivityCommand, called="give-advice", permission="consultation"):
    advice: CaseText


class AdviceGiven(ActivityEvent):
    type: Literal["advice-given"] = "advice-given"
    version: Literal[1] = 1
    advice: CaseText


class RecordFeedback(ActivityCommand, called="record-feedback", permission="consultation"):
    """commitment: what the asker will do. monitor_by: when it is looked at again."""

    feedback: CaseText
    commitment: CaseText
    monitor_by: AwareDatetime


class FeedbackRecorded(ActivityEvent):
    type: Literal["feedback-recorded"] = "feedback-recorded"
    version: Literal[1] = 1
    feedback: CaseText
    commitment: CaseText
    monitor_by: AwareDatetime


class CloseConsultation(ActivityCommand, called="close-consultation", permission="consultation"):
    helped: bool
    result: CaseText


class ConsultationClosed(ActivityEvent):
    type: Literal["consultation-closed"] = "consultation-closed"
    version: Literal[1] = 1
    helped: bool
    result: CaseText


def expects(activity: Activity) -> Sequence[Expected]:
    """What was promised is looked at again."""
    feedback = activity.last(FeedbackRecorded)
    if activity.state == "feedback" and feedback:
        return [Expected(f"{activity.activity}/monitor", "consultation-monitoring", feedback.monitor_by, activity.owner)]
    return ()


def audience(activity: Activity) -> Audience:
    """The two parties: the asker, and the counsellor, who is its owner."""
    asked = activity.last(ConsultationAsked)
    return Audience(frozenset({asked.asker} if asked and asked.asker else ()), holders=False)


def school(activity: Activity) -> str:
    """Whose it is."""
    asked = activity.last(ConsultationAsked)
    return asked.school if asked else ""


def case(activity: Activity) -> str | None:
    """That it is for."""
    asked = activity.last(ConsultationAsked)
    return asked.case if asked else None


CONSULTATION = StandingAlone(
    name="consultation",
    steps=(
        opens(AskConsultation, ConsultationAsked, "asked", tells=counted("aim")),
        step(GiveAdvice, AdviceGiven, "asked given postponed", "given", tells=counted(service="consultation")),
        step(RecordFeedback, FeedbackRecorded, "given", "feedback"),
        step(CloseConsultation, ConsultationClosed, "given feedback", "closed", tells=counted("helped")),
    ),
    ended=frozenset({"closed"}),
    audience=audience,
    expects=expects,
    awaits=("consultation-monitoring",),
    documents=(Document("consultation-report", "Laporan konsultasi", "Report on a consultation", ConsultationClosed),),
    path="consultations",
    school=school,
    case=case,
)
