"""Folding a case: one change for each event type, from the parts' own files, and the ledger of who received something by an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.cases.domain.case import additions, conflict, families, guardians, handling, identity, moving, owing, own_words, protection
from services.cases.domain.case.additions import ADDITIONS, StrandContinued
from services.cases.domain.case.allegation import CLEARING, AllegationConfirmed, AllegationJudged
from services.cases.domain.case.conflict import CONFLICT, WorkLeftBehind
from services.cases.domain.case.families import GuardianReplied
from services.cases.domain.case.handing_over import CaseHandedOver
from services.cases.domain.case.handling import HANDLING
from services.cases.domain.case.linking import StudentUnmatched
from services.cases.domain.case.merging import MergedTaken
from services.cases.domain.case.moves import There
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.paper import CaseBroughtIn
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.case.state import Absent, Case
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
from services.cases.domain.case.transferring import CaseTransferred, StudentMoved
from services.cases.domain.referring import consent, disclosure, handing_across, turns
from services.cases.domain.referring.consent import CONSENT
from services.cases.domain.referring.disclosure import DISCLOSURE, Disclosure, Ledger
from services.cases.domain.referring.handing_across import HANDING_ACROSS
from services.cases.domain.referring.referral import state as referral
from services.cases.domain.referring.referral.events import REFERRAL_EVENTS
from services.cases.domain.referring.turns import TURNS
from services.cases.domain.steps import deadline
from services.cases.domain.steps.activity import ActivityEvent
from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.deadline import DEADLINE_EVENTS, DeadlinesSet
from services.cases.domain.steps.files import FileAdded
from services.cases.domain.steps.gone import OwnerBack, OwnerGone
from services.cases.domain.steps.table import Strategies
from services.cases.domain.steps.tells import Given, Tells
from services.cases.domain.strategies.group import MemberNoted
from shared.events import (
    AlertsPassedOn,
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CasePeopleChanged,
    CaseTriaged,
    ConcernJoinedCase,
    ConcernRead,
    CoordinatorToBeTold,
    ReporterAnswered,
    ReporterRevealed,
    SchoolToBeTold,
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
        return case.foreseen(event) or self._after(case, event)

    def foresee(self, case: Case, event: Event) -> Case:
        """The same before it is certain that the event will be: where it is, it need not be folded again."""
        after = self._after(case, event)
        case.foresee(event, after)
        return after

    def _after(self, case: Case, event: Event) -> Case:
        changes = self.changes[type(event)](case, event)
        discloses = self.discloses.get(type(event))
        if discloses:
            changes["ledger"] = _disclosed(changes.get("ledger", case.ledger), discloses(event), case.version + 1)
        if isinstance(event, ActEvent) and not isinstance(event, ActivityEvent):
            changes["acts"] = case.acts | {event.act}
        changes["version"] = case.version + 1
        return case.changed(**changes)


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


def _brought_in(case: Case, event: CaseBroughtIn) -> Changes:
    """It was assessed and planned on paper; what is expected is the next step."""
    return {"brought_in": event, "handling": replace(case.handling, stage="planned")}


def _continued(case: Case, event: StrandContinued) -> Changes:
    after = case.continued(event)
    return {"additions": after.additions, "acknowledged": after.acknowledged, "home": after.home, "conflicts": after.conflicts}


def _reopened(case: Case, event: CaseReopened) -> Changes:
    return {"closed": False, "outcome": None, "reopened_by": event.by, "additions": additions.decided(case.additions)}


def _acknowledged(case: Case, event: CaseAcknowledged) -> Changes:
    """A case without an owner becomes theirs. At the school where the student is now, while the case is at another one, it becomes nobody else's."""
    acknowledged = {"acknowledged": case.acknowledged | frozenset(event.concerns), "alerted": False}
    if event.school != case.school:
        return {**acknowledged, "there": There(event.by, event.school), "acknowledged_by": case.acknowledged_by or event.by}
    taken = {**acknowledged, "acknowledged_by": event.by, "in_hand": event.by}
    return taken | _there(case, event.by) | ({} if case.owner else {"assignee": None})


def _given(case: Case, event: CaseAssigned | CaseHandedOver) -> Changes:
    return {"assignee": event.to, "in_hand": None} | _there(case, event.to)


def _there(case: Case, person: str) -> Changes:
    """Whoever takes a case, or is given it, can go on."""
    return {"absent": {other: each for other, each in case.absent.items() if other != person}} if person in case.absent else {}


def _unmatched(case: Case, event: StudentUnmatched) -> Changes:
    return {"student": None, "moves": moving.evolve(case.moves, event)}


def _student_moved(case: Case, event: StudentMoved) -> Changes:
    moves = moving.evolve(case.moves, event)
    student = replace(moves.student, heard=frozenset(case.in_nobody_s_hand)) if moves.student else None
    return {"moves": replace(moves, student=student)}


def _merged_taken(case: Case, event: MergedTaken) -> Changes:
    joined = case.with_carried(event.merged, event.takes)
    kept = {name: getattr(joined, name) for name in ("moves", "urgency", "acknowledged", "conflicts", "home", "handling")}
    return kept | {"protection": case.protection.carried_in({told.concern for told in event.takes.concerns})}


