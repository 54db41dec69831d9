"""The endings and turns that every activity knows: postponed, cancelled, refused by the person, handed over (domain.md, The nine strategies)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import Activity, ActivityCommand, ActivityEvent, Expected
from services.cases.domain.steps.named import GOES_ON
from services.cases.domain.steps.tells import Notice, Tells, counted
from shared.message import Event
from shared.sealed import CaseText


class PostponeActivity(ActivityCommand, called="postpone-activity", permission="work"):
    """until: the day it is taken up again."""

    until: AwareDatetime
    reason: CaseText


class ActivityPostponed(ActivityEvent):
    type: Literal["activity-postponed"] = "activity-postponed"
    version: Literal[1] = 1
    until: AwareDatetime
    reason: CaseText


class CancelActivity(ActivityCommand, called="cancel-activity", permission="work"):
    reason: CaseText


class ActivityCancelled(ActivityEvent):
    type: Literal["activity-cancelled"] = "activity-cancelled"
    version: Literal[1] = 1
    reason: CaseText


class RecordRefusal(ActivityCommand, called="record-refusal", permission="work"):
    """The person for whom it was meant said no. who: student, guardian, teacher or other."""

    who: Literal["student", "guardian", "teacher", "other"]
    reason: CaseText


class ActivityRefused(ActivityEvent):
    type: Literal["activity-refused"] = "activity-refused"
    version: Literal[1] = 1
    who: Literal["student", "guardian", "teacher", "other"]
    reason: CaseText


class HandOverActivity(ActivityCommand, called="hand-over-activity", permission="work"):
    """to: who goes on with it."""

    to: Annotated[str, GOES_ON]


class ActivityHandedOver(ActivityEvent):
    type: Literal["activity-handed-over"] = "activity-handed-over"
    version: Literal[1] = 1
    to: str


def _next_owner(event: ActivityHandedOver, _: Activity | None) -> Iterable[str]:
    return (event.to,)


@dataclass(frozen=True, slots=True)
class Turn:
    """event: that records it. after: the state that it leads to; None stays."""

    event: type[ActivityEvent]
    after: str | None


COMMON: Mapping[type[ActivityCommand], Turn] = {
    PostponeActivity: Turn(ActivityPostponed, "postponed"),
    CancelActivity: Turn(ActivityCancelled, "cancelled"),
    RecordRefusal: Turn(ActivityRefused, "refused"),
    HandOverActivity: Turn(ActivityHandedOver, None),
}
AFTER: Mapping[type[ActivityEvent], str | None] = {turn.event: turn.after for turn in COMMON.values()}
"""The same by event."""

ENDED = frozenset({"cancelled", "refused"})

TELLS: Mapping[type[Event], Tells[Any]] = {
    ActivityPostponed: counted("activity"),
    ActivityCancelled: counted("activity"),
    ActivityRefused: counted("activity"),
    ActivityHandedOver: Tells(Notice("assigned", _next_owner), counts=counted("activity").counts),
}

AWAITS = ("take-up",)


def taken_up(activity: Activity) -> Expected:
    """A postponed activity is taken up again on its day."""
    postponed = activity.last(ActivityPostponed)
    assert postponed is not None
    return Expected(f"{activity.activity}/take-up", "take-up", postponed.until, activity.owner)
