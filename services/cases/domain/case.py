"""The case of one student: concerns fold in as strands, are triaged with a receipt, and are worked with the strategies until it closes.

One stream per case. Each strategy and each concern of the case is a part with a file of its own; this file composes them, so a rule across parts
is one decision and the history is one chain (architecture, decision 6). What follows from a decision everywhere, who is told and which deadlines
are set or met, is added here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from services.cases.domain import conflict, consent, deadline, disclosure, guardian, handling, moving, notices, protection, referral
from services.cases.domain.about import About
from services.cases.domain.activity import Activities, ActivityCommand, Expected, strategies
from services.cases.domain.acts import CaseActEvent, CaseCommand
from services.cases.domain.conference import CONFERENCE, ConferenceHeld
from services.cases.domain.conflict import CONFLICT_COMMANDS, CONFLICT_EVENTS, AllegationConfirmed, AllegationJudged, Conflicts
from services.cases.domain.consent import CONSENT_COMMANDS, CONSENT_EVENTS, HelpCalled
from services.cases.domain.counselling import COUNSELLING
from services.cases.domain.deadline import DEADLINE_EVENTS, DeadlinesSet, PassDeadline
from services.cases.domain.disclosure import DISCLOSURE_COMMANDS, DISCLOSURE_EVENTS, Disclosure, Ledger, Receiver
from services.cases.domain.group import MemberNoted, NoteMember
from services.cases.domain.guardian import AssessGuardian, FoldNotice, Home, MarkGuardianUnsafe, TellGuardian
from services.cases.domain.handling import HANDLING_COMMANDS, HANDLING_EVENTS, CaseHandedOver, Handling, TakeOverCase
from services.cases.domain.inbound import INBOUND
from services.cases.domain.moving import MOVING_COMMANDS, MOVING_EVENTS, CaseRests, CaseTransferred, Moves, StudentUnmatched, UnmergeCase
from services.cases.domain.parents import PARENTS, ParentMet
from services.cases.domain.policy import ORDER, most_urgent
from services.cases.domain.protection import PROTECTION_COMMANDS, PROTECTION_EVENTS, Protection
from services.cases.domain.referral import (
    REFERRAL_EVENTS,
    ApproveReferral,
    CancelReferral,
    DecideReferral,
    DraftReferral,
    FoldSilence,
    FoldTask,
    Referrals,
    SendReferral,
)
from services.cases.domain.reporting import DATA_REQUEST, REPORT, DataReleased, OfficialReportFiled
from services.cases.domain.strands import (
    Acknowledge,
    AddNote,
    AlertRecorded,
    Assign,
    CaseAssigned,
    CaseReopened,
    Close,
    Match,
    NoteAdded,
    RecordAlert,
    Reopen,
    SafetyCheckAsked,
    SetUrgency,
    StrandAdded,
    StudentMatched,
    TakeConcern,
    TaskReviewed,
    UrgencyDecided,
)
from services.cases.domain.teacher import TEACHER, TeacherAsked
from services.cases.domain.triage import TriageInputs, triage
from services.cases.domain.visit import VISIT
from shared.decider import Decider
from shared.errors import Refused
from shared.events import (
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseTriaged,
    ConcernJoinedCase,
    GuardianToBeTold,
    OutcomeClass,
    ReferralSent,
    StaffToBeTold,
    Urgency,
    WorkOverdue,
)
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

CASE_STRATEGIES = strategies(COUNSELLING, TEACHER, PARENTS, CONFERENCE, VISIT, REPORT, DATA_REQUEST, INBOUND)
TOLD_BY = timedelta(days=7)
"""Until when everybody who heard of an allegation hears that it was not proven or unfounded."""

State = Literal["opened", "assessed", "planned", "in-progress", "waiting", "merged", "closed"]


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that deciding and rendering need; personal text stays sealed. acknowledged: concerns that a person's act has taken in hand; one
    that joins later wants an act of its own. climb: minutes between the rungs of its deadlines.
    """

    case: str | None = None
    version: int = 0
    student: str | None = None
    school: str = ""
    closed: bool = False
    urgency: Urgency = "low"
    acknowledged_by: str | None = None
    acknowledged: frozenset[str] = frozenset()
    assignee: str | None = None
    strands: tuple[StrandAdded, ...] = ()
    decisions: tuple[UrgencyDecided, ...] = ()
    notes: tuple[NoteAdded, ...] = ()
    alerts: tuple[AlertRecorded, ...] = ()
    check_safety: bool = False
    outcome: OutcomeClass | None = None
    acts: frozenset[str] = frozenset()
    climb: tuple[int, ...] = ()
    activities: Activities = field(default_factory=dict)
    handling: Handling = handling.NONE
    conflicts: Conflicts = conflict.NONE
    protection: Protection = protection.NONE
    moves: Moves = moving.NONE
    referrals: Referrals = referral.NONE
    home: Home = guardian.UNKNOWN
    ledger: Ledger = disclosure.NONE
    deadlines: deadline.Deadlines = field(default_factory=dict)
    member_notes: tuple[MemberNoted, ...] = ()

    @property
    def state(self) -> State:
        """Opened → assessed → planned → in progress ⇄ waiting → closed (domain.md, Case)."""
        if self.closed:
            return "closed"
        if self.moves.merged_into:
            return "merged"
        if self.handling.waiting_until:
            return "waiting"
        if self.activities or self.referrals.by_id or self.member_notes:
            return "in-progress"
        return self.handling.stage

    @property
    def about(self) -> About:
        accused_guardians = {each.person for strand in self.strands for each in strand.concern.people if each.person and each.relation == "guardian"}
        return About(
            case=self.case or "",
            student=self.student,
            school=self.school,
            handling=self.acknowledged_by is not None and not self.closed,
            urgency=self.urgency,
            named=self.named,
            accused=frozenset({self.student} if self.student and any(strand.concern.role == "accused" for strand in self.strands) else ()),
            sexual_violence=self.sexual_violence,
            safe_home=self.home.safe,
            implicated=self.home.unsafe | frozenset(accused_guardians),
            unsafe_home=self.home.all_unsafe,
            self_report=self.self_report,
        )

    @property
    def named(self) -> frozenset[str]:
        """Everybody named in any strand, and who is suspended for conflict: never alerted, never a reader. A ruling or a finding clears."""
        said = {person.person for strand in self.strands for person in strand.concern.people if person.person}
        cleared = self.conflicts.cleared | {person for person in said if self.conflicts.outcome(person) in ("not-proven", "unfounded")}
        return frozenset(said - cleared) | self.conflicts.suspended

    @property
    def concerns(self) -> tuple[str, ...]:
        return tuple(strand.concern.concern for strand in self.strands)

    @property
    def self_report(self) -> bool:
        """The student asked for help themselves, in every strand."""
        return bool(self.strands) and all(strand.concern.reporter_kind == "student" for strand in self.strands)

    @property
    def sexual_violence(self) -> bool:
        """By category or by a danger told of; its rules are refusals of the strategies."""
        return any("sexual-violence" in strand.concern.categories or strand.concern.facts.get("sexual_violence") for strand in self.strands)

    @property
    def desk(self) -> Literal["school", "district"]:
        return "district" if any(strand.concern.desk == "district" for strand in self.strands) else "school"

    @property
    def owner(self) -> str | None:
        """Who works it: the assignee, else who took it in hand."""
        return self.assignee or self.acknowledged_by


