"""The case of one student: concerns fold in as strands, are triaged with a receipt, and are worked with the strategies until it closes.

One stream per case. Each strategy and each concern of the case is a part with a file of its own; this file composes them, so a rule across parts
is one decision and the history is one chain (architecture, decision 6). What follows from a decision everywhere, who is told and which deadlines
are set or met, is added here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.cases.domain import conflict, consent, deadline, disclosure, guardian, handling, moving, notices, opening, protection, referral
from services.cases.domain.activity import ActivityCommand, Expected, NoSuchActivity
from services.cases.domain.acts import CaseCommand
from services.cases.domain.conflict import CONFLICT_COMMANDS
from services.cases.domain.consent import CONSENT_COMMANDS
from services.cases.domain.deadline import PassDeadline
from services.cases.domain.disclosure import DISCLOSURE_COMMANDS
from services.cases.domain.folding import CHANGES, evolve
from services.cases.domain.group import MemberNoted, NoteMember
from services.cases.domain.guardian import AssessGuardian, FoldNotice, MarkGuardianUnsafe, TellGuardian
from services.cases.domain.handling import HANDLING_COMMANDS, BreakGlass, TakeOverCase
from services.cases.domain.moving import MOVING_COMMANDS, CaseRests, UnmergeCase
from services.cases.domain.opening import CLOCKS, whose
from services.cases.domain.protection import PROTECTION_COMMANDS
from services.cases.domain.referral import (
    ApproveReferral,
    CancelReferral,
    DecideReferral,
    DraftReferral,
    FoldSilence,
    FoldTask,
    SendReferral,
)
from services.cases.domain.state import CASE_STRATEGIES, Case
from services.cases.domain.strands import (
    Acknowledge,
    AddNote,
    AlertRecorded,
    Assign,
    Close,
    Match,
    RecordAlert,
    Reopen,
    SetUrgency,
    TakeConcern,
)
from shared.decider import Decider
from shared.errors import Refused
from shared.events import (
    StaffToBeTold,
    WorkOverdue,
)
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact


class NoSuchCase(Refused):
    indonesian = "Kasus ini tidak ada."
    english = "There is no such case."


class CaseAlreadyClosed(Refused):
    indonesian = "Kasus ini sudah ditutup; buka kembali dahulu."
    english = "The case is closed: reopen it first."


class ConflictOfInterest(Refused):
    indonesian = "Anda disebut dalam laporan ini dan tidak boleh menanganinya."
    english = "You are named in this concern and may not handle it."


_FACTS = (RecordAlert, FoldTask, FoldSilence, FoldNotice, MarkGuardianUnsafe)
_ALSO_WHEN_CLOSED = (*_FACTS, Reopen, PassDeadline, *DISCLOSURE_COMMANDS, moving.SetLegalHold, moving.LiftLegalHold, consent.EvaluateReferral)
_ALSO_WHEN_MERGED = (*_FACTS, PassDeadline, UnmergeCase)


def decide(command: Fact, case: Case) -> Sequence[Event]:
    """Raises: a refusal by name. Facts of others (alerts, tasks, notices, marks) are folded and never refused."""
    if isinstance(command, TakeConcern):
        return opening.take(command, case)
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
                told.append(StaffToBeTold(**whose(case), person=person, message=message))
        after = evolve(after, event)
    if isinstance(command, PassDeadline):
        return list(told)
    still_open = [key for key in case.deadlines if key in CLOCKS and not after.closed and CLOCKS[key](after)]
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
        **whose(case),
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


def _glass_broken(command: BreakGlass, case: Case) -> Sequence[Event]:
    """Only of an activity that there is: nobody shall be entitled to read one that begins later."""
    if command.activity not in case.activities:
        raise NoSuchActivity
    return handling.decide(command, case.handling, case.about)


_Decide = Callable[[Any, Case], Sequence[Event]]
_DECIDES: Mapping[type[Fact], _Decide] = {
    Acknowledge: opening.acknowledge,
    Assign: opening.assign,
    AddNote: opening.note,
    Match: opening.match,
    SetUrgency: opening.set_urgency,
    Close: opening.close,
    Reopen: opening.reopen,
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
    BreakGlass: _glass_broken,
}

_EVENTS: tuple[type[Event], ...] = tuple(CHANGES)

CASE: Decider[Fact, Case, Event] = Decider(Case(), decide, evolve, EventCodec(*_EVENTS))
