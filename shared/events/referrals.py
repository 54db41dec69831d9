"""A referral: the case sends it, and from then on the agency's task decides (decision 14)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.events.cases import CaseEvent
from shared.sealed import AnswerText, PackageText


class ReferralSent(CaseEvent):
    """From here on the task in notifications alone decides (decision 14). package: exactly what is disclosed, sealed under the student's
    key, purpose `package`. by_phone_first: an emergency, where help was called before the letter.
    """

    type: Literal["referral-sent"] = "referral-sent"
    version: Literal[1] = 1
    referral: str
    agency: str
    priority: Literal["routine", "urgent", "stat"]
    respond_by: datetime
    package: PackageText
    package_opens: Literal["after-acceptance", "at-once"]


Caution = Literal["guardian-unsafe", "people-named"]
"""Of whom whoever gets a case must be careful: somebody at home, or somebody else whom a concern names. It never says who."""


class CaseHandedAcross(CaseEvent):
    """The referral that is sent with it takes the case to another district, where the student goes to school from now on."""

    type: Literal["case-handed-across"] = "case-handed-across"
    version: Literal[1] = 1
    referral: str
    agency: str
    cautions: tuple[Caution, ...]


class ReferralCancelRequested(CaseEvent):
    """The school asks; the agency confirms; an outcome may still win."""

    type: Literal["referral-cancel-requested"] = "referral-cancel-requested"
    version: Literal[1] = 1
    referral: str


class ReferralQuestionAnswered(CaseEvent):
    """The school answers what the agency asked. words: exactly what the agency reads, sealed as the package is. answer: the id of this answer."""

    type: Literal["referral-question-answered"] = "referral-question-answered"
    version: Literal[1] = 1
    referral: str
    agency: str
    answer: str
    words: PackageText


class TaskMoved(CaseEvent):
    """The agency's task made a transition; the case folds it and never refuses.

    trigger: as in the task's table. state: FHIR Task.status, business_status: BSeR code. reason: of a decline, from the closed list.
    note: the agency's words, sealed under the student's key, purpose `answer`. at: the appointment, where one was made.
    """

    type: Literal["task-moved"] = "task-moved"
    version: Literal[1] = 1
    task: str
    referral: str
    agency: str
    trigger: str
    state: str
    business_status: str
    reason: str | None = None
    note: AnswerText | None = None
    at: datetime | None = None
    channel: Literal["api", "portal", "letter", "phone"] = "api"


class TaskUnanswered(CaseEvent):
    """Silence is a signal: the agency did not answer by `respond_by`, or could not be reached."""

    type: Literal["task-unanswered"] = "task-unanswered"
    version: Literal[1] = 1
    task: str
    referral: str
    agency: str
    reason: Literal["no-answer", "unreachable"]