initial = Case()


# evolve ------------------------------------------------------------------------------------------------------------

Changes = dict[str, Any]


def evolve(case: Case, event: Event) -> Case:
    """The case after one event; total over every event of its stream."""
    changes = _CHANGES[type(event)](case, event)
    disclosed = _DISCLOSED.get(type(event))
    if disclosed:
        ledger = changes.get("ledger", case.ledger)
        for entry in disclosed(event):
            ledger = ledger.with_entry(Disclosure(*entry, case.version + 1))
        changes["ledger"] = ledger
    if isinstance(event, CaseActEvent):
        changes["acts"] = case.acts | {event.act}
    return replace(case, version=case.version + 1, **changes)


def _strand(case: Case, event: StrandAdded) -> Changes:
    unsafe = event.concern.guardians_unsafe
    home = replace(case.home, all_unsafe=True, safe=frozenset()) if unsafe else case.home
    return {"strands": (*case.strands, event), "home": home}


def _unmatched(case: Case, event: StudentUnmatched) -> Changes:
    return {"student": None, "moves": moving.evolve(case.moves, event)}


def _transferred(case: Case, event: CaseTransferred) -> Changes:
    """At the new school somebody takes it in hand anew."""
    return {"school": event.school, "assignee": None, "moves": moving.evolve(case.moves, event)}


