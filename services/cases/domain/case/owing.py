"""Somebody who cannot go on with what they owe in a case: they left, are on leave, are suspended, hold no role at its school any more, or are kept
away from it because a concern names them or they are in conflict.

All of it is without an owner at once, and who may go on with it is told. What nobody took meanwhile is theirs again when they return. What they
wrote stays under its readers (domain page, "People come and go").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.cases.domain.case.state import Absent, Case
from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.gone import LoseOwner, OwnerBack, OwnerGone, RegainOwner
from services.cases.domain.steps.tells import NOTHING, Notice, Tells
from shared.message import Event, Fact


class LookAhead(Fact):
    """What is expected is worked out anew: an older release expected less, or of nobody."""

    at: datetime


def _goes_to(event: OwnerGone, _: Activity | None) -> Iterable[str]:
    return (event.goes_to,) if event.goes_to else ()


TELLS: Mapping[type[Event], Tells[Any]] = {OwnerGone: Tells(Notice("without-owner", _goes_to)), OwnerBack: NOTHING}


def decide(command: LoseOwner | RegainOwner, case: Case) -> Sequence[Event]:
    """Facts about staff, never refused. Quiet where the person owes nothing here, or it is known."""
    known = case.absent.get(command.person)
    if isinstance(command, RegainOwner):
        return [OwnerBack(person=command.person, at=command.at)] if known and command.person not in case.named else []
    if (known is None and not _gives_up(command, case)) or (known and known.goes_to == command.goes_to):
        return []
    return [OwnerGone(person=command.person, why=command.why, goes_to=command.goes_to, at=command.at)]


def _gives_up(command: LoseOwner, case: Case) -> bool:
    """Whoever works on cases no more gives up the case itself; what they are asked as a colleague stays theirs."""
    return case.holder == command.person if command.why == "other-role" else owes(case, command.person)


def owes(case: Case, person: str) -> bool:
    """The case, an activity that is under way, or anything that is expected."""
    activities = any(each.owner == person and not each.ended for each in case.activities.values())
    return case.holder == person or activities or any(each.owner == person for each in case.deadlines.values())


def gone(case: Case, event: OwnerGone) -> dict[str, Any]:
    """had_case: kept where the same person is gone on with other news."""
    known = case.absent.get(event.person)
    had_case = known.had_case if known else case.holder == event.person
    return {"absent": {**case.absent, event.person: Absent(event.why, event.goes_to, had_case)}}


def back(case: Case, event: OwnerBack) -> dict[str, Any]:
    return {"absent": {person: each for person, each in case.absent.items() if person != event.person}}
