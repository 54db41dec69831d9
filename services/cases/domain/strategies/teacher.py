"""Strategy 4, collaboration with subject and homeroom teachers: a question, an answer, guidance agreed, a result.

The asked teacher sees that request only; the reasons behind it are never part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Expected, PersonInConflict, Strategy, opens, step
from services.cases.domain.steps.offer import offered
from shared.errors import Refused
from shared.sealed import CaseText


class AskTeacher(ActivityCommand, called="ask-teacher", permission="work"):
    """aim: information (achievement, attendance, personality), help with the problem, or which guidance the teacher can give."""

    teacher: str
    aim: Literal["information", "help", "guidance"]
    question: CaseText
    respond_by: AwareDatetime


class TeacherAsked(ActivityEvent):
    type: Literal["teacher-asked"] = "teacher-asked"
    version: Literal[1] = 1
    teacher: str
    aim: Literal["information", "help", "guidance"]
    question: CaseText
    respond_by: AwareDatetime


class AnswerAsTeacher(ActivityCommand, called="answer-as-teacher", permission="answer"):
    """Only by the asked teacher, or by the owner who writes down what the teacher said."""

    answer: CaseText


class TeacherAnswered(ActivityEvent):
    type: Literal["teacher-answered"] = "teacher-answered"
    version: Literal[1] = 1
    answer: CaseText


class DeclineAsTeacher(ActivityCommand, called="decline-as-teacher", permission="answer"):
    reason: CaseText


class TeacherDeclined(ActivityEvent):
    type: Literal["teacher-declined"] = "teacher-declined"
    version: Literal[1] = 1
    reason: CaseText


class AgreeGuidance(ActivityCommand, called="agree-guidance", permission="work"):
    """due: when the result is looked at together."""

    guidance: CaseText
    due: AwareDatetime


class GuidanceAgreed(ActivityEvent):
    type: Literal["guidance-agreed"] = "guidance-agreed"
    version: Literal[1] = 1
    guidance: CaseText
    due: AwareDatetime


class RecordGuidanceResult(ActivityCommand, called="record-guidance-result", permission="work"):
    helped: bool
    result: CaseText


class GuidanceDone(ActivityEvent):
    type: Literal["guidance-done"] = "guidance-done"
    version: Literal[1] = 1
    helped: bool
    result: CaseText


class NotTheAskedTeacher(Refused):
    code = "not-the-asked-teacher"
    indonesian = "Hanya guru yang ditanya, atau konselor yang mencatatnya, yang dapat menjawab."
    english = "Only the asked teacher can answer, or the counsellor who writes it down."


def _asked(command: AskTeacher, _: Activity, about: About) -> None:
    if command.teacher in about.named:
        raise PersonInConflict


def _by_teacher(command: AnswerAsTeacher | DeclineAsTeacher, activity: Activity, _: About) -> None:
    if command.by not in (teacher_of(activity), activity.owner):
        raise NotTheAskedTeacher


def teacher_of(activity: Activity) -> str | None:
    """The asked teacher."""
    asked = activity.last(TeacherAsked)
    return asked.teacher if asked else None


def expects(activity: Activity) -> Sequence[Expected]:
    """The answer of the teacher, then the result of what was agreed."""
    asked, agreed = activity.last(TeacherAsked), activity.last(GuidanceAgreed)
    if activity.state == "requested" and asked:
        return [Expected(f"{activity.activity}/answer", "teacher-answer", asked.respond_by, asked.teacher)]
    if activity.state == "agreed" and agreed:
        return [Expected(f"{activity.activity}/result", "guidance-result", agreed.due, activity.owner)]
    return ()


def readers(activity: Activity) -> frozenset[str]:
    """The asked teacher, of this request only."""
    teacher = teacher_of(activity)
    return frozenset({teacher} if teacher else ())


TEACHER = Strategy(
    "teacher-collaboration",
    (
        opens(AskTeacher, TeacherAsked, "requested", _asked),
        step(AnswerAsTeacher, TeacherAnswered, "requested postponed", "answered", _by_teacher, offer=offered("teacher-answer")),
        step(DeclineAsTeacher, TeacherDeclined, "requested postponed", "declined", _by_teacher, offer=offered("teacher-answer")),
        step(AgreeGuidance, GuidanceAgreed, "answered", "agreed"),
        step(RecordGuidanceResult, GuidanceDone, "answered agreed", "done", offer=offered("guidance-result")),
    ),
    ended=frozenset({"declined", "done"}),
    expects=expects,
    readers=readers,
)
