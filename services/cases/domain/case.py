"""The case of one student: concerns fold in as strands, are triaged with a receipt, and are worked until the case closes.

One stream per case. Each strategy is a decider over its own part in its own file (referral.py, guardian.py); this file composes them, so a rule
across strategies is one decision and the history is one chain (architecture, decision 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from services.cases.domain import guardian, referral
from services.cases.domain.guardian import (
    GUARDIAN_EVENTS,
    AssessGuardian,
    FoldNotice,
    GuardianAssessed,
    GuardianCommand,
    GuardianFoundUnsafe,
    GuardianNoticeEnded,
    Home,
    MarkGuardianUnsafe,
    TellGuardian,
)
from services.cases.domain.policy import ORDER, Policy, most_urgent
from services.cases.domain.referral import (
    REFERRAL_EVENTS,
    About,
    ApproveReferral,
    CancelReferral,
    DecideReferral,
    DraftReferral,
    FoldSilence,
    FoldTask,
    ReferralApproved,
    ReferralCommand,
    ReferralDecided,
    ReferralDrafted,
    ReferralMoved,
    Referrals,
    ReferralUnanswered,
    SendReferral,
)
from services.cases.domain.triage import TriageInputs, triage
from shared.decider import Decider
from shared.errors import Refused
from shared.events import (
    CaseAcknowledged,
    CaseClosed,
    CaseOpened,
    CaseTriaged,
    ConcernJoinedCase,
    ConcernRaised,
    GuardianToBeTold,
    OutcomeClass,
    ReferralCancelRequested,
    ReferralSent,
    Urgency,
)
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import Sealed

# commands ----------------------------------------------------------------------------------------------------------


class TakeConcern(Fact):
    """A concern about this case's student. at: when it was recorded at intake. decision: id of the triage receipt."""

    case: str
    concern: ConcernRaised
    policy: Policy
    decision: str
    at: datetime


class Acknowledge(Fact):
    """A person takes the case in hand."""

    by: str


class Assign(Fact):
    """to: the counsellor who works the case from now on."""

    to: str
    by: str


class AddNote(Fact):
    """A note of the case, sealed; adding one never conflicts."""

    note: str
    text: Sealed
    by: str


class SetUrgency(Fact):
    """A named person raises or lowers, with a reason; the machine only raises."""

    decision: str
    urgency: Urgency
    reason: Sealed
    by: str


class RecordAlert(Fact):
    """An alert left to a person, or nobody acknowledged it: a fact."""

    alert: str
    person: str | None
    outcome: Literal["sent", "exhausted"]


class Match(Fact):
    """The unidentified student is this one."""

    student: str
    by: str


class Close(Fact):
    """task_reviewed: the developmental task was looked at, in the counsellor's words. outcome: what the reporter may hear."""

    outcome: OutcomeClass
    task_reviewed: Sealed
    by: str


class Reopen(Fact):
    reason: Sealed
    by: str


Own = TakeConcern | Acknowledge | Assign | AddNote | SetUrgency | RecordAlert | Match | Close | Reopen
Command = Own | ReferralCommand | GuardianCommand


# events ------------------------------------------------------------------------------------------------------------


class StrandAdded(Event):
    """What one concern says about this student; it keeps readers of its own."""

    type: Literal["strand-added"] = "strand-added"
    version: Literal[1] = 1
    concern: ConcernRaised
    at: datetime


class UrgencyDecided(Event):
    """A decision receipt: policy, exact inputs, rules fired; by: the person who overrode, None for the machine."""

    type: Literal["urgency-decided"] = "urgency-decided"
    version: Literal[1] = 1
    decision: str
    concern: str | None
    policy: str | None
    policy_version: int | None
    inputs: TriageInputs | None
    rules: tuple[str, ...]
    urgency: Urgency
    by: str | None
    reason: Sealed | None