def _transferred(case: Case, event: CaseTransferred) -> Changes:
    """At the new school somebody takes it in hand anew; what is expected waits for nobody of the old one."""
    moves = moving.evolve(case.moves, event)
    known = case.elsewhere == event.school  # the roster has the student there already, so what it says next is news
    student = None if moves.student and moves.student.school == case.school else moves.student
    return {
        "school": event.school,
        "assignee": None,
        "in_hand": None,
        "acknowledged_by": None,
        "acknowledged": frozenset(),
        "there": None,
        "deadlines": {key: replace(each, owner=None) for key, each in case.deadlines.items()},
        "absent": {person: Absent("transferred", None, person == case.holder) for person in _of_old_school(case)},
        "moves": replace(moves, given_by=frozenset() if known else moves.given_by | {case.school}, student=student),
    }


def _of_old_school(case: Case) -> frozenset[str]:
    """Whoever owed something there: it is expected of nobody until somebody of the new school goes on with it."""
    activities = (each.owner for each in case.activities.values() if not each.ended)
    people = {case.holder, *activities, *(each.owner for each in case.deadlines.values()), *case.absent}
    return frozenset(person for person in people if person)


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
    CaseBroughtIn: _brought_in,
    StrandAdded: _strand,
    UrgencyDecided: lambda case, event: {"urgency": event.urgency, "decisions": (*case.decisions, event)},
    SafetyCheckAsked: lambda *_: {"check_safety": True},
    CaseTriaged: lambda *_: {"alerted": True},
    CaseAcknowledged: _acknowledged,
    CaseAssigned: _given,
    NoteAdded: lambda case, event: {"notes": (*case.notes, event)},
    AlertRecorded: lambda case, event: {"alerts": (*case.alerts, event)},
    StudentMatched: lambda _, event: {"student": event.student},
    TaskReviewed: lambda *_: {},
    CaseClosed: lambda _, event: {"closed": True, "outcome": event.outcome, "reopened_by": None},
    CaseReopened: _reopened,
    StrandContinued: _continued,
    CoordinatorToBeTold: lambda *_: {},
    MemberNoted: lambda case, event: {"member_notes": (*case.member_notes, event)},
    OwnerGone: owing.gone,
    OwnerBack: owing.back,
    FileAdded: lambda case, event: {"files": (*case.files, event)},
    StaffToBeTold: lambda *_: {},
    WorkOverdue: lambda *_: {},
}

_PARTS: tuple[tuple[str, tuple[type[Event], ...], Callable[[Any, Any], Any]], ...] = (
    ("handling", HANDLING.events, handling.evolve),
    ("reveals", identity.EVENTS, identity.evolve),
    ("conflicts", CONFLICT.events, conflict.evolve),
    ("protection", PROTECTION.events, protection.evolve),
    ("moves", MOVING.events, moving.evolve),
    ("referrals", REFERRAL_EVENTS, referral.evolve),
    ("referrals", CONSENT.events, consent.evolve),
    ("referrals", TURNS.events, turns.evolve),
    ("referrals", HANDING_ACROSS.events, handing_across.evolve),
    ("home", guardians.GUARDIAN_EVENTS, guardians.evolve),
    ("families", families.EVENTS, families.evolve),
    ("objections", own_words.EVENTS, own_words.evolve),
    ("deadlines", DEADLINE_EVENTS, deadline.evolve),
    ("additions", (ConcernJoinedCase, ConcernRead, ReporterAnswered, *ADDITIONS.events), additions.evolve),
)


def _part(name: str, part_evolve: Callable[[Any, Any], Any]) -> Change:
    return lambda case, event: {name: part_evolve(getattr(case, name), event)}


def _ledger(case: Case, event: Event) -> Changes:
    return {"ledger": disclosure.evolve(case.ledger, event, case.version + 1)}


def _handed_over(case: Case, event: CaseHandedOver) -> Changes:
    return _given(case, event) | {"handling": handling.evolve(case.handling, event)}


def _guardian_replied(case: Case, event: GuardianReplied) -> Changes:
    """What a guardian says to a referral is its consent, as long as it has not been sent."""
    referrals = case.referrals
    if event.asks == "referral-consent" and event.about:
        referrals = referral.answered_by_guardian(referrals, event.about, event.answer)
    return {"families": families.evolve(case.families, event), "referrals": referrals}


def _left_behind(case: Case, event: WorkLeftBehind) -> Changes:
    """Nobody has it until somebody is named."""
    person = event.left_by
    given_up = {name: None for name, each in (("assignee", case.assignee), ("in_hand", case.in_hand)) if each == person}
    absent = {**case.absent, person: Absent("conflict", event.instead, case.holder == person)}
    return given_up | {"absent": absent, "conflicts": conflict.evolve(case.conflicts, event)}


_CHANGES: Mapping[type[Event], Change] = {
    **{event: _part(name, part_evolve) for name, events, part_evolve in _PARTS for event in events},
    **dict.fromkeys(DISCLOSURE.events, _ledger),
    **_OWN_CHANGES,
    GuardianReplied: _guardian_replied,
    StudentUnmatched: _unmatched,
    CaseTransferred: _transferred,
    StudentMoved: _student_moved,
    MergedTaken: _merged_taken,
    SchoolToBeTold: lambda *_: {},
    AlertsPassedOn: lambda *_: {"alerted": False},
    CasePeopleChanged: lambda *_: {},
    ReporterRevealed: lambda *_: {},
    AllegationJudged: _judged,
    AllegationConfirmed: _judged,
    DeadlinesSet: _deadlines_set,
    CaseHandedOver: _handed_over,
    WorkLeftBehind: _left_behind,
}