def _judged(case: Case, event: AllegationJudged | AllegationConfirmed) -> Changes:
    """Not proven, unfounded or deliberately false: whoever received the allegation hears of it."""
    conflicts = conflict.evolve(case.conflicts, event)
    cleared = conflicts.outcome(event.accused) in ("not-proven", "unfounded", "deliberately-false")
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
    CaseAcknowledged: lambda case, event: {"acknowledged_by": event.by, "acknowledged": case.acknowledged | frozenset(event.concerns)},
    CaseAssigned: lambda _, event: {"assignee": event.to},
    NoteAdded: lambda case, event: {"notes": (*case.notes, event)},
    AlertRecorded: lambda case, event: {"alerts": (*case.alerts, event)},
    StudentMatched: lambda _, event: {"student": event.student},
    TaskReviewed: lambda *_: {},
    CaseClosed: lambda _, event: {"closed": True, "outcome": event.outcome},
    CaseReopened: lambda *_: {"closed": False, "outcome": None},
    MemberNoted: lambda case, event: {"member_notes": (*case.member_notes, event)},
    StaffToBeTold: lambda *_: {},
    WorkOverdue: lambda *_: {},
}

_PARTS: tuple[tuple[str, tuple[type[Event], ...], Callable[[Any, Any], Any]], ...] = (
    ("activities", CASE_STRATEGIES.events, CASE_STRATEGIES.evolve),
    ("handling", HANDLING_EVENTS, handling.evolve),
    ("conflicts", CONFLICT_EVENTS, conflict.evolve),
    ("protection", PROTECTION_EVENTS, protection.evolve),
    ("moves", MOVING_EVENTS, moving.evolve),
    ("referrals", REFERRAL_EVENTS, referral.evolve),
    ("referrals", CONSENT_EVENTS, consent.evolve),
    ("home", guardian.GUARDIAN_EVENTS, guardian.evolve),
    ("deadlines", DEADLINE_EVENTS, deadline.evolve),
)


def _part(name: str, part_evolve: Callable[[Any, Any], Any]) -> _Change:
    return lambda case, event: {name: part_evolve(getattr(case, name), event)}


def _ledger(case: Case, event: Event) -> Changes:
    return {"ledger": disclosure.evolve(case.ledger, event, case.version + 1)}


def _handed_over(case: Case, event: CaseHandedOver) -> Changes:
    return {"assignee": event.to, "handling": handling.evolve(case.handling, event)}