class SafetyCheckAsked(Event):
    """A critical fact is unknown: somebody must see whether the student is safe."""

    type: Literal["safety-check-asked"] = "safety-check-asked"
    version: Literal[1] = 1
    concern: str


class CaseAssigned(Event):
    type: Literal["case-assigned"] = "case-assigned"
    version: Literal[1] = 1
    to: str
    by: str


class NoteAdded(Event):
    type: Literal["note-added"] = "note-added"
    version: Literal[1] = 1
    note: str
    text: Sealed
    by: str


class AlertRecorded(Event):
    type: Literal["alert-recorded"] = "alert-recorded"
    version: Literal[1] = 1
    alert: str
    person: str | None
    outcome: Literal["sent", "exhausted"]


class StudentMatched(Event):
    type: Literal["student-matched"] = "student-matched"
    version: Literal[1] = 1
    student: str
    by: str


class TaskReviewed(Event):
    """The developmental task at closing (tugas perkembangan)."""

    type: Literal["task-reviewed"] = "task-reviewed"
    version: Literal[1] = 1
    text: Sealed
    by: str


class CaseReopened(Event):
    type: Literal["case-reopened"] = "case-reopened"
    version: Literal[1] = 1
    reason: Sealed
    by: str


OwnEvent = (
    CaseOpened | StrandAdded | ConcernJoinedCase | UrgencyDecided | SafetyCheckAsked | CaseTriaged | CaseAcknowledged | CaseAssigned | NoteAdded
    | AlertRecorded | StudentMatched | TaskReviewed | CaseClosed | CaseReopened
)  # fmt: skip
_OWN_EVENTS = (
    CaseOpened, StrandAdded, ConcernJoinedCase, UrgencyDecided, SafetyCheckAsked, CaseTriaged, CaseAcknowledged, CaseAssigned, NoteAdded,
    AlertRecorded, StudentMatched, TaskReviewed, CaseClosed, CaseReopened,
)  # fmt: skip
CaseEvent = OwnEvent | referral.ReferralEvent | guardian.GuardianEvent


# state -------------------------------------------------------------------------------------------------------------

