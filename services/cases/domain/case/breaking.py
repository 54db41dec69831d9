"""Deciding about the glass over the whole case: of which activity, whose it is, and which leader is told."""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.domain.case.glass import BreakGlass, GlassBroken
from services.cases.domain.case.state import Case
from services.cases.domain.case.suspending import RULERS
from services.cases.domain.steps.activity import NoSuchActivity
from services.cases.domain.steps.command import recorded
from services.cases.domain.successor import Staff
from shared.message import Event


def break_glass(command: BreakGlass, case: Case) -> Sequence[Event]:
    """Only of an activity that there is: nobody shall be entitled to read one that begins later. Raises: NoSuchActivity."""
    activity = case.activities.get(command.activity)
    if activity is None:
        raise NoSuchActivity
    return [
        recorded(
            GlassBroken, command, owner=activity.owner, leader=leader_of(command.staff, command.by, case), of_two=activity.audience.second_person
        )
    ]


def leader_of(staff: Staff, by: str, case: Case) -> str | None:
    """The nearest one who is neither in conflict nor who acts."""
    return next((each for each in staff.present(*RULERS) if each not in case.named | {by}), None)