_CHANGES: Mapping[type[Event], _Change] = {
    **{event: _part(name, part_evolve) for name, events, part_evolve in _PARTS for event in events},
    **dict.fromkeys(DISCLOSURE_EVENTS, _ledger),
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


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchCase(Refused):
    indonesian = "Kasus ini tidak ada."
    english = "There is no such case."


class CaseAlreadyClosed(Refused):
    indonesian = "Kasus ini sudah ditutup; buka kembali dahulu."
    english = "The case is closed: reopen it first."


class NotClosed(Refused):
    indonesian = "Kasus ini belum ditutup."
    english = "The case is not closed."


class ConflictOfInterest(Refused):
    indonesian = "Anda disebut dalam laporan ini dan tidak boleh menanganinya."
    english = "You are named in this concern and may not handle it."


class ReferralStillOpen(Refused):
    indonesian = "Masih ada rujukan yang berjalan."
    english = "A referral is still under way."


class ActivityStillOpen(Refused):
    indonesian = "Masih ada kegiatan yang berjalan."
    english = "An activity is still under way."


class AlreadyIdentified(Refused):
    indonesian = "Murid pada kasus ini sudah dikenali."
    english = "This case's student is identified already."


class SameCounsellorForBoth(Refused):
    indonesian = "Korban dan terlapor ditangani konselor yang berbeda."
    english = "Victim and accused have different counsellors."


class TransferWaiting(Refused):
    indonesian = "Pemindahan kasus masih menunggu tanda terima."
    english = "A transfer of the case still waits for its receipt."


_FACTS = (RecordAlert, FoldTask, FoldSilence, FoldNotice, MarkGuardianUnsafe)
_ALSO_WHEN_CLOSED = (*_FACTS, Reopen, PassDeadline, *DISCLOSURE_COMMANDS, moving.SetLegalHold, moving.LiftLegalHold, consent.EvaluateReferral)
_ALSO_WHEN_MERGED = (*_FACTS, PassDeadline, UnmergeCase)


def decide(command: Fact, case: Case) -> Sequence[Event]:
    """Raises: a refusal by name. Facts of others (alerts, tasks, notices, marks) are folded and never refused."""
    if isinstance(command, TakeConcern):
        return _take(command, case)
    if case.case is None:
        raise NoSuchCase
    if isinstance(command, CaseCommand) and command.act in case.acts:
        return []
    _refuse_conflict(command, case)
    if isinstance(command, RecordAlert):
        return [AlertRecorded(alert=command.alert, person=command.person, outcome=command.outcome)]
    events = _decided(command, case)
    return [*events, *_consequences(command, events, case)] if events else []


def _refuse_conflict(command: Fact, case: Case) -> None:
    """Whoever is named in a strand or suspended works nothing here (domain.md, Conflicts)."""
    if getattr(command, "by", None) in case.named or (isinstance(command, Assign) and command.to in case.named):
        raise ConflictOfInterest


def _decided(command: Fact, case: Case) -> Sequence[Event]:
    if case.closed and not isinstance(command, _ALSO_WHEN_CLOSED):
        if isinstance(command, Close) and command.outcome == case.outcome:
            return []  # asked twice: quiet
        raise CaseAlreadyClosed
    if case.moves.merged_into and not isinstance(command, _ALSO_WHEN_MERGED):
        raise CaseRests
    return _DECIDES[type(command)](command, case)


def _consequences(command: Fact, events: Sequence[Event], case: Case) -> list[Event]:
    """Who is told, and which deadlines are set or met by what was decided."""
    told, after = [], case
    for event in events:
        for person, message in notices.told(event, after.activities):
            if person not in after.named and person != getattr(command, "by", None):
                told.append(StaffToBeTold(**_whose(case), person=person, message=message))
        after = evolve(after, event)
    if isinstance(command, PassDeadline):
        return list(told)
    still_open = [key for key in case.deadlines if key in _CLOCKS and not after.closed and _CLOCKS[key](after)]
    return [*told, *deadline.changes(case.deadlines, _expected(after), still_open, case.climb or (1440,))]


def _expected(case: Case) -> list[Expected]:
    """Everything that must happen next, over all parts; a closed case still owes corrections."""
    owed = disclosure.expected(case.ledger, case.owner)
    if case.closed or case.moves.merged_into:
        return owed
    return [
        *CASE_STRATEGIES.expected(case.activities), *handling.expected(case.handling, case.owner), *conflict.expected(case.conflicts),
        *moving.expected(case.moves), *referral.expected(case.referrals, case.owner), *owed,
    ]  # fmt: skip


_CLOCKS: Mapping[str, Callable[[Case], bool]] = {
    "acknowledge": lambda case: not case.acknowledged.issuperset(case.concerns),
    "decide": lambda case: case.handling.stage == "opened" and not case.referrals.decisions and not any(each.by for each in case.decisions),
    "assess": lambda case: case.handling.stage == "opened",
    "contact": lambda case: case.handling.stage == "opened" and not case.activities,
    "plan": lambda case: case.handling.stage != "planned",
    "refer": lambda case: not case.referrals.decisions and not case.referrals.by_id,
}
"""Clocks that a level starts, and whether one still runs."""


def _whose(case: Case) -> dict[str, Any]:
    return {"case": case.case, "student": case.student, "school": case.school}


# taking a concern --------------------------------------------------------------------------------------------------


def _take(command: TakeConcern, case: Case) -> Sequence[Event]:
    told = command.concern
    if any(strand.concern.concern == told.concern and strand.concern.role == told.role for strand in case.strands):
        return []
    whose = _whose(case) if case.case else {"case": command.case, "student": told.student, "school": told.school}
    inputs = TriageInputs(kind=told.kind, categories=told.categories, facts=told.facts, repeats=_repeats(command, case))
    triaged = triage(command.policy, inputs)
    strand = StrandAdded(concern=told, at=command.at)
    receipt = UrgencyDecided(
        decision=command.decision,
        concern=told.concern,
        policy=command.policy.id,
        policy_version=command.policy.version,
        inputs=inputs,
        rules=triaged.rules,
        urgency=most_urgent(triaged.urgency, case.urgency),
        by=None,
        reason=None,
    )
    clock = command.policy.clocks[triaged.urgency]
    named = replace(case, strands=(*case.strands, strand))
    alert = CaseTriaged(
        concern=told.concern,
        urgency=triaged.urgency,
        desk=named.desk,
        excluded=tuple(sorted(named.named)),
        acknowledge_by=command.at + timedelta(minutes=clock.acknowledge),
        decide_by=command.at + timedelta(minutes=clock.decide),
        **whose,
    )
    begun: list[Event] = [] if case.case else [CaseOpened(concern=told.concern, **whose)]
    if case.closed:
        begun.append(CaseReopened(reason=None, by="policy"))
    asked = [SafetyCheckAsked(concern=told.concern)] if triaged.check_safety else []
    joined = ConcernJoinedCase(concern=told.concern, **whose)
    return [*begun, strand, joined, receipt, *asked, alert, *_clocks_started(command, triaged.urgency, named, case.urgency)]


def _clocks_started(command: TakeConcern, level: Urgency, case: Case, before: Urgency) -> list[Event]:
    """A clock that runs already keeps the earlier time; one that was met does not start again, but for a higher level. case: with the new strand."""
    raised = ORDER.index(level) > ORDER.index(before)
    started = [
        each
        for each in deadline.clocks(command.policy, level, command.at, case.owner)
        if (case.case is None or raised or _CLOCKS[each.key](case)) and not _earlier_runs(case, each)
    ]
    return [DeadlinesSet(deadlines=tuple(started))] if started else []


def _earlier_runs(case: Case, due: deadline.Due) -> bool:
    running = case.deadlines.get(due.key)
    return running is not None and running.expected <= due.due


def _repeats(command: TakeConcern, case: Case) -> int:
    """Other concerns of a shared category within the policy's days."""
    since = command.at - timedelta(days=command.policy.repeat_days)
    wanted = set(command.concern.categories)
    return sum(1 for strand in case.strands if strand.at >= since and wanted.intersection(strand.concern.categories))


# the counsellor's first steps --------------------------------------------------------------------------------------


def _acknowledge(command: Acknowledge, case: Case) -> Sequence[Event]:
    return [] if case.acknowledged.issuperset(case.concerns) else [CaseAcknowledged(**_whose(case), by=command.by, concerns=case.concerns)]


def _assign(command: Assign, case: Case) -> Sequence[Event]:
    if case.sexual_violence and command.to in command.elsewhere:
        raise SameCounsellorForBoth
    return [] if case.assignee == command.to else [CaseAssigned(to=command.to, by=command.by)]


def _note(command: AddNote, case: Case) -> Sequence[Event]:
    known = any(each.note == command.note for each in case.notes)
    return [] if known else [NoteAdded(note=command.note, text=command.text, by=command.by)]


def _match(command: Match, case: Case) -> Sequence[Event]:
    if case.student not in (None, command.student):
        raise AlreadyIdentified
    return [] if case.student else [StudentMatched(student=command.student, by=command.by)]


def _set_urgency(command: SetUrgency, case: Case) -> Sequence[Event]:
    if command.urgency == case.urgency:
        return []
    direction = "raised" if ORDER.index(command.urgency) > ORDER.index(case.urgency) else "lowered"
    decided = UrgencyDecided(
        decision=command.decision,
        concern=None,
        policy=None,
        policy_version=None,
        inputs=None,
        rules=(f"person:{direction}",),
        urgency=command.urgency,
        by=command.by,
        reason=command.reason,
    )
    return [decided, *_raised_by_person(command, case)] if direction == "raised" else [decided]


def _raised_by_person(command: SetUrgency, case: Case) -> list[Event]:
    """A level that a person raises alerts the staff and starts its clocks like one that came in so; what was taken in hand stays so."""
    clock = command.policy.clocks[command.urgency]
    alert = CaseTriaged(
        **_whose(case),
        concern=case.concerns[-1],
        urgency=command.urgency,
        desk=case.desk,
        excluded=tuple(sorted(case.named)),
        acknowledge_by=command.at + timedelta(minutes=clock.acknowledge),
        decide_by=command.at + timedelta(minutes=clock.decide),
    )
    due = [each for each in deadline.clocks(command.policy, command.urgency, command.at, case.owner) if _CLOCKS[each.key](case)]
    started = [each for each in due if not _earlier_runs(case, each)]
    return [alert, *([DeadlinesSet(deadlines=tuple(started))] if started else [])]


def _close(command: Close, case: Case) -> Sequence[Event]:
    if any(each.state not in referral.ENDED and each.state not in ("drafted", "approved") for each in case.referrals.by_id.values()):
        raise ReferralStillOpen
    if case.moves.asked:
        raise TransferWaiting
    if any(each.state != "evaluated" for each in CASE_STRATEGIES.open(case.activities)):
        raise ActivityStillOpen
    closed = CaseClosed(**_whose(case), concerns=case.concerns, outcome=command.outcome)
    return [TaskReviewed(text=command.task_reviewed, by=command.by), closed]


def _reopen(command: Reopen, case: Case) -> Sequence[Event]:
    if not case.closed:
        raise NotClosed
    return [CaseReopened(reason=command.reason, by=command.by)]


# the parts ---------------------------------------------------------------------------------------------------------


def _activity(command: ActivityCommand, case: Case) -> Sequence[Event]:
    return CASE_STRATEGIES.decide(command, case.activities, case.about)


def _referral(command: Any, case: Case) -> Sequence[Event]:
    return referral.decide(command, case.referrals, case.about)


def _guardian(command: Any, case: Case) -> Sequence[Event]:
    return guardian.decide(command, case.home, case.about, case.named, self_report=case.self_report)


def _passed(command: PassDeadline, case: Case) -> Sequence[Event]:
    event = deadline.passed(command, case.deadlines)
    if event is None:
        return []
    overdue = WorkOverdue(
        **_whose(case),
        what=event.what,
        urgency=case.urgency,
        desk=case.desk,
        step=event.step,
        owner=case.deadlines[command.key].owner or case.owner,
        excluded=tuple(sorted(case.named)),
    )
    return [event, overdue]


def _member_note(command: NoteMember, _: Case) -> Sequence[Event]:
    return [MemberNoted(**{name: getattr(command, name) for name in NoteMember.model_fields})]


def _taken_over(command: TakeOverCase, case: Case) -> Sequence[Event]:
    return [] if command.by in case.handling.officers else handling.decide(command, case.handling, case.about)


_Decide = Callable[[Any, Case], Sequence[Event]]
_DECIDES: Mapping[type[Fact], _Decide] = {
    Acknowledge: _acknowledge,
    Assign: _assign,
    AddNote: _note,
    Match: _match,
    SetUrgency: _set_urgency,
    Close: _close,
    Reopen: _reopen,
    PassDeadline: _passed,
    NoteMember: _member_note,
    **dict.fromkeys(CASE_STRATEGIES.commands, _activity),
    **dict.fromkeys(HANDLING_COMMANDS, lambda command, case: handling.decide(command, case.handling, case.about)),
    **dict.fromkeys(CONFLICT_COMMANDS, lambda command, case: conflict.decide(command, case.conflicts, case.about)),
    **dict.fromkeys(PROTECTION_COMMANDS, lambda command, case: protection.decide(command, case.protection, case.about)),
    **dict.fromkeys(MOVING_COMMANDS, lambda command, case: moving.decide(command, case.moves, case.about)),
    **dict.fromkeys(CONSENT_COMMANDS, lambda command, case: consent.decide(command, case.referrals, case.about)),
    **dict.fromkeys(DISCLOSURE_COMMANDS, lambda command, case: disclosure.decide(command, case.ledger, case.version)),
    **dict.fromkeys((DecideReferral, DraftReferral, ApproveReferral, SendReferral, CancelReferral, FoldTask, FoldSilence), _referral),
    **dict.fromkeys((AssessGuardian, TellGuardian, FoldNotice, MarkGuardianUnsafe), _guardian),
    TakeOverCase: _taken_over,
}

_EVENTS: tuple[type[Event], ...] = tuple(_CHANGES)

CASE: Decider[Fact, Case, Event] = Decider(initial, decide, evolve, EventCodec(*_EVENTS))
