"""What follows from every decision about a case: who of the staff is told, and which deadlines are set or met."""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.domain.case import conflict, handling, moving, notices
from services.cases.domain.case.folding import evolve
from services.cases.domain.case.opening import CLOCKS, whose
from services.cases.domain.case.state import CASE_STRATEGIES, Case
from services.cases.domain.referring import disclosure, referral
from services.cases.domain.steps import deadline
from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.deadline import PassDeadline
from shared.events import StaffToBeTold
from shared.message import Event, Fact

_CLIMB = (1440,)
"""Minutes between the rungs where no clock of the policy has said so: a day."""


def consequences(command: Fact, events: Sequence[Event], case: Case) -> list[Event]:
    """The events that are added to what was decided. case: before the command."""
    told, after = _told(command, events, case)
    if isinstance(command, PassDeadline):
        return told
    still_open = [key for key in case.deadlines if key in CLOCKS and not after.closed and CLOCKS[key](after)]
    return [*told, *deadline.changes(case.deadlines, expected(after), still_open, case.climb or _CLIMB)]


def _told(command: Fact, events: Sequence[Event], case: Case) -> tuple[list[Event], Case]:
    """One mail to each person for whom something waits, but for the acting one; and the case after the events."""
    acting = command.by if isinstance(command, Command) else None
    told: list[Event] = []
    after = case
    for event in events:
        for person, message in notices.told(event, after.activities):
            if person not in after.named and person != acting:
                told.append(StaffToBeTold(**whose(case), person=person, message=message))
        after = evolve(after, event)
    return told, after


def expected(case: Case) -> list[Expected]:
    """Everything that must happen next, over all parts; a closed case still owes corrections."""
    owed = disclosure.expected(case.ledger, case.owner)
    if case.closed or case.moves.merged_into:
        return owed
    return [
        *CASE_STRATEGIES.expected(case.activities), *handling.expected(case.handling, case.owner), *conflict.expected(case.conflicts),
        *moving.expected(case.moves), *referral.expected(case.referrals, case.owner), *owed,
    ]  # fmt: skip
