"""Folding a case: one change per event type, from the parts' own files, and who received what by an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.cases.domain.case import conflict, guardians, handling, moving, protection
from services.cases.domain.case.conflict import CONFLICT, AllegationConfirmed, AllegationJudged
from services.cases.domain.case.handling import HANDLING, CaseHandedOver
from services.cases.domain.case.moving import MOVING, CaseTransferred, StudentUnmatched
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.case.state import CASE_STRATEGIES, Case
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
from services.cases.domain.official_reporting import DataReleased, OfficialReportFiled
from services.cases.domain.referring import consent, disclosure, referral
from services.cases.domain.referring.consent import CONSENT, HelpCalled
from services.cases.domain.referring.disclosure import DISCLOSURE, Disclosure, Receiver
from services.cases.domain.referring.referral import (
    REFERRAL_EVENTS,
)
from services.cases.domain.steps import deadline
from services.cases.domain.steps.activity import ActivityEvent
from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.deadline import DEADLINE_EVENTS, DeadlinesSet
from services.cases.domain.strategies.conference import ConferenceHeld
from services.cases.domain.strategies.group import MemberNoted
from services.cases.domain.strategies.parents import ParentMet
from services.cases.domain.strategies.teacher import TeacherAsked
from shared.events import (
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseTriaged,
    ConcernJoinedCase,
    GuardianToBeTold,
    ReferralSent,
    StaffToBeTold,
    WorkOverdue,
)
from shared.message import Event

TOLD_BY = timedelta(days=7)
"""Until when everybody who heard of an allegation hears that it was not proven or unfounded."""

# evolve ------------------------------------------------------------------------------------------------------------

Changes = dict[str, Any]


def evolve(case: Case, event: Event) -> Case:
    """The case after one event; total over every event of its stream."""
    changes = CHANGES[type(event)](case, event)
    disclosed = _DISCLOSED.get(type(event))
    if disclosed:
        ledger = changes.get("ledger", case.ledger)
        for entry in disclosed(event):
            ledger = ledger.with_entry(Disclosure(*entry, case.version + 1))
        changes["ledger"] = ledger
    if isinstance(event, ActEvent) and not isinstance(event, ActivityEvent):
        changes["acts"] = case.acts | {event.act}
    return replace(case, version=case.version + 1, **changes)


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
    cleared = conflicts.outcome(event.accused) in conflict.CLEARING
    ledger = case.ledger.must_tell(event.act, 1, event.at + TOLD_BY) if cleared else case.ledger
    return {"conflicts": conflicts, "ledger": ledger}


def _deadlines_set(case: Case, event: DeadlinesSet) -> Changes:
    return {"deadlines": deadline.evolve(case.deadlines, event), "climb": event.deadlines[0].climb}


_Change = Callable[[Case, Any], Changes]

_OWN_CHANGES: Mapping[type[Event], _Change] = {
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
    ("activities", CASE_STRATEGIES.events, CASE_STRATEGIES.evolve),
    ("handling", HANDLING.events, handling.evolve),
    ("conflicts", CONFLICT.events, conflict.evolve),
    ("protection", PROTECTION.events, protection.evolve),
    ("moves", MOVING.events, moving.evolve),
    ("referrals", REFERRAL_EVENTS, referral.evolve),
    ("referrals", CONSENT.events, consent.evolve),
    ("home", guardians.GUARDIAN_EVENTS, guardians.evolve),
    ("deadlines", DEADLINE_EVENTS, deadline.evolve),
)


def _part(name: str, part_evolve: Callable[[Any, Any], Any]) -> _Change:
    return lambda case, event: {name: part_evolve(getattr(case, name), event)}


def _ledger(case: Case, event: Event) -> Changes:
    return {"ledger": disclosure.evolve(case.ledger, event, case.version + 1)}


def _handed_over(case: Case, event: CaseHandedOver) -> Changes:
    return {"assignee": event.to, "in_hand": None, "handling": handling.evolve(case.handling, event)}


CHANGES: Mapping[type[Event], _Change] = {
    **{event: _part(name, part_evolve) for name, events, part_evolve in _PARTS for event in events},
    **dict.fromkeys(DISCLOSURE.events, _ledger),
    **_OWN_CHANGES,
    StudentUnmatched: _unmatched,
    CaseTransferred: _transferred,
    AllegationJudged: _judged,
    AllegationConfirmed: _judged,
    DeadlinesSet: _deadlines_set,
    CaseHandedOver: _handed_over,
}

_Entry = tuple[str, Receiver, str]
_DISCLOSED: Mapping[type[Event], Callable[[Any], Sequence[_Entry]]] = {
    ReferralSent: lambda event: [(event.referral, "agency", event.agency)],
    HelpCalled: lambda event: [(event.act, "agency", event.referral)],
    TeacherAsked: lambda event: [(event.activity, "teacher", event.teacher)],
    GuardianToBeTold: lambda event: [(event.notice, "guardian", event.guardian)],
    ParentMet: lambda event: [(f"{event.act}/{person}", "guardian", person) for person in event.came],
    ConferenceHeld: lambda event: [(f"{event.activity}/{person}", "attendee", person) for person in event.present],
    OfficialReportFiled: lambda event: [(event.activity, "office", event.to)],
    DataReleased: lambda event: [(event.activity, "police", event.activity)],
}
"""Who received something by an event: id, kind of receiver, who."""