State = Literal["opened", "in-progress", "closed"]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that deciding and rendering need; personal text stays sealed."""

    case: str | None = None
    student: str | None = None
    school: str = ""
    state: State = "opened"
    urgency: Urgency = "low"
    acknowledged_by: str | None = None
    assignee: str | None = None
    strands: tuple[StrandAdded, ...] = ()
    decisions: tuple[UrgencyDecided, ...] = ()
    notes: tuple[NoteAdded, ...] = ()
    alerts: tuple[AlertRecorded, ...] = ()
    check_safety: bool = False
    outcome: OutcomeClass | None = None
    referrals: Referrals = referral.NONE
    home: Home = guardian.UNKNOWN

    @property
    def about(self) -> About:
        return About(self.case or "", self.student, self.school)

    @property
    def named(self) -> frozenset[str]:
        """Everybody named in any strand: never alerted, never a reader."""
        return frozenset(person.person for strand in self.strands for person in strand.concern.people if person.person)

    @property
    def concerns(self) -> tuple[str, ...]:
        return tuple(strand.concern.concern for strand in self.strands)

    @property
    def self_report(self) -> bool:
        """The student asked for help themselves, in every strand."""
        return bool(self.strands) and all(strand.concern.reporter_kind == "student" for strand in self.strands)

    @property
    def desk(self) -> Literal["school", "district"]:
        return "district" if any(strand.concern.desk == "district" for strand in self.strands) else "school"


initial = Case()


def evolve(case: Case, event: CaseEvent) -> Case:  # noqa: C901, PLR0912 - one line per event type
    match event:
        case CaseOpened():
            return replace(case, case=event.case, student=event.student, school=event.school)
        case StrandAdded():
            unsafe = event.concern.guardians_unsafe
            home = replace(case.home, all_unsafe=True, safe=frozenset()) if unsafe else case.home
            return replace(case, strands=(*case.strands, event), home=home)
        case UrgencyDecided():
            return replace(case, urgency=event.urgency, decisions=(*case.decisions, event))
        case SafetyCheckAsked():
            return replace(case, check_safety=True)
        case CaseAcknowledged():
            return replace(case, state="in-progress", acknowledged_by=event.by)
        case CaseAssigned():
            return replace(case, assignee=event.to)
        case NoteAdded():
            return replace(case, notes=(*case.notes, event))
        case AlertRecorded():
            return replace(case, alerts=(*case.alerts, event))
        case StudentMatched():
            return replace(case, student=event.student)
        case CaseClosed():
            return replace(case, state="closed", outcome=event.outcome)
        case CaseReopened():
            return replace(case, state="in-progress", outcome=None)
        case ConcernJoinedCase() | CaseTriaged() | TaskReviewed():
            return case
        case GuardianAssessed() | GuardianFoundUnsafe() | GuardianToBeTold() | GuardianNoticeEnded():
            return replace(case, home=guardian.evolve(case.home, event))
        case ReferralDecided() | ReferralDrafted() | ReferralApproved() | ReferralSent() | ReferralMoved() | ReferralUnanswered():
            return replace(case, referrals=referral.evolve(case.referrals, event))
        case ReferralCancelRequested():
            return replace(case, referrals=referral.evolve(case.referrals, event))
        case _:
            assert_never(event)


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


class AlreadyIdentified(Refused):
    indonesian = "Murid pada kasus ini sudah dikenali."
    english = "This case's student is identified already."


def decide(command: Command, case: Case) -> Sequence[CaseEvent]:
    """Raises: a refusal by name. Facts of others (alerts, tasks, notices, marks) are folded and never refused."""
    if isinstance(command, TakeConcern):
        return _take(command, case)
    if case.case is None:
        raise NoSuchCase
    _refuse_conflict(command, case)
    match command:
        case RecordAlert() | FoldTask() | FoldSilence() | FoldNotice() | MarkGuardianUnsafe():
            return _fold(command, case)
        case Reopen():
            return _reopen(command, case)
        case _ if case.state == "closed":
            return _when_closed(command, case)
        case Acknowledge() | Assign() | AddNote() | SetUrgency() | Match() | Close():
            return _work(command, case)
        case AssessGuardian() | TellGuardian():
            return guardian.decide(command, case.home, case.about, case.named, self_report=case.self_report)
        case DecideReferral() | DraftReferral() | ApproveReferral() | SendReferral() | CancelReferral():
            return referral.decide(command, case.referrals, case.about)
        case _:
            assert_never(command)


def _refuse_conflict(command: Command, case: Case) -> None:
    """Whoever is named in a strand is suspended at once (domain.md, Conflicts)."""
    if getattr(command, "by", None) in case.named or (isinstance(command, Assign) and command.to in case.named):
        raise ConflictOfInterest


def _take(command: TakeConcern, case: Case) -> Sequence[CaseEvent]:
    told = command.concern
    if any(strand.concern.concern == told.concern and strand.concern.role == told.role for strand in case.strands):
        return []
    about = {
        "case": case.case or command.case,
        "student": case.student if case.case else told.student,
        "school": case.school or told.school,
    }
    inputs = TriageInputs(kind=told.kind, categories=told.categories, facts=told.facts, repeats=_repeats(command, case))
    triaged = triage(command.policy, inputs)
    urgency = most_urgent(triaged.urgency, case.urgency)
    strand = StrandAdded(concern=told, at=command.at)
    clock = command.policy.clocks[triaged.urgency]
    named = evolve(case, strand)
    opened = [] if case.case else [CaseOpened(concern=told.concern, **about)]
    reopened_desk = named.desk
    receipt = UrgencyDecided(
        decision=command.decision,
        concern=told.concern,
        policy=command.policy.id,
        policy_version=command.policy.version,
        inputs=inputs,
        rules=triaged.rules,
        urgency=urgency,
        by=None,
        reason=None,
    )
    asked = [SafetyCheckAsked(concern=told.concern)] if triaged.check_safety else []
    alert = CaseTriaged(
        concern=told.concern,
        urgency=triaged.urgency,
        desk=reopened_desk,
        excluded=tuple(sorted(named.named)),
        acknowledge_by=command.at + timedelta(minutes=clock.acknowledge),
        decide_by=command.at + timedelta(minutes=clock.decide),
        **about,
    )
    return [*opened, strand, ConcernJoinedCase(concern=told.concern, **about), receipt, *asked, alert]


def _repeats(command: TakeConcern, case: Case) -> int:
    """Other concerns of a shared category within the policy's days."""
    since = command.at - timedelta(days=command.policy.repeat_days)
    wanted = set(command.concern.categories)
    return sum(1 for strand in case.strands if strand.at >= since and wanted.intersection(strand.concern.categories))


