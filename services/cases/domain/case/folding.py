"""Folding a case: one change for each event type, from the parts' own files, and the ledger of who received something by an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.cases.domain.case import conflict, guardians, handling, moving, protection
from services.cases.domain.case.allegation import CLEARING, AllegationConfirmed, AllegationJudged
from services.cases.domain.case.conflict import CONFLICT, WorkLeftBehind
from services.cases.domain.case.handing_over import CaseHandedOver
from services.cases.domain.case.handling import HANDLING
from services.cases.domain.case.moving import MOVING, CaseTransferred, StudentUnmatched
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import (
    AlertRecorded,
    CaseAssigned,
    CaseReopened,
    NoteAdded,
    SafetyCheckAsked,
    StrandAdded,
    StudentMatched,
    TaskReviewed,
    UrgencyDecided,
)
from services.cases.domain.referring import consent, disclosure, referral
from services.cases.domain.referring.consent import CONSENT
from services.cases.domain.referring.disclosure import DISCLOSURE, Disclosure, Ledger
from services.cases.domain.referring.referral import REFERRAL_EVENTS
from services.cases.domain.steps import deadline
from services.cases.domain.steps.activity import ActivityEvent
from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.deadline import DEADLINE_EVENTS, DeadlinesSet
from services.cases.domain.steps.table import Strategies
from services.cases.domain.steps.tells import Given, Tells
from services.cases.domain.strategies.group import MemberNoted
from shared.events import (
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseTriaged,
    ConcernJoinedCase,
    StaffToBeTold,
    WorkOverdue,
)
from shared.message import Event

TOLD_BY = timedelta(days=7)
"""Until when everybody who heard of an allegation hears that it was not proven or unfounded."""

Changes = dict[str, Any]
Change = Callable[[Case, Any], Changes]


@dataclass(frozen=True, slots=True)
class Folding:
    """What every event of a case does to it. discloses: who received something by it."""

    changes: Mapping[type[Event], Change]
    discloses: Mapping[type[Event], Callable[[Any], Iterable[Given]]]

    def evolve(self, case: Case, event: Event) -> Case:
        """The case after one event; total over every event of its stream."""
        changes = self.changes[type(event)](case, event)
        discloses = self.discloses.get(type(event))
        if discloses:
            changes["ledger"] = _disclosed(changes.get("ledger", case.ledger), discloses(event), case.version + 1)
        if isinstance(event, ActEvent) and not isinstance(event, ActivityEvent):
            changes["acts"] = case.acts | {event.act}
        return replace(case, version=case.version + 1, **changes)


def folding(strategies: Strategies, tells: Mapping[type[Event], Tells[Any]]) -> Folding:
    """The folding of a case that is worked with these strategies. tells: of all its events."""
    step = _part("activities", strategies.evolve)
    steps: dict[type[Event], Change] = {event: step for event in strategies.events}  # noqa: C420 - of the wider type
    discloses = {event: each.discloses for event, each in tells.items() if each.discloses}
    return Folding({**steps, **_CHANGES}, discloses)


def _disclosed(ledger: Ledger, given: Iterable[Given], version: int) -> Ledger:
    for each in given:
        ledger = ledger.with_entry(Disclosure(each.disclosure, each.receiver, each.to, version))
    return ledger


def _strand(case: Case, event: StrandAdded) -> Changes:
    joined = case.with_strand(event)
    return {"strands": joined.strands, "home": joined.home, "conflicts": joined.conflicts}


def _acknowledged(case: Case, event: CaseAcknowledged) -> Changes:
    return {"acknowledged_by": event.by, "in_hand": event.by, "acknowledged": case.acknowledged | frozenset(event.concerns)}


def _unmatched(case: Case, event: StudentUnmatched) -> Changes:
    return {"student": None, "moves": moving.evolve(case.moves, event)}


def _transferred(case: Case, event: CaseTransferred) -> Changes:
    """At the new school somebody takes it in hand anew."""
    return {"school": event.school, "assignee": None, "in_hand": None, "moves": moving.evolve(case.moves, event)}


def _judged(case: Case, event: AllegationJudged | AllegationConfirmed) -> Changes:
    """Not proven, unfounded or deliberately false: whoever received the allegation hears of it."""
    conflicts = conflict.evolve(case.conflicts, event)
    cleared = conflicts.outcome(event.accused) in CLEARING
    ledger = case.ledger.must_tell(event.act, 1, event.at + TOLD_BY) if cleared else case.ledger
    return {"conflicts": conflicts, "ledger": ledger}


def _deadlines_set(case: Case, event: DeadlinesSet) -> Changes:
    return {"deadlines": deadline.evolve(case.deadlines, event), "climb": event.deadlines[0].climb}


_OWN_CHANGES: Mapping[type[Event], Change] = {
    CaseOpened: lambda _, event: {"case": event.case, "student": event.student, "school": event.school},
    StrandAdded: _strand,
    ConcernJoinedCase: lambda *_: {},
    UrgencyDecided: lambda case, event: {"urgency": event.urgency, "decisions": (*case.decisions, event)},
    SafetyCheckAsked: lambda *_: {"check_safety": True},
    CaseTriaged: lambda *_: {},
    CaseAcknowledged: _acknowledged,
    CaseAssigned: lambda _, event: {"assignee": event.to, "in_hand": None},
    NoteAdded: lambda case, event: {"notes": (*case.notes, event)},
    AlertRecorded: lambda case, event: {"alerts": (*case.alerts, event)},
    StudentMatched: lambda _, event: {"student": event.student},
    TaskReviewed: lambda *_: {},
    CaseClosed: lambda _, event: {"closed": True, "outcome": event.outcome, "reopened_by": None},
    CaseReopened: lambda _, event: {"closed": False, "outcome": None, "reopened_by": event.by},
    MemberNoted: lambda case, event: {"member_notes": (*case.member_notes, event)},
    StaffToBeTold: lambda *_: {},
    WorkOverdue: lambda *_: {},
}

_PARTS: tuple[tuple[str, tuple[type[Event], ...], Callable[[Any, Any], Any]], ...] = (
    ("handling", HANDLING.events, handling.evolve),
    ("conflicts", CONFLICT.events, conflict.evolve),
    ("protection", PROTECTION.events, protection.evolve),
    ("moves", MOVING.events, moving.evolve),
    ("referrals", REFERRAL_EVENTS, referral.evolve),
    ("referrals", CONSENT.events, consent.evolve),
    ("home", guardians.GUARDIAN_EVENTS, guardians.evolve),
    ("deadlines", DEADLINE_EVENTS, deadline.evolve),
)


def _part(name: str, part_evolve: Callable[[Any, Any], Any]) -> Change:
    return lambda case, event: {name: part_evolve(getattr(case, name), event)}


def _ledger(case: Case, event: Event) -> Changes:
    return {"ledger": disclosure.evolve(case.ledger, event, case.version + 1)}


def _handed_over(case: Case, event: CaseHandedOver) -> Changes:
    return {"assignee": event.to, "in_hand": None, "handling": handling.evolve(case.handling, event)}


def _left_behind(case: Case, event: WorkLeftBehind) -> Changes:
    """Nobody has it until somebody is named."""
    assignee = None if case.assignee == event.left_by else case.assignee
    in_hand = None if case.in_hand == event.left_by else case.in_hand
    return {"assignee": assignee, "in_hand": in_hand, "conflicts": conflict.evolve(case.conflicts, event)}


_CHANGES: Mapping[type[Event], Change] = {
    **{event: _part(name, part_evolve) for name, events, part_evolve in _PARTS for event in events},
    **dict.fromkeys(DISCLOSURE.events, _ledger),
    **_OWN_CHANGES,
    StudentUnmatched: _unmatched,
    CaseTransferred: _transferred,
    AllegationJudged: _judged,
    AllegationConfirmed: _judged,
    DeadlinesSet: _deadlines_set,
    CaseHandedOver: _handed_over,
    WorkLeftBehind: _left_behind,
}
