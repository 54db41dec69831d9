"""What is done with a case itself: assessed, planned with goals in the four fields, waited for; a safety plan agreed with the student.

opened → assessed → planned → in progress ⇄ waiting → closed (domain.md, Case).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.activity import Field, Part
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.named import Names
from shared.errors import Refused
from shared.sealed import CaseText


class Goal(Part):
    """owner: who answers for it."""

    goal: str
    field: Field
    words: CaseText
    owner: Annotated[str, Names("of-the-case")]
    due: AwareDatetime


class AssessCase(Command, called="assess-case", permission="work"):
    """safe: the student was seen and is safe now."""

    field: Field
    findings: CaseText
    safe: bool


class CaseAssessed(ActEvent):
    type: Literal["case-assessed"] = "case-assessed"
    version: Literal[1] = 1
    field: Field
    findings: CaseText
    safe: bool


class PlanCase(Command, called="plan-case", permission="work"):
    """A new plan takes the place of the old one; what was reached stays reached."""

    goals: Annotated[tuple[Goal, ...], Limit(min_length=1)]


class CasePlanned(ActEvent):
    type: Literal["case-planned"] = "case-planned"
    version: Literal[1] = 1
    goals: Annotated[tuple[Goal, ...], Limit(min_length=1)]


class ReachGoal(Command, called="reach-goal", permission="work"):
    goal: str
    reached: bool
    words: CaseText


class GoalJudged(ActEvent):
    type: Literal["goal-judged"] = "goal-judged"
    version: Literal[1] = 1
    goal: str
    reached: bool
    words: CaseText


class AgreeSafetyPlan(Command, called="agree-safety-plan", permission="work"):
    """With the student: warning signs, what helps, whom to call (after Stanley and Brown)."""

    words: CaseText
    review_by: AwareDatetime


class SafetyPlanAgreed(ActEvent):
    type: Literal["safety-plan-agreed"] = "safety-plan-agreed"
    version: Literal[1] = 1
    words: CaseText
    review_by: AwareDatetime


class WaitForCase(Command, called="wait-for-case", permission="charge"):
    """until: then it is taken up again, whatever was waited for."""

    until: AwareDatetime
    what: CaseText


class CaseWaiting(ActEvent):
    type: Literal["case-waiting"] = "case-waiting"
    version: Literal[1] = 1
    until: AwareDatetime
    what: CaseText


class ResumeCase(Command, called="resume-case", permission="charge"):
    """It is worked on again."""


class CaseResumed(ActEvent):
    type: Literal["case-resumed"] = "case-resumed"
    version: Literal[1] = 1


class NoSuchGoal(Refused):
    code = "no-such-goal"
    status = 404
    indonesian = "Tujuan ini tidak ada dalam rencana, atau sudah dinilai."
    english = "The plan has no such goal, or it was judged already."


class NotAssessed(Refused):
    code = "not-assessed"
    indonesian = "Kasus belum diasesmen: rencana disusun sesudahnya."
    english = "The case is not assessed yet: the plan comes after."


class NotWaiting(Refused):
    code = "not-waiting"
    indonesian = "Kasus ini tidak sedang menunggu."
    english = "The case is not waiting."


class MomentPassed(Refused):
    code = "moment-passed"
    indonesian = "Waktu yang dipilih sudah lewat."
    english = "The chosen moment has passed."
