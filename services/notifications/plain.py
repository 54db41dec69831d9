"""Plain messages: a mail that something waits, without a ladder. Where it can never arrive, the people of the case's own ladder hear instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.notifications import ladder
from services.notifications.domain.alert import ALERT, Alert, LadderStep, RaiseAlert
from services.notifications.views import Roster
from shared.decider import load
from shared.eventstore.store import EventStore

Rung = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """The case that a message is about; an empty id where it is about none. It says nothing of it but a link."""

    case: str
    student: str | None
    school: str


def plain(message: str, about: About, rungs: Iterable[Rung]) -> RaiseAlert:
    """rungs: who is told, and after them, in order, who hears instead where nobody before can be reached. Nobody is asked twice."""
    steps: list[LadderStep] = []
    for rung in rungs:
        asked = {person for step in steps for person in step.people}
        if people := tuple(person for person in dict.fromkeys(rung) if person not in asked):
            steps.append(LadderStep(minutes=0, people=people))
    return RaiseAlert(
        alert=message,
        case=about.case,
        student=about.student,
        school=about.school,
        urgency="low",
        steps=tuple(steps),
        last_resort=None,
        give_up=1,
        plain=True,
    )


async def instead(store: EventStore, roster: Roster, about: About) -> Sequence[Rung]:
    """Who hears of a case where its message cannot arrive: of the school only those whom the case's alerts may reach, then the district's duty.

    So nobody who is named in the concern hears by this way, and nobody of a school whose case lies with the district.
    """
    alerts = [(await load(store, ALERT, stream)).state for stream in await store.streams(f"alert-{about.case}-")]
    staff = await roster.staff(about.school)
    alerted = {person for alert in alerts for person in alert.people}
    of_school = ladder.rungs(staff, _excluded(alerts), desk="school")
    return [*(tuple(person for person in rung if person in alerted) for rung in of_school), *ladder.rungs(staff, _excluded(alerts), desk="district")]


def _excluded(alerts: Sequence[Alert]) -> tuple[str, ...]:
    return tuple(person for alert in alerts if alert.raised for person in alert.raised.excluded)
