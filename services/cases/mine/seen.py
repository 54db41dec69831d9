"""What of a case its own student sees: what was agreed with them, what they said, and what was said to them. Nothing of what anybody reported.

A student of whom somebody only told the school sees nothing yet: that there is a case, too, is told by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.domain.case.own_words import Objections
from services.cases.domain.case.planning import SafetyPlanAgreed
from services.cases.domain.case.state import Case
from services.cases.domain.referring.consent import ConsentRecorded
from services.cases.domain.steps.activity import Activity
from services.cases.domain.strategies.conference import (
    CommitmentBroken,
    CommitmentKept,
    ConferenceConvened,
    ConferenceMinuted,
    invited,
)
from services.cases.domain.strategies.counselling import COUNSELLING, CounsellingHeld, CounsellingScheduled, SatisfactionRecorded
from shared.message import Event

Told = dict[str, Any]
"""A part of a page; what is sealed in it is opened with the rest."""


@dataclass(frozen=True, slots=True)
class Seen:
    """appointments, goals, commitments: of an open case. safety_plan: the newest, or None. consents: that the student gave. objections: with their
    answers. to_rate: services for which the satisfaction form can be filled in.
    """

    appointments: Sequence[Told]
    goals: Sequence[Told]
    safety_plan: Told | None
    consents: Sequence[Told]
    commitments: Sequence[Told]
    objections: Sequence[Told]
    to_rate: Sequence[Told]

    @property
    def anything(self) -> bool:
        """Somebody has spoken with the student, so the student knows of the service."""
        return any((self.appointments, self.goals, self.safety_plan, self.consents, self.commitments, self.objections, self.to_rate))


def seen_by_student(case: Case, student: str, history: Sequence[Event]) -> Seen:
    """history: of the case, in order."""
    going_on = [] if case.closed else list(case.activities.values())
    plans = [event for event in history if isinstance(event, SafetyPlanAgreed)]
    return Seen(
        appointments=sorted(_appointments(going_on, student), key=lambda each: each["when"]),
        goals=[] if case.closed else [_goal(each.model_dump(mode="json"), case) for each in case.handling.goals],
        safety_plan=_plan(plans[-1]) if plans and not case.closed else None,
        consents=[_consent(event, case) for event in history if isinstance(event, ConsentRecorded) and event.giver == "student"],
        commitments=[each for activity in going_on for each in _commitments(activity, student)],
        objections=list(_objections(case.objections)),
        to_rate=[_held(each) for each in going_on if _can_be_rated(each)],
    )


def _appointments(activities: Sequence[Activity], student: str) -> Iterator[Told]:
    for activity in activities:
        scheduled, convened = activity.last(CounsellingScheduled), activity.last(ConferenceConvened)
        if scheduled and activity.state == "scheduled":
            yield {"kind": "counselling", "with": activity.owner} | scheduled.model_dump(mode="json", include={"when", "place"})
        if convened and activity.state == "convened" and student in invited(activity):
            yield {"kind": "conference", "with": activity.owner, "place": None} | convened.model_dump(mode="json", include={"when"})


def _goal(told: Told, case: Case) -> Told:
    return {"words": told["words"], "due": told["due"], "reached": (case.handling.judged or {}).get(told["goal"])}


def _plan(event: SafetyPlanAgreed) -> Told:
    return event.model_dump(mode="json", include={"words", "at"})


def _consent(event: ConsentRecorded, case: Case) -> Told:
    referral = case.referrals.by_id.get(event.referral)
    return {"at": event.at.isoformat(), "agency": referral.agency if referral else ""}


def _commitments(activity: Activity, student: str) -> Iterator[Told]:
    minuted = activity.last(ConferenceMinuted)
    kept = {each.commitment for each in activity.all(CommitmentKept)}
    broken = {each.commitment for each in activity.all(CommitmentBroken)}
    for each in minuted.commitments if minuted else ():
        if each.owner == student:
            yield each.model_dump(mode="json", include={"what", "due"}) | {"kept": each.commitment in kept, "broken": each.commitment in broken}


def _objections(objections: Objections) -> Iterator[Told]:
    for raised, answer in objections.told:
        told = raised.model_dump(mode="json", include={"words", "at", "answer_by"})
        yield told | {"answer": answer.model_dump(mode="json", include={"words", "at"}) if answer else None}


def _can_be_rated(activity: Activity) -> bool:
    """A service that was given and that the student has said nothing of yet."""
    return activity.strategy == COUNSELLING.name and activity.state in ("held", "evaluated") and activity.last(SatisfactionRecorded) is None


def _held(activity: Activity) -> Told:
    held = activity.last(CounsellingHeld)
    return {"activity": activity.activity, "with": activity.owner, "at": held.at.isoformat() if held else None}
