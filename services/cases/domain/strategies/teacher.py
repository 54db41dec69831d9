"""Strategy 4, collaboration with subject and homeroom teachers: a question, an answer, guidance agreed, a result.

The asked teacher sees that request only; the reasons behind it are never part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.about import About
from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Audience, BeginActivity, Expected, PersonInConflict
from services.cases.domain.steps.named import ASKED
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.strategy import Strategy, opens, step
from services.cases.domain.steps.tells import Counts, Document, Given, Notice, Tells, counted, to_owner
from shared.errors import Refused
from shared.sealed import CaseText


class AskTeacher(BeginActivity, called="ask-teacher", permission="work"):
    """aim: information (achievement, attendance, personality), help with the problem, or which guidance the teacher can give."""

    teacher: Annotated[str, ASKED]
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


def audience(activity: Activity) -> Audience:
    """Also the asked teacher, of this request only."""
    teacher = teacher_of(activity)
    return Audience(frozenset({teacher} if teacher else ()))


def _to_teacher(event: TeacherAsked, _: Activity | None) -> Iterable[str]:
    return (event.teacher,)


def _question(event: TeacherAsked) -> Iterable[Given]:
    return (Given(event.activity, "teacher", event.teacher),)


_ASKED = Tells(Notice("teacher-asked", _to_teacher), _question, Counts(("aim",)))
_ANSWERED: Tells[TeacherAnswered] = Tells(Notice("teacher-answered", to_owner), counts=Counts(service="teacher-collaboration"))
_DECLINED: Tells[TeacherDeclined] = Tells(Notice("teacher-answered", to_owner))

TEACHER = Strategy(
    name="teacher-collaboration",
    steps=(
        opens(AskTeacher, TeacherAsked, "requested", _asked, tells=_ASKED, offer=offered("homeroom-first")),
        step(AnswerAsTeacher, TeacherAnswered, "requested postponed", "answered", _by_teacher, tells=_ANSWERED, offer=offered("teacher-answer")),
        step(DeclineAsTeacher, TeacherDeclined, "requested postponed", "declined", _by_teacher, tells=_DECLINED, offer=offered("teacher-answer")),
        step(AgreeGuidance, GuidanceAgreed, "answered", "agreed"),
        step(RecordGuidanceResult, GuidanceDone, "answered agreed", "done", tells=counted("helped"), offer=offered("guidance-result")),
    ),
    ended=frozenset({"declined", "done"}),
    audience=audience,
    expects=expects,
    awaits=("teacher-answer", "guidance-result"),
    asked=("teacher-answer",),
    documents=(Document("teacher-information", "Lembar informasi guru", "Teacher's information sheet", TeacherAnswered),),
)
