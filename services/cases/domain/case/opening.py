"""What a counsellor does first with a case, and last: acknowledging, assigning, notes, matching, another urgency, closing, reopening."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, assert_never

from services.cases.domain.case.keeping_away import Told, keep_all_away, keep_away
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import (
    Acknowledge,
    AddNote,
    Assign,
    CaseAssigned,
    CaseReopened,
    Close,
    Match,
    NoteAdded,
    Reopen,
    SetUrgency,
    StrandCommand,
    StudentMatched,
    TaskReviewed,
    UrgencyDecided,
)
from services.cases.domain.case.transferring import TransferWaiting
from services.cases.domain.case.whereabouts import NoteWhereabouts, note
from services.cases.domain.official_reporting import OfficialReportOwed
from services.cases.domain.referring.referral.state import ENDED
from services.cases.domain.steps import deadline
from services.cases.domain.steps.command import Command, recorded
from services.cases.domain.steps.deadline import DeadlinesSet
from services.cases.domain.steps.offer import Around, Known, Offer, offered, one_of
from services.cases.domain.steps.policy import ORDER
from shared.errors import Refused
from shared.events import CaseAcknowledged, CaseClosed, CaseTriaged
from shared.message import Event


def homeroom_comes_first(case: Case) -> bool:
    """Nobody has begun with a low concern. A self-report goes to the counsellor, past the homeroom teacher (domain.md, Urgency)."""
    told_oneself = any(each.concern.reporter_kind == "student" and each.concern.reporter in (None, each.concern.student) for each in case.strands)
    return case.urgency == "low" and case.handling.stage == "opened" and not case.activities and not told_oneself


CLOCKS: Mapping[str, Callable[[Case], bool]] = {
    "acknowledge": lambda case: bool(case.in_nobody_s_hand),
    "decide": lambda case: case.handling.stage == "opened" and not case.referrals.decisions and not any(each.by for each in case.decisions),
    "assess": lambda case: case.handling.stage == "opened",
    "contact": lambda case: case.handling.stage == "opened" and not case.activities,
    "homeroom-first": homeroom_comes_first,
    "plan": lambda case: case.handling.stage != "planned",
    "refer": lambda case: not case.referrals.decisions and not case.referrals.by_id,
}
"""Clocks that a level starts, and whether one still runs."""


def whose(case: Case) -> dict[str, Any]:
    return {"case": case.case, "student": case.student, "school": case.school}


class NotClosed(Refused):
    code = "not-closed"
    indonesian = "Kasus ini belum ditutup."
    english = "The case is not closed."


class ReferralStillOpen(Refused):
    code = "referral-still-open"
    indonesian = "Masih ada rujukan yang berjalan."
    english = "A referral is still under way."


class ActivityStillOpen(Refused):
    code = "activity-still-open"
    indonesian = "Masih ada kegiatan yang berjalan."
    english = "An activity is still under way."


class AlreadyIdentified(Refused):
    code = "already-identified"
    indonesian = "Murid pada kasus ini sudah dikenali."
    english = "This case's student is identified already."


class SameCounsellorForBoth(Refused):
    code = "same-counsellor-for-both"
    indonesian = (
        "Korban dan terlapor ditangani konselor yang berbeda. Koordinator, kepala sekolah atau petugas piket dinas menentukan siapa yang menangani."
    )
    english = "Victim and accused have different counsellors. The coordinator, the principal or the district's duty says who has this case."


class TakenInHandElsewhere(Refused):
    code = "taken-in-hand-elsewhere"
    indonesian = "Murid sekarang di sekolah lain: laporan baru diterima oleh petugas sekolah itu atau dinas. Pindahkan kasusnya ke sekolah itu."
    english = "The student is at another school now: its staff, or the district's, take the new concern in hand. Transfer the case to that school."


def earlier_runs(case: Case, due: deadline.Due) -> bool:
    """The case has this clock already, and it ends no later."""
    running = case.deadlines.get(due.key)
    return running is not None and running.expected <= due.due


def decide(command: StrandCommand, case: Case) -> Sequence[Event]:
    """What a person does first with a case, and last. Raises: a refusal by name."""
    match command:
        case Acknowledge():
            return _acknowledge(command, case)
        case Assign():
            return _assign(command, case)
        case AddNote():
            return _note(command, case)
        case SetUrgency():
            return _set_urgency(command, case)
        case Match():
            return _match(command, case)
        case Close():
            return _close(command, case)
        case Reopen():
            return _reopen(command, case)
        case _:
            assert_never(command)


# the counsellor's first steps --------------------------------------------------------------------------------------


def _acknowledge(command: Acknowledge, case: Case) -> Sequence[Event]:
    """A case that nobody has is taken in hand also where its concerns were, at another school or by somebody who left.

    So is one that its staff were alerted to again, by whoever has it, too: no alert goes on because the case has an owner.
    A counsellor of the other side takes nothing in hand here: the alert goes on to the next, and those above give it to somebody.
    """
    if not case.waits_for_somebody and (case.owner or (command.there and case.elsewhere)):
        return []
    if not command.there and _waits_elsewhere(case):
        raise TakenInHandElsewhere
    if command.counsels_other_side and case.owner != command.by:
        raise SameCounsellorForBoth
    school = case.alerted_at if command.there else case.school
    return [CaseAcknowledged(**{**whose(case), "school": school}, by=command.by, concerns=case.concerns)]


def _waits_elsewhere(case: Case) -> bool:
    """Somebody at the school where the student is now has yet to take in hand what came since."""
    student, waiting = case.moves.student, case.in_nobody_s_hand
    if student is None or case.elsewhere is None:
        return False
    return any(strand.concern.concern in waiting and strand.at >= student.at for strand in case.strands)


def _assign(command: Assign, case: Case) -> Sequence[Event]:
    if case.sexual_violence and command.to in command.elsewhere:
        raise SameCounsellorForBoth
    return [] if case.assignee == command.to else [recorded(CaseAssigned, command)]


def _note(command: AddNote, case: Case) -> Sequence[Event]:
    known = any(each.note == command.note for each in case.notes)
    return [] if known else [recorded(NoteAdded, command)]


def _match(command: Match, case: Case) -> Sequence[Event]:
    if case.student not in (None, command.student):
        raise AlreadyIdentified
    if case.student:
        return []
    matched = recorded(StudentMatched, command)
    claimed, known = _kept_away(command, replace(case, student=command.student))
    where = NoteWhereabouts(school=command.student_at or case.school, at=command.at, policy=command.policy)
    return [matched, *claimed, *note(where, known)]


def _kept_away(command: Match, case: Case) -> tuple[list[Event], Case]:
    """Family on the staff: now that it is known whose."""
    claimed: list[Event] = []
    for strand in case.strands:
        told = strand.concern
        about = Told(f"{command.act}/{told.concern}", command.student, told.role, told.others, again=told.guardians_unsafe)
        said, case = keep_away(about, command.relatives, command.at, command.policy.calendar.after(command.at, 1), case)
        claimed += said
    return claimed, case


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
    taken = deadline.in_hand_by(command.policy, command.urgency, command.at)
    alert = CaseTriaged(
        **{**whose(case), "school": case.alerted_at},
        concern=case.concerns[-1],
        urgency=command.urgency,
        desk=case.desk,
        excluded=tuple(sorted(case.named)),
        acknowledge_by=taken.acknowledge,
        decide_by=taken.decide,
    )
    due = [each for each in deadline.clocks(command.policy, command.urgency, command.at, case.owner) if CLOCKS[each.key](case)]
    started = [each for each in due if not earlier_runs(case, each)]
    return [alert, *([DeadlinesSet(deadlines=tuple(started))] if started else [])]


def _close(command: Close, case: Case) -> Sequence[Event]:
    if any(each.state not in ENDED and each.state not in ("drafted", "approved") for each in case.referrals.by_id.values()):
        raise ReferralStillOpen
    if case.moves.asked:
        raise TransferWaiting
    if not all(each.ended or each.rests for each in case.activities.values()):
        raise ActivityStillOpen
    if case.owes_report:
        raise OfficialReportOwed
    closed = CaseClosed(**whose(case), concerns=case.concerns, outcome=command.outcome_class)
    return [*_taken_in_hand(command.by, case), TaskReviewed(text=command.task_reviewed, by=command.by), closed]


def _taken_in_hand(by: str, case: Case) -> Sequence[Event]:
    """Whoever closes a case has taken in hand what it holds: no ladder goes on for a closed case. Raises: TakenInHandElsewhere."""
    if _waits_elsewhere(case):
        raise TakenInHandElsewhere
    return [CaseAcknowledged(**whose(case), by=by, concerns=case.concerns)] if case.waits_for_somebody else []


def _reopen(command: Reopen, case: Case) -> Sequence[Event]:
    if case.reopened_by == command.by:
        return []  # asked twice: quiet
    if not case.closed:
        raise NotClosed
    since, _ = keep_all_away(command.act, command.families, command.at, command.calendar, replace(case, closed=False))
    return [CaseReopened(reason=command.text, by=command.by), *since]


# offer -------------------------------------------------------------------------------------------------------------


def _levels(_: Case, __: Around) -> list[Known]:
    return [Known(choice=one_of(SetUrgency, "urgency"))]


OFFERS: Mapping[type[Command], Offer[Case]] = {
    Acknowledge: offered("acknowledge"),
    Assign: offered("without-owner"),
    SetUrgency: offered("decide", _levels),
    Reopen: offered("reopening-question"),
}
