"""Who works with the other side of the same incidents: victim and accused have different counsellors (domain page, "People come and go")."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.cases.domain.case.state import Case
from services.cases.domain.successor import LADDER
from services.cases.reading.going_on import load_going_on
from services.cases.reading.worklist import WorkList
from shared.access import Principal
from shared.decider import Decider
from shared.errors import Unavailable
from shared.eventstore.store import EventStore
from shared.message import Event, Fact

_OPPOSITE = {"affected": "accused", "accused": "affected"}


async def counsellors_of_other_side(
    work: WorkList, store: EventStore, cases: Decider[Fact, Case, Event], case: Case, now: datetime
) -> frozenset[str]:
    """Whoever has one of their cases, was given it or stands in there, also where it went on in another case.

    Raises: StillBuilding, BehindWrite.
    """
    wanted = {(told.concern, _OPPOSITE[told.role]) for told in case.told if told.role in _OPPOSITE}
    if not wanted:
        return frozenset()
    found = await work.cases_of_concerns(sorted({concern for concern, _ in wanted}))
    theirs = {other for concern, other, role in found if other != case.case and (concern, role) in wanted}
    going_on = [(await load_going_on(store, cases, other)).state for other in sorted(theirs)]
    return frozenset(person for other in going_on if other.case != case.case for person in _working(other, now))


async def known_of_other_side(work: WorkList, store: EventStore, cases: Decider[Fact, Case, Event], case: Case, now: datetime) -> frozenset[str]:
    """The same for whoever takes a danger in hand, which waits for no list: nobody where the list is not there now."""
    try:
        return await counsellors_of_other_side(work, store, cases, case, now)
    except Unavailable:
        return frozenset()


def counsels(principal: Principal, case: Case) -> bool:
    """Whether they would work with the student themselves. Coordinators, principals and the district take a case in hand to give it to somebody."""
    return not principal.works_at(case.alerted_at, *LADDER)


def _working(case: Case, now: datetime) -> Iterator[str]:
    yield from (person for person in (case.owner, case.assignee) if person)
    yield from case.handling.deputies_at(now)
