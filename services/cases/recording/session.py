"""*Catat layanan*: an individual counselling session that took place, as one form and one append (people page, rule 2).

What a person says in six fields becomes the commands that the session needs: request and schedule where there was none, hold, immediate evaluation,
and what comes next. Fields of the official report that nobody filled in say so with a dash; they can be filled in on the same form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from services.cases.commands.road import Order
from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.activity import Field as Area
from services.cases.domain.strategies.counselling import (
    CounsellingHeld,
    EndCounselling,
    EvaluateCounselling,
    HoldCounselling,
    RequestCounselling,
    ScheduleCounselling,
)

Result = Literal["helped", "partly", "not-helped"]
Next = Literal["one-week", "two-weeks", "ended", "open"]
Origin = Literal["self", "assessment", "referral", "observation"]

RESULTS: Mapping[Result, tuple[str, str]] = {
    "helped": ("Terbantu", "Helped"),
    "partly": ("Sebagian", "In part"),
    "not-helped": ("Belum", "Not yet"),
}
NEXT: Mapping[Next, tuple[str, str]] = {
    "one-week": ("1 minggu lagi", "In a week"),
    "two-weeks": ("2 minggu lagi", "In two weeks"),
    "ended": ("Selesai", "It ends"),
    "open": ("Belum ditentukan", "Not decided"),
}
AREAS: Mapping[Area, tuple[str, str]] = {
    "personal": ("Pribadi", "Personal"),
    "social": ("Sosial", "Social"),
    "learning": ("Belajar", "Learning"),
    "career": ("Karier", "Career"),
}
ORIGINS: Mapping[Origin, tuple[str, str]] = {
    "self": ("Murid sendiri", "The student"),
    "assessment": ("Asesmen", "An assessment"),
    "referral": ("Dirujuk orang lain", "Somebody else"),
    "observation": ("Pengamatan", "Observation"),
}
APPROACHES: tuple[tuple[str, str], ...] = (
    ("Berpusat pada murid", "Person-centred"),
    ("Berfokus solusi", "Solution-focused"),
    ("Kognitif-perilaku", "Cognitive-behavioural"),
    ("Realitas", "Reality therapy"),
)
"""What is often named; another one is typed."""

DETAILS = ("symptoms", "complaint", "causes", "goal", "place")
"""Of the official report; empty where there was nothing to say."""

NOT_SAID = "–"
_REASON = "Layanan dicatat setelah berlangsung."
_WEEKS: Mapping[Next, int] = {"one-week": 1, "two-weeks": 2}


@dataclass(frozen=True, slots=True)
class Session:
    """What was said. at: when it took place. area, origin: of a service that begins with it. confidentiality: the student was told its limits."""

    at: datetime
    story: str
    approach: str
    result: Result
    next: Next
    area: Area | None = None
    origin: Origin = "referral"
    confidentiality: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


def meeting_of(activity: Activity | None) -> int:
    """The number of the session that is recorded."""
    return len(activity.all(CounsellingHeld)) + 1 if activity else 1


def orders(session: Session, activity: Activity | None, fresh: str) -> list[Order]:
    """The commands, in their order. activity: that goes on, None where the session begins one; fresh: the id that it then gets."""
    return list(_orders(session, activity, activity.activity if activity else fresh))


def _orders(session: Session, activity: Activity | None, known: str) -> Iterator[Order]:
    about = {"activity": known}
    if activity is None:
        yield Order(RequestCounselling, {"origin": session.origin, "field": session.area, "reason": _REASON})
    place = session.details.get("place") or NOT_SAID
    if activity is None or activity.state != "scheduled":
        yield Order(ScheduleCounselling, about | {"when": session.at, "place": place})
    yield Order(HoldCounselling, about | _held(session, meeting_of(activity)))
    helped = session.result != "not-helped"
    yield Order(EvaluateCounselling, about | {"kind": "laiseg", "helped": helped, "finding": RESULTS[session.result][0], "reason_for_early": None})
    if session.next == "ended":
        yield Order(EndCounselling, about | {"result": session.result})
    elif weeks := _WEEKS.get(session.next):
        yield Order(ScheduleCounselling, about | {"when": session.at + timedelta(weeks=weeks), "place": place})


def _held(session: Session, meeting: int) -> dict[str, object]:
    said = {name: session.details.get(name) or NOT_SAID for name in DETAILS if name != "place"}
    return said | {
        "meeting": meeting,
        "confidentiality_told": session.confidentiality,
        "problem": session.story,
        "approach": session.approach or NOT_SAID,
        "result": RESULTS[session.result][0],
        "next_plan": NEXT[session.next][0],
    }
