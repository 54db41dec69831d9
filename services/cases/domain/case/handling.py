"""Working the case itself: what a case knows of its plan, its deputies and officers, and opened activities; the table of these acts.

Their commands and events stand in `planning.py`, `handing_over.py` and `glass.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.cases.domain.case import glass
from services.cases.domain.case.glass import (
    BreakGlass,
    BreakGlassConfirmed,
    ConfirmBreakGlass,
    Glass,
    GlassBroken,
    GlassReviewed,
    ReviewGlass,
    SecondReader,
)
from services.cases.domain.case.handing_over import CaseDeputised, CaseHandedOver, CaseTakenOver, DeputiseCase, HandOverCase, TakeOverCase
from services.cases.domain.case.planning import (
    AgreeSafetyPlan,
    AssessCase,
    CaseAssessed,
    CasePlanned,
    CaseResumed,
    CaseWaiting,
    Goal,
    GoalJudged,
    MomentPassed,
    NoSuchGoal,
    NotAssessed,
    NotWaiting,
    PlanCase,
    ReachGoal,
    ResumeCase,
    SafetyPlanAgreed,
    WaitForCase,
)
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity, Expected, PersonInConflict
from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.second import Second
from services.cases.domain.steps.tells import Counts, Notice, Tells, counted
from shared.two_people import Proposal


@dataclass(frozen=True, slots=True)
class Handling:
    """stage: how far the case itself is. reached: goals judged. glasses: by the act that broke each."""

    stage: Literal["opened", "assessed", "planned"] = "opened"
    goals: tuple[Goal, ...] = ()
    judged: Mapping[str, bool] | None = None
    waiting_until: datetime | None = None
    safety_review: datetime | None = None
    deputies: tuple[tuple[str, datetime], ...] = ()
    officers: frozenset[str] = frozenset()
    glasses: Mapping[str, Glass] | None = None

    @property
    def broken(self) -> Mapping[str, Glass]:
        """Each breaking of the glass, by the act that broke it."""
        return self.glasses or {}

    @property
    def open_goals(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.goal not in (self.judged or {})]

    def deputies_at(self, now: datetime) -> tuple[str, ...]:
        """Everybody who is a deputy at this moment, the last named first."""
        return tuple(deputy for deputy, until in reversed(self.deputies) if now <= until)

    def deputy(self, person: str, now: datetime) -> bool:
        """Is a deputy at this moment."""
        return person in self.deputies_at(now)


NONE = Handling()


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


def _opened(command: ConfirmBreakGlass, handling: Handling) -> Proposal | None:
    opened = handling.broken.get(command.glass)
    return Proposal(command.glass, opened.reader) if opened else None


def _review(command: ReviewGlass, handling: Handling, _: About) -> None:
    glass.require_review(command, handling.broken)


def _goal_owners(event: CasePlanned, _: Activity | None) -> Iterable[str]:
    return dict.fromkeys(goal.owner for goal in event.goals)


def _successor(event: CaseHandedOver, _: Activity | None) -> Iterable[str]:
    return (event.to,)


def _deputy(event: CaseDeputised, _: Activity | None) -> Iterable[str]:
    return (event.deputy,)


def _is_confirmed(command: ConfirmBreakGlass, handling: Handling) -> bool:
    return command.glass in handling.broken and handling.broken[command.glass].confirmed_by is not None


def _goals(handling: Handling, _: Around) -> list[Known]:
    return [Known({"goal": each.goal}) for each in handling.open_goals]


def _glasses(handling: Handling, _: Around) -> list[Known]:
    return [Known({"glass": each}) for each in handling.broken]


HANDLING: Acts[Handling] = Acts(
    act(AssessCase, CaseAssessed, tells=counted("field", "safe"), offer=offered("assess decide contact homeroom-first", towards="plan")),
    act(
        PlanCase, CasePlanned, _plan, tells=Tells(Notice("commitment", _goal_owners), counts=Counts(size_of="goals")), offer=offered("plan next-step")
    ),
    act(ReachGoal, GoalJudged, _reach, tells=counted("reached"), offer=offered("goal", _goals)),
    act(AgreeSafetyPlan, SafetyPlanAgreed, offer=offered("safety-plan-review next-step")),
    act(WaitForCase, CaseWaiting, _wait, offer=offered("next-step")),
    act(ResumeCase, CaseResumed, _resume, offer=offered("waiting-ends")),
    act(HandOverCase, CaseHandedOver, _hand_over, tells=Tells(Notice("assigned", _successor)), offer=offered("without-owner")),
    act(DeputiseCase, CaseDeputised, _deputise, tells=Tells(Notice("deputy", _deputy))),
    act(TakeOverCase, CaseTakenOver, done=_is_officer),
    act(BreakGlass, GlassBroken, tells=Tells(Notice("glass-broken", glass.told))),
    act(ConfirmBreakGlass, BreakGlassConfirmed, done=_is_confirmed, offer=offered(known=_glasses), confirms=Second(_opened, SecondReader)),
    act(ReviewGlass, GlassReviewed, _review, offer=offered("glass-review", _glasses)),
    awaits=("goal", "waiting-ends", "safety-plan-review", "glass-review"),
)


def evolve(handling: Handling, event: ActEvent) -> Handling:
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
        case GlassBroken() | BreakGlassConfirmed() | GlassReviewed():
            return replace(handling, glasses=glass.evolve(handling.broken, event))
        case _:
            return handling


def expected(handling: Handling, owner: str | None) -> list[Expected]:
    """Goals by their day, the end of waiting, the safety plan looked at again."""
    due = [Expected(f"goal/{goal.goal}", "goal", goal.due, goal.owner) for goal in handling.open_goals]
    if handling.waiting_until:
        due.append(Expected(f"waiting/{handling.waiting_until.isoformat()}", "waiting-ends", handling.waiting_until, owner))
    if handling.safety_review:
        due.append(Expected(f"safety-plan/{handling.safety_review.isoformat()}", "safety-plan-review", handling.safety_review, owner))
    return [*due, *glass.expected(handling.broken)]
