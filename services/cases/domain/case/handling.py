"""Working the case itself: assessed, planned with goals in the four fields, waited for, handed over, deputised, taken over.

opened → assessed → planned → in progress ⇄ waiting → closed (domain.md, Case).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity, Expected, Field, Part, PersonInConflict
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.named import GOES_ON, Names
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.tells import Counts, Notice, Tells, counted
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


class WaitForCase(Command, called="wait-for-case", permission="work"):
    """until: then it is taken up again, whatever was waited for."""

    until: AwareDatetime
    what: CaseText


class CaseWaiting(ActEvent):
    type: Literal["case-waiting"] = "case-waiting"
    version: Literal[1] = 1
    until: AwareDatetime
    what: CaseText


class ResumeCase(Command, called="resume-case", permission="work"):
    """It is worked on again."""


class CaseResumed(ActEvent):
    type: Literal["case-resumed"] = "case-resumed"
    version: Literal[1] = 1


class HandOverCase(Command, called="hand-over-case", permission="hand-over"):
    """to: the counsellor from now on. reason: leave, transfer of staff (mutasi), year end, or another."""

    to: Annotated[str, GOES_ON]
    reason: Literal["leave", "mutation", "year-end", "conflict", "other"]


class CaseHandedOver(ActEvent):
    type: Literal["case-handed-over"] = "case-handed-over"
    version: Literal[1] = 1
    to: str
    reason: Literal["leave", "mutation", "year-end", "conflict", "other"]


class DeputiseCase(Command, called="deputise-case", permission="hand-over"):
    """deputy: may do what the counsellor may, until a day."""

    deputy: Annotated[str, GOES_ON]
    until: AwareDatetime


class CaseDeputised(ActEvent):
    type: Literal["case-deputised"] = "case-deputised"
    version: Literal[1] = 1
    deputy: str
    until: AwareDatetime


class TakeOverCase(Command, called="take-over-case", permission="take-over"):
    """An escalated officer reads and decides from now on, with a reason."""

    reason: CaseText


class CaseTakenOver(ActEvent):
    type: Literal["case-taken-over"] = "case-taken-over"
    version: Literal[1] = 1
    reason: CaseText


class BreakGlass(Command, called="break-glass", permission="break-glass"):
    """Opens an activity's content to a person who may not read it, with a reason; for a conference a second person confirms."""

    activity: str
    reason: CaseText


class GlassBroken(ActEvent):
    type: Literal["glass-broken"] = "glass-broken"
    version: Literal[1] = 1
    activity: str
    reason: CaseText


class ConfirmBreakGlass(Command, called="confirm-break-glass", permission="second-decision"):
    """glass: the act that is confirmed, by another person."""

    glass: str


class BreakGlassConfirmed(ActEvent):
    type: Literal["break-glass-confirmed"] = "break-glass-confirmed"
    version: Literal[1] = 1
    glass: str


@dataclass(frozen=True, slots=True)
class Handling:
    """stage: how far the case itself is. reached: goals judged. glasses: act id to (person, activity, confirmed)."""

    stage: Literal["opened", "assessed", "planned"] = "opened"
    goals: tuple[Goal, ...] = ()
    judged: Mapping[str, bool] | None = None
    waiting_until: datetime | None = None
    safety_review: datetime | None = None
    deputies: tuple[tuple[str, datetime], ...] = ()
    officers: frozenset[str] = frozenset()
    glasses: Mapping[str, tuple[str, str, bool]] | None = None

    @property
    def open_goals(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.goal not in (self.judged or {})]

    def deputy(self, person: str, now: datetime) -> bool:
        """Is a deputy at this moment."""
        return any(person == deputy and now <= until for deputy, until in self.deputies)


NONE = Handling()


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


class SecondReader(Refused):
    code = "second-reader"
    indonesian = "Pembukaan darurat ini harus dikonfirmasi orang lain."
    english = "Breaking the glass must be confirmed by another person."


def _plan(_: PlanCase, handling: Handling, __: About) -> None:
    if handling.stage == "opened":
        raise NotAssessed


def _reach(command: ReachGoal, handling: Handling, _: About) -> None:
    if command.goal not in {each.goal for each in handling.open_goals}:
        raise NoSuchGoal


def _wait(command: WaitForCase, _: Handling, __: About) -> None:
    if command.until <= command.at:
        raise MomentPassed


def _resume(_: ResumeCase, handling: Handling, __: About) -> None:
    if handling.waiting_until is None:
        raise NotWaiting


