"""The cases that keep somebody away from what stands without a case: those that it is about, and each member's open one now.

A case that was closed, merged or moved since is not the one where a new concern names somebody (ADR 61).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from services.cases.domain.case.state import Case
from services.cases.domain.case.student import STUDENT
from services.cases.domain.casework import Casework
from services.cases.domain.strategies.group import Group
from services.cases.domain.strategies.group_steps import Member
from services.cases.domain.streams import case_stream, student_stream
from services.cases.reading.going_on import load_going_on
from shared.access import Principal
from shared.decider import load
from shared.errors import NotFound
from shared.eventstore.store import EventStore


class AlsoAbout(NamedTuple):
    """cases: ids, as they were when it came to be about them. students: whose open case counts besides."""

    cases: tuple[str, ...] = ()
    students: tuple[str, ...] = ()


def members_of(group: Group) -> AlsoAbout:
    """The students who are in it now, and the cases that they came with."""
    return AlsoAbout(tuple(each.case for each in group.students.values()), tuple(group.students))


async def cases_now(store: EventStore, casework: Casework, about: AlsoAbout) -> list[Case]:
    """Each once, read from its history: what it says counts from the moment at which it is stored. Where one was merged since, the other, too."""
    claims = [(await load(store, STUDENT, student_stream(each))).state for each in about.students]
    ids = dict.fromkeys((*about.cases, *(claim.open_case for claim in claims if claim.open_case)))
    cases = [(await load(store, casework.case, case_stream(each))).state for each in ids]
    cases += [(await load_going_on(store, casework.case, each.moves.merged_into)).state for each in cases if each.moves.merged_into]
    return list({each.case: each for each in cases}.values())


def parts_of(cases: Sequence[Case]) -> tuple[Member, ...]:
    """Each identified student's part in each concern that their case tells of."""
    known = (each for each in cases if each.case and each.student)
    return tuple(Member(case=each.case or "", student=each.student or "", roles={told.concern: told.role for told in each.told}) for each in known)


async def keeps_away(store: EventStore, casework: Casework, principal: Principal, about: AlsoAbout) -> bool:
    """Whether one of these cases names the principal, or suspends them."""
    return any(principal.id in case.named for case in await cases_now(store, casework, about))


async def require_not_named(store: EventStore, casework: Casework, principal: Principal, about: AlsoAbout) -> None:
    """Raises: NotFound: one of these cases keeps the principal away."""
    if await keeps_away(store, casework, principal, about):
        raise NotFound("nothing of yours has this id")