def _fold(command: RecordAlert | FoldTask | FoldSilence | FoldNotice | MarkGuardianUnsafe, case: Case) -> Sequence[CaseEvent]:
    match command:
        case RecordAlert():
            return [AlertRecorded(alert=command.alert, person=command.person, outcome=command.outcome)]
        case FoldTask() | FoldSilence():
            return referral.decide(command, case.referrals, case.about)
        case FoldNotice() | MarkGuardianUnsafe():
            return guardian.decide(command, case.home, case.about, case.named, self_report=case.self_report)
        case _:
            assert_never(command)


def _when_closed(command: Command, case: Case) -> Sequence[CaseEvent]:
    if isinstance(command, Close) and command.outcome == case.outcome:
        return []  # asked twice: quiet
    raise CaseAlreadyClosed


def _work(command: Acknowledge | Assign | AddNote | SetUrgency | Match | Close, case: Case) -> Sequence[CaseEvent]:
    match command:
        case Acknowledge(by=by):
            told = CaseAcknowledged(case=case.about.case, student=case.student, school=case.school, by=by, concerns=case.concerns)
            return [] if case.acknowledged_by else [told]
        case Assign(to=to, by=by):
            return [] if case.assignee == to else [CaseAssigned(to=to, by=by)]
        case AddNote(note=note):
            known = any(each.note == note for each in case.notes)
            return [] if known else [NoteAdded(note=note, text=command.text, by=command.by)]
        case SetUrgency():
            return _set_urgency(command, case)
        case Match(student=student, by=by):
            if case.student not in (None, student):
                raise AlreadyIdentified
            return [] if case.student == student else [StudentMatched(student=student, by=by)]
        case Close():
            return _close(command, case)
        case _:
            assert_never(command)


def _set_urgency(command: SetUrgency, case: Case) -> Sequence[CaseEvent]:
    if command.urgency == case.urgency:
        return []
    direction = "raised" if ORDER.index(command.urgency) > ORDER.index(case.urgency) else "lowered"
    return [
        UrgencyDecided(
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
    ]


def _close(command: Close, case: Case) -> Sequence[CaseEvent]:
    if any(each.state not in referral.ENDED and each.state not in ("drafted", "approved") for each in case.referrals.by_id.values()):
        raise ReferralStillOpen
    closed = CaseClosed(case=case.about.case, student=case.student, school=case.school, concerns=case.concerns, outcome=command.outcome)
    return [TaskReviewed(text=command.task_reviewed, by=command.by), closed]


def _reopen(command: Reopen, case: Case) -> Sequence[CaseEvent]:
    if case.state != "closed":
        raise NotClosed
    return [CaseReopened(reason=command.reason, by=command.by)]


CASE: Decider[Command, Case, CaseEvent] = Decider(initial, decide, evolve, EventCodec(*_OWN_EVENTS, *REFERRAL_EVENTS, *GUARDIAN_EVENTS))
