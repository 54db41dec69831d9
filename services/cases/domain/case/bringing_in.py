"""Bringing in a case that already runs on paper. Nobody is alerted to the past, and no clock starts but that of what comes next (people.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.cases.domain.case.conflict import LeftToDistrict, ManyClaims
from services.cases.domain.case.kept_away import left_to_district
from services.cases.domain.case.paper import BringIn, CaseBroughtIn, NextStepPassed, ServiceOutsideCase, StudentAtAnotherSchool
from services.cases.domain.case.strands import CaseAssigned, StrandAdded, UrgencyDecided
from services.cases.domain.case.suspending import MANY
from services.cases.domain.steps.activity import PersonInConflict
from services.cases.domain.steps.command import recorded
from shared.events import CaseAcknowledged, CaseOpened, ConcernRaised, NamedPerson
from shared.message import Event


def bring_in(command: BringIn) -> Sequence[Event]:
    """The case as it stands on paper. Raises: a refusal by name."""
    _refuse(command)
    left = left_to_district(command.accused, command.staff)
    about: dict[str, Any] = {"case": command.case, "student": command.student, "school": command.school}
    return [
        CaseOpened(concern=command.told, **about),
        recorded(CaseBroughtIn, command, concern=command.told),
        StrandAdded(concern=_said(command), at=command.entered_at),
        *([LeftToDistrict(act=command.act, by=command.by, at=command.entered_at, people=left)] if left else []),
        *_alarm(command),
        _level(command),
        CaseAcknowledged(by=command.by, concerns=(command.told,), **about),
        CaseAssigned(to=command.to, by=command.by),
    ]


def _refuse(command: BringIn) -> None:
    if command.student_at != command.school:
        raise StudentAtAnotherSchool
    if {command.by, command.to}.intersection(command.accused):
        raise PersonInConflict
    if command.next_by <= command.entered_at:
        raise NextStepPassed
    if any(not command.at <= each.at <= command.entered_at for each in command.services):
        raise ServiceOutsideCase


def _alarm(command: BringIn) -> list[Event]:
    """Whom the file accuses is kept away by the word of one person: where they are many, coordinator and district hear of it."""
    if len(command.accused) < MANY:
        return []
    told = tuple(each for each in command.staff.present("coordinator", "district-duty", "district-officer") if each != command.by)
    return [ManyClaims(act=command.act, by=command.by, at=command.entered_at, told=told)]


def _said(command: BringIn) -> ConcernRaised:
    """What the file says stands in the case as what a concern says does: under the same readers, with the same people kept away."""
    return ConcernRaised(
        concern=command.told,
        school=command.school,
        student=command.student,
        role=command.role,
        kind=command.kind,
        categories=command.categories,
        text=command.text,
        people=tuple(NamedPerson(person=each, relation="staff", role="accused") for each in command.accused),
        channel="letter",
        reporter_kind="staff",
        reporter=command.by,
        happened_at=command.at,
    )


def _level(command: BringIn) -> UrgencyDecided:
    """A named person says it, who knows the file; the policy judges what comes in from now on."""
    return UrgencyDecided(
        decision=command.decision,
        concern=None,
        policy=None,
        policy_version=None,
        inputs=None,
        rules=("person:brought-in",),
        urgency=command.urgency,
        by=command.by,
        reason=None,
    )
