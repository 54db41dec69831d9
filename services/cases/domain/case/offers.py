"""Every command that might be given on a case as it stands, with what is known of each. Whether one may be given says the decider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.cases.domain.case import guardians, opening
from services.cases.domain.case.case import CASE_COMMANDS
from services.cases.domain.case.conflict import CONFLICT
from services.cases.domain.case.handling import HANDLING, BreakGlass
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.case.state import CASE_STRATEGIES, Case
from services.cases.domain.referring import referral
from services.cases.domain.referring.consent import CONSENT
from services.cases.domain.referring.disclosure import DISCLOSURE
from services.cases.domain.steps.activity import COMMON, Activity, ActivityCommand, Step, Strategy
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.offer import PLAIN, Around, Known, Offer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A command that might be given. activity: whose step it is; None for one on the case, and for one that begins an activity."""

    command: type[Command]
    known: Known
    offer: Offer[Any]
    activity: str | None = None


def candidates(case: Case, guardians_of_student: Sequence[str]) -> Iterator[Candidate]:
    """Each command that a person gives: those on the case, those that begin an activity, the steps of every activity."""
    around = Around(case.about, guardians_of_student)
    for command in CASE_COMMANDS:
        if not issubclass(command, ActivityCommand):
            part, offer = _OFFERS.get(command, (_whole, PLAIN))
            yield from (Candidate(command, known, offer) for known in offer.known(part(case), around))
    for strategy in CASE_STRATEGIES.by_name.values():
        yield from _begun(strategy, around)
    for activity in case.activities.values():
        yield from _steps(activity, around)


# on the case -------------------------------------------------------------------------------------------------------


def _whole(case: Case) -> Case:
    return case


def _activities(case: Case, _: Around) -> Iterable[Known]:
    return [Known({"activity": each}) for each in case.activities]


_PARTS: Sequence[tuple[Mapping[type[Command], Offer[Any]], Callable[[Case], Any]]] = (
    (opening.OFFERS, _whole),
    (guardians.OFFERS, lambda case: case.home),
    (referral.OFFERS, lambda case: case.referrals),
    (HANDLING.offers, lambda case: case.handling),
    (CONFLICT.offers, lambda case: case.conflicts),
    (PROTECTION.offers, lambda case: case.protection),
    (MOVING.offers, lambda case: case.moves),
    (CONSENT.offers, lambda case: case.referrals),
    (DISCLOSURE.offers, lambda case: case.ledger),
    ({BreakGlass: Offer(_activities)}, _whole),
)
_OFFERS = {command: (part, offer) for offers, part in _PARTS for command, offer in offers.items()}


# steps -------------------------------------------------------------------------------------------------------------

_TAKEN_UP = frozenset({"take-up"})
"""What a postponed activity waits for: any step that goes on with it."""


def _begun(strategy: Strategy, around: Around) -> Iterator[Candidate]:
    fresh = Activity("", strategy.name, "", "")
    for step in strategy.steps:
        if step.opens:
            yield from (Candidate(step.command, known, step.offer) for known in step.offer.known(fresh, around))


def _steps(activity: Activity, around: Around) -> Iterator[Candidate]:
    strategy = CASE_STRATEGIES.by_name[activity.strategy]
    for step in strategy.steps:
        if not step.opens:
            yield from (_step(step, known, activity) for known in step.offer.known(activity, around))
    yield from (Candidate(command, _of(activity, Known()), PLAIN, activity.activity) for command in COMMON)


def _step(step: Step, known: Known, activity: Activity) -> Candidate:
    return Candidate(step.command, _of(activity, known), replace(step.offer, meets=step.offer.meets | _TAKEN_UP), activity.activity)


def _of(activity: Activity, known: Known) -> Known:
    return replace(known, fields={"activity": activity.activity, **known.fields})
