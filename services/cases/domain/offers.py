"""Every command that might be given on a case as it stands, with what is known of each. Whether one may be given says the decider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from services.cases.domain.case import additions, answering, guardians, opening
from services.cases.domain.case.additions import ADDITIONS
from services.cases.domain.case.conflict import CONFLICT
from services.cases.domain.case.expecting import ACTIVITY_STEP
from services.cases.domain.case.families import FAMILIES
from services.cases.domain.case.glass import BreakGlass
from services.cases.domain.case.handling import HANDLING
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.own_words import OBJECTIONS
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.case.revealing import REVEALING
from services.cases.domain.case.state import Case
from services.cases.domain.casework import Casework
from services.cases.domain.referring import referral
from services.cases.domain.referring.consent import CONSENT
from services.cases.domain.referring.disclosure import DISCLOSURE
from services.cases.domain.referring.handing_across import HANDING_ACROSS
from services.cases.domain.referring.turns import TURNS
from services.cases.domain.steps.activity import Activity, ActivityCommand
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.endings import COMMON
from services.cases.domain.steps.offer import PLAIN, Around, Known, Offer
from services.cases.domain.steps.strategy import Strategy

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A command that might be given. meets, towards: codes of expected things, as its row has them. activity: whose step it is; None for one on the
    case, and for one that begins an activity.
    """

    command: type[Command]
    known: Known
    meets: frozenset[str]
    towards: frozenset[str]
    activity: str | None = None


def candidates(work: Casework, case: Case, guardians_of_student: Sequence[str]) -> Iterator[Candidate]:
    """Each command that a person gives: those on the case, those that begin an activity, the steps of every activity."""
    around, strategies = Around(case.about, guardians_of_student), work.deciding.strategies
    for command in work.commands:
        if not issubclass(command, ActivityCommand):
            yield from _OFFERED[command](case, around) if command in _OFFERED else _each(command, PLAIN, case, around)
    for strategy in strategies.by_name.values():
        yield from _begun(strategy, around)
    for activity in case.activities.values():
        yield from _steps(strategies.by_name[activity.strategy], activity, around)


def _each(command: type[Command], offer: Offer[S], part: S, around: Around) -> Iterator[Candidate]:
    for known in offer.known(part, around):
        yield Candidate(command, known, offer.meets, offer.towards)


# on the case -------------------------------------------------------------------------------------------------------

_Offered = Callable[[Case, Around], Iterable[Candidate]]


def _table(offers: Mapping[type[Command], Offer[S]], part: Callable[[Case], S]) -> Mapping[type[Command], _Offered]:
    """The offers of one part of the case, each made from that part."""
    return {command: partial(_of_part, command, offer, part) for command, offer in offers.items()}


def _of_part(command: type[Command], offer: Offer[S], part: Callable[[Case], S], case: Case, around: Around) -> Iterator[Candidate]:
    return _each(command, offer, part(case), around)


def _whole(case: Case) -> Case:
    return case


def _activities(case: Case, _: Around) -> Iterable[Known]:
    return [Known({"activity": each}) for each in case.activities]


_OFFERED: Mapping[type[Command], _Offered] = {
    **_table(opening.OFFERS, _whole),
    **_table(guardians.OFFERS, lambda case: case.home),
    **_table(referral.OFFERS, lambda case: case.referrals),
    **_table(HANDLING.offers, lambda case: case.handling),
    **_table(CONFLICT.offers, lambda case: case.conflicts),
    **_table(PROTECTION.offers, lambda case: case.protection),
    **_table(MOVING.offers, lambda case: case.moves),
    **_table({**ADDITIONS.offers, **additions.OFFERS}, lambda case: case.additions),
    **_table(answering.OFFERS, _whole),
    **_table(REVEALING.offers, _whole),
    **_table(FAMILIES.offers, lambda case: case.families),
    **_table(OBJECTIONS.offers, lambda case: case.objections),
    **_table(CONSENT.offers, lambda case: case.referrals),
    **_table(TURNS.offers, lambda case: case.referrals),
    **_table(HANDING_ACROSS.offers, lambda case: case.referrals),
    **_table(DISCLOSURE.offers, lambda case: case.ledger),
    **_table({BreakGlass: Offer(_activities)}, _whole),
}


# steps -------------------------------------------------------------------------------------------------------------

_GOES_ON = frozenset({"take-up", ACTIVITY_STEP})
"""What a postponed activity waits for, and one that lies still: any step that goes on with it."""


def _begun(strategy: Strategy, around: Around) -> Iterator[Candidate]:
    fresh = Activity("", strategy.name, "", "")
    for step in strategy.steps:
        if step.opens:
            yield from _each(step.command, step.offer, fresh, around)


def _steps(strategy: Strategy, activity: Activity, around: Around) -> Iterator[Candidate]:
    for step in strategy.steps:
        if not step.opens:
            found = _each(step.command, step.offer, activity, around)
            yield from (_of(activity, each, each.meets | _GOES_ON) for each in found)
    for command in COMMON:
        yield from (_of(activity, each, each.meets) for each in _each(command, PLAIN, activity, around))


def _of(activity: Activity, found: Candidate, meets: frozenset[str]) -> Candidate:
    known = replace(found.known, fields={"activity": activity.activity, **found.known.fields})
    return replace(found, known=known, meets=meets, activity=activity.activity)