def _hand_over(command: HandOverCase, _: Handling, about: About) -> None:
    if command.to in about.named:
        raise PersonInConflict


def _deputise(command: DeputiseCase, _: Handling, about: About) -> None:
    if command.until <= command.at:
        raise MomentPassed
    if command.deputy in about.named:
        raise PersonInConflict


def _is_officer(command: TakeOverCase, handling: Handling) -> bool:
    return command.by in handling.officers


def _confirm_glass(command: ConfirmBreakGlass, handling: Handling, _: About) -> None:
    opened = (handling.glasses or {}).get(command.glass)
    if opened is None or opened[0] == command.by:
        raise SecondReader


def _goal_owners(event: CasePlanned, _: Activity | None) -> Iterable[str]:
    return dict.fromkeys(goal.owner for goal in event.goals)


def _successor(event: CaseHandedOver, _: Activity | None) -> Iterable[str]:
    return (event.to,)


def _deputy(event: CaseDeputised, _: Activity | None) -> Iterable[str]:
    return (event.deputy,)


def _is_confirmed(command: ConfirmBreakGlass, handling: Handling) -> bool:
    return (handling.glasses or {})[command.glass][2]


def _goals(handling: Handling, _: Around) -> list[Known]:
    return [Known({"goal": each.goal}) for each in handling.open_goals]


def _glasses(handling: Handling, _: Around) -> list[Known]:
    return [Known({"glass": each}) for each in handling.glasses or ()]


HANDLING: Acts[Handling] = Acts(
    act(AssessCase, CaseAssessed, tells=counted("field", "safe"), offer=offered("assess decide contact", towards="plan")),
    act(PlanCase, CasePlanned, _plan, tells=Tells(Notice("commitment", _goal_owners), counts=Counts(size_of="goals")), offer=offered("plan")),
    act(ReachGoal, GoalJudged, _reach, tells=counted("reached"), offer=offered("goal", _goals)),
    act(AgreeSafetyPlan, SafetyPlanAgreed, offer=offered("safety-plan-review")),
    act(WaitForCase, CaseWaiting, _wait),
    act(ResumeCase, CaseResumed, _resume, offer=offered("waiting-ends")),
    act(HandOverCase, CaseHandedOver, _hand_over, tells=Tells(Notice("assigned", _successor))),
    act(DeputiseCase, CaseDeputised, _deputise, tells=Tells(Notice("deputy", _deputy))),
    act(TakeOverCase, CaseTakenOver, done=_is_officer),
    act(BreakGlass, GlassBroken),
    act(ConfirmBreakGlass, BreakGlassConfirmed, _confirm_glass, done=_is_confirmed, offer=offered(known=_glasses)),
    awaits=("goal", "waiting-ends", "safety-plan-review"),
)


def evolve(handling: Handling, event: ActEvent) -> Handling:  # noqa: C901 - one line per event type
    match event:
        case CaseAssessed():
            return replace(handling, stage="assessed" if handling.stage == "opened" else handling.stage)
        case CasePlanned():
            return replace(handling, stage="planned", goals=event.goals)
        case GoalJudged():
            return replace(handling, judged={**(handling.judged or {}), event.goal: event.reached})
        case SafetyPlanAgreed():
            return replace(handling, safety_review=event.review_by)
        case CaseWaiting():
            return replace(handling, waiting_until=event.until)
        case CaseResumed():
            return replace(handling, waiting_until=None)
        case CaseDeputised():
            return replace(handling, deputies=(*handling.deputies, (event.deputy, event.until)))
        case CaseTakenOver():
            return replace(handling, officers=handling.officers | {event.by})
        case GlassBroken():
            return replace(handling, glasses={**(handling.glasses or {}), event.act: (event.by, event.activity, False)})
        case BreakGlassConfirmed(glass=glass) if glass in (handling.glasses or {}):
            reader, activity, _ = (handling.glasses or {})[glass]
            return replace(handling, glasses={**(handling.glasses or {}), glass: (reader, activity, True)})
        case _:
            return handling


def expected(handling: Handling, owner: str | None) -> list[Expected]:
    """Goals by their day, the end of waiting, the safety plan looked at again."""
    due = [Expected(f"goal/{goal.goal}", "goal", goal.due, goal.owner) for goal in handling.open_goals]
    if handling.waiting_until:
        due.append(Expected(f"waiting/{handling.waiting_until.isoformat()}", "waiting-ends", handling.waiting_until, owner))
    if handling.safety_review:
        due.append(Expected(f"safety-plan/{handling.safety_review.isoformat()}", "safety-plan-review", handling.safety_review, owner))
    return due
