"""Working the case itself: assessed, planned with goals in the four fields, waited for, handed over, deputised, taken over.

opened → assessed → planned → in progress ⇄ waiting → closed (domain.md, Case).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime
from pydantic import Field as Limit

from services.cases.domain.about import About
from services.cases.domain.activity import Expected, Field, Part, PersonInConflict
from services.cases.domain.acts import CaseActEvent, CaseCommand
from shared.errors import Refused
from shared.sealed import Sealed


class Goal(Part):
    """owner: who answers for it."""

    goal: str
    field: Field
    words: Sealed
    owner: str
    due: AwareDatetime


class AssessCase(CaseCommand):
    """safe: the student was seen and is safe now."""

    field: Field
    findings: Sealed
    safe: bool


class CaseAssessed(AssessCase, CaseActEvent):
    type: Literal["case-assessed"] = "case-assessed"
    version: Literal[1] = 1


class PlanCase(CaseCommand):
    """A new plan takes the place of the old one; what was reached stays reached."""

    goals: Annotated[tuple[Goal, ...], Limit(min_length=1)]


class CasePlanned(PlanCase, CaseActEvent):
    type: Literal["case-planned"] = "case-planned"
    version: Literal[1] = 1


class ReachGoal(CaseCommand):
    goal: str
    reached: bool
    words: Sealed


class GoalJudged(ReachGoal, CaseActEvent):
    type: Literal["goal-judged"] = "goal-judged"
    version: Literal[1] = 1


class AgreeSafetyPlan(CaseCommand):
    """With the student: warning signs, what helps, whom to call (after Stanley and Brown)."""

    words: Sealed
    review_by: AwareDatetime


class SafetyPlanAgreed(AgreeSafetyPlan, CaseActEvent):
    type: Literal["safety-plan-agreed"] = "safety-plan-agreed"
    version: Literal[1] = 1


class WaitForCase(CaseCommand):
    """until: then it is taken up again, whatever was waited for."""

    until: AwareDatetime
    what: Sealed


class CaseWaiting(WaitForCase, CaseActEvent):
    type: Literal["case-waiting"] = "case-waiting"
    version: Literal[1] = 1


class ResumeCase(CaseCommand):
    """It is worked on again."""


class CaseResumed(ResumeCase, CaseActEvent):
    type: Literal["case-resumed"] = "case-resumed"
    version: Literal[1] = 1


class HandOverCase(CaseCommand):
    """to: the counsellor from now on. reason: leave, transfer of staff (mutasi), year end, or another."""

    to: str
    reason: Literal["leave", "mutation", "year-end", "conflict", "other"]


class CaseHandedOver(HandOverCase, CaseActEvent):
    type: Literal["case-handed-over"] = "case-handed-over"
    version: Literal[1] = 1


class DeputiseCase(CaseCommand):
    """deputy: may do what the counsellor may, until a day."""

    deputy: str
    until: AwareDatetime


class CaseDeputised(DeputiseCase, CaseActEvent):
    type: Literal["case-deputised"] = "case-deputised"
    version: Literal[1] = 1


class TakeOverCase(CaseCommand):
    """An escalated officer reads and decides from now on, with a reason."""

    reason: Sealed


class CaseTakenOver(TakeOverCase, CaseActEvent):
    type: Literal["case-taken-over"] = "case-taken-over"
    version: Literal[1] = 1


class BreakGlass(CaseCommand):
    """Opens an activity's content to a person who may not read it, with a reason; for a conference a second person confirms."""

    activity: str
    reason: Sealed


class GlassBroken(BreakGlass, CaseActEvent):
    type: Literal["glass-broken"] = "glass-broken"
    version: Literal[1] = 1


class ConfirmBreakGlass(CaseCommand):
    """glass: the act that is confirmed, by another person."""

    glass: str


class BreakGlassConfirmed(ConfirmBreakGlass, CaseActEvent):
    type: Literal["break-glass-confirmed"] = "break-glass-confirmed"
    version: Literal[1] = 1


HANDLING_COMMANDS = (
    AssessCase, PlanCase, ReachGoal, AgreeSafetyPlan, WaitForCase, ResumeCase, HandOverCase, DeputiseCase, TakeOverCase, BreakGlass,
    ConfirmBreakGlass,
)  # fmt: skip
HANDLING_EVENTS = (
    CaseAssessed, CasePlanned, GoalJudged, SafetyPlanAgreed, CaseWaiting, CaseResumed, CaseHandedOver, CaseDeputised, CaseTakenOver,
    GlassBroken, BreakGlassConfirmed,
)  # fmt: skip


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
    status = 404
    indonesian = "Tujuan ini tidak ada dalam rencana, atau sudah dinilai."
    english = "The plan has no such goal, or it was judged already."


class NotAssessed(Refused):
    indonesian = "Kasus belum diasesmen: rencana disusun sesudahnya."
    english = "The case is not assessed yet: the plan comes after."


class NotWaiting(Refused):
    indonesian = "Kasus ini tidak sedang menunggu."
    english = "The case is not waiting."


class MomentPassed(Refused):
    indonesian = "Waktu yang dipilih sudah lewat."
    english = "The chosen moment has passed."


class SecondReader(Refused):
    indonesian = "Pembukaan darurat ini harus dikonfirmasi orang lain."
    english = "Breaking the glass must be confirmed by another person."


def decide(command: CaseCommand, handling: Handling, about: About) -> Sequence[CaseActEvent]:
    """Raises: a refusal by name."""
    match command:
        case PlanCase() if handling.stage == "opened":
            raise NotAssessed
        case ReachGoal(goal=goal) if goal not in {each.goal for each in handling.open_goals}:
            raise NoSuchGoal
        case WaitForCase(until=moment) | DeputiseCase(until=moment) if moment <= command.at:
            raise MomentPassed
        case ResumeCase() if handling.waiting_until is None:
            raise NotWaiting
        case HandOverCase(to=person) | DeputiseCase(deputy=person) if person in about.named:
            raise PersonInConflict
        case ConfirmBreakGlass(glass=glass):
            opened = (handling.glasses or {}).get(glass)
            if opened is None or opened[0] == command.by:
                raise SecondReader
        case _:
            pass
    event = _EVENT_OF[type(command)]
    return [event(**{name: getattr(command, name) for name in type(command).model_fields})]


_EVENT_OF: Mapping[type[CaseCommand], type[CaseActEvent]] = dict(zip(HANDLING_COMMANDS, HANDLING_EVENTS, strict=True))


def evolve(handling: Handling, event: CaseActEvent) -> Handling:  # noqa: C901 - one line per event type
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
