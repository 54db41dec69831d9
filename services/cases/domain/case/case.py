"""The case of one student: concerns fold in as strands, are triaged with a receipt, and are worked with the strategies until it closes.

One stream per case. Each strategy and each concern of the case is a part with a file of its own; this file composes them, so a rule across parts
is one decision and the history is one chain (architecture, decision 6). Which strategies there are is given to it. What follows from every decision,
who is told and which deadlines are set or met, is added in consequences.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.cases.domain.case import (
    answering,
    arriving,
    breaking,
    bringing_in,
    continuing,
    crossing,
    families,
    guardians,
    opening,
    owing,
    own_words,
    revealing,
    suspending,
    taking,
    waiving,
    whereabouts,
)
from services.cases.domain.case.additions import ADDITIONS, ConfirmReading, ContinueConcern, KeepClosed, NoteReading
from services.cases.domain.case.answering import AnswerReporter
from services.cases.domain.case.chapter import THE_CASE_ITSELF
from services.cases.domain.case.conflict import CONFLICT, DeclareConflict, RuleConflict
from services.cases.domain.case.consequences import Consequences
from services.cases.domain.case.families import FAMILIES, FoldAnswer
from services.cases.domain.case.folding import folding
from services.cases.domain.case.glass import BreakGlass
from services.cases.domain.case.guardians import AssessGuardian, FoldNotice, MarkGuardianUnsafe, TellGuardian
from services.cases.domain.case.handling import HANDLING
from services.cases.domain.case.holding import LiftLegalHold, SetLegalHold
from services.cases.domain.case.identity import AskReporter
from services.cases.domain.case.keeping_away import NoteFamily, note_family
from services.cases.domain.case.merging import CaseRests, ComeApart, GiveBackMerged, MergeInto, TakeMerged, UnmergeCase, nothing_said, with_a_reason
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.opening import whose
from services.cases.domain.case.owing import LookAhead
from services.cases.domain.case.own_words import OBJECTIONS, HearObjection, HearSatisfaction
from services.cases.domain.case.paper import BringIn
from services.cases.domain.case.protection import PROTECTION, WaiveOfficialReport
from services.cases.domain.case.revealing import REVEALING
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import (
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
from services.cases.domain.case.transferring import RECEIPT
from services.cases.domain.case.upcasts import UPCASTS
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.referring import referral
from services.cases.domain.referring.consent import CONSENT
from services.cases.domain.referring.disclosure import DISCLOSURE, TellReceiver
from services.cases.domain.referring.following_up import EvaluateReferral, TakeNextAlternative
from services.cases.domain.referring.handing_across import HANDING_ACROSS
from services.cases.domain.referring.referral import FoldSilence, FoldTask
from services.cases.domain.referring.referral.answering import AnswerAgency
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.domain.referring.referral.drafting import ApproveReferral, DraftReferral
from services.cases.domain.referring.referral.sending import CancelReferral, SendReferral
from services.cases.domain.referring.turns import TURNS
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps import deadline, files
from services.cases.domain.steps.act import Acts
from services.cases.domain.steps.activity import ActivityCommand
from services.cases.domain.steps.command import Command, recorded
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.steps.files import KeepFiles
from services.cases.domain.steps.gone import LoseOwner, RegainOwner
from services.cases.domain.steps.strategy import StandingAlone, Strategy
from services.cases.domain.steps.table import Strategies, table
from services.cases.domain.steps.tells import Described
from services.cases.domain.strategies.group import MemberNoted, NoteMember
from shared.decider import Decider
from shared.errors import Refused
from shared.events import WorkOverdue, read_at_once
from shared.eventstore.codec import EventCodec
from shared.eventstore.upcasting import Upcasters
from shared.message import Event, Fact


class NoSuchCase(Refused):
    code = "no-such-case"
    indonesian = "Kasus ini tidak ada."
    english = "There is no such case."


class CaseAlreadyClosed(Refused):
    code = "case-already-closed"
    indonesian = "Kasus ini sudah ditutup; buka kembali dahulu."
    english = "The case is closed: reopen it first."


class ConflictOfInterest(Refused):
    code = "conflict-of-interest"
    indonesian = "Anda disebut dalam laporan ini dan tidak boleh menanganinya."
    english = "You are named in this concern and may not handle it."


_FACTS: tuple[type[Fact], ...] = (
    LoseOwner, RegainOwner, RecordAlert, FoldTask, FoldSilence, FoldNotice, FoldAnswer, MarkGuardianUnsafe, NoteWhereabouts, NoteFamily, NoteReading,
    HearObjection, KeepFiles,
)  # fmt: skip
_ALSO_WHEN_CLOSED: tuple[type[Fact], ...] = (
    *_FACTS, Reopen, PassDeadline, *DISCLOSURE.commands, SetLegalHold, LiftLegalHold, EvaluateReferral, KeepClosed, ConfirmReading, AnswerReporter,
    *FAMILIES.commands, *OBJECTIONS.commands, *REVEALING.commands, GiveBackMerged,
)  # fmt: skip
_ALSO_WHEN_MERGED: tuple[type[Fact], ...] = (
    *_FACTS, PassDeadline, UnmergeCase, ComeApart, GiveBackMerged, TellReceiver, RuleConflict, ApproveReferral, SendReferral, CancelReferral,
    AnswerAgency, *(each for each in CONSENT.commands if each is not TakeNextAlternative), SetLegalHold, LiftLegalHold, ConfirmReading,
    *FAMILIES.commands, *OBJECTIONS.commands,
)  # fmt: skip
"""What was under way in a merged case is brought to its end there; nothing new begins."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Deciding about a case that is worked with these strategies."""

    strategies: Strategies
    consequences: Consequences

    def decide(self, command: Fact, case: Case) -> Sequence[Event]:
        """Raises: a refusal by name. Facts of others (alerts, tasks, notices, marks) are folded and never refused."""
        if isinstance(command, LookAhead):
            return self.consequences.of(command, [], case) if case.case else []
        events = self.said(command, case)
        if not events or isinstance(command, RecordAlert):
            return events
        return [*events, *self.consequences.of(command, events, case)]

    def said(self, command: Fact, case: Case) -> Sequence[Event]:
        """What the command itself says, without what follows from it. Raises: a refusal by name."""
        if isinstance(command, TakeConcern):
            return taking.take(command, case)
        if isinstance(command, BringIn):
            return [] if case.case else bringing_in.bring_in(command)  # asked twice: quiet
        if case.case is None:
            raise NoSuchCase
        if isinstance(command, ContinueConcern):
            return continuing.take_up(command, case)
        if isinstance(command, Command):
            if _taken_before(command, case):
                return []
            _refuse_conflict(command, case)
        if isinstance(command, RecordAlert):
            return [recorded(AlertRecorded, command)]
        if isinstance(command, HearSatisfaction):
            return [] if _taken_before(command.form, case) else self._decided(command.form, case)
        return self._decided(command, case)

    def _decided(self, command: Fact, case: Case) -> Sequence[Event]:
        if case.closed and not isinstance(command, _ALSO_WHEN_CLOSED):
            if isinstance(command, Close) and command.outcome_class == case.outcome:
                return []  # asked twice: quiet
            raise CaseAlreadyClosed
        if case.moves.merged_into and not isinstance(command, _ALSO_WHEN_MERGED) and not self._goes_on(command, case):
            raise CaseRests
        if isinstance(command, ActivityCommand):
            return self.strategies.decide(command, case.activities, case.about)
        return _DECIDES[type(command)](command, case)

    def _goes_on(self, command: Fact, case: Case) -> bool:
        """A step of an activity that was under way when its case was merged."""
        return isinstance(command, ActivityCommand) and command.activity in case.activities


def _taken_before(command: Command, case: Case) -> bool:
    """This very act was taken already; a repeat is quiet, whatever the case has become meanwhile."""
    known = case.activities.get(command.activity) if isinstance(command, ActivityCommand) else None
    return command.act in case.acts or (known is not None and any(event.act == command.act for event in known.events))


def _refuse_conflict(command: Command, case: Case) -> None:
    """Whoever is named in a strand or suspended works nothing here (domain.md, Conflicts)."""
    if command.by in case.named or (isinstance(command, Assign) and command.to in case.named):
        raise ConflictOfInterest


# the parts ---------------------------------------------------------------------------------------------------------


def _referral(command: Any, case: Case) -> Sequence[Event]:
    return referral.decide(command, case.referrals, case.about)


def _guardian(command: Any, case: Case) -> Sequence[Event]:
    """Whom no message reached is to be phoned."""
    events = guardians.decide(command, case.home, case.about, case.kept_from_home, self_report=case.self_report)
    if not events or not isinstance(command, FoldNotice):
        return events
    return [*events, *families.calls_for(command.notice, command.guardian, command.outcome, command.call_by, case.families)]


def _passed(command: PassDeadline, case: Case) -> Sequence[Event]:
    event = deadline.passed(command, case.deadlines, emergency=case.urgency == "emergency")
    if event is None:
        return []
    asked = case.moves.asked if event.what == RECEIPT else None
    overdue = WorkOverdue(
        **{**whose(case), "school": asked.to if asked else case.school},
        what=event.what,
        urgency=case.urgency,
        desk=case.desk,
        step=event.step,
        owner=None if asked else case.deadlines[command.key].owner or case.owner,
        excluded=tuple(sorted(case.named)),
    )
    return [event, overdue]


def _member_note(command: NoteMember, _: Case) -> Sequence[Event]:
    return [recorded(MemberNoted, command)]


_Decide = Callable[[Any, Case], Sequence[Event]]


def _table(acts: Acts[Any], part: Callable[[Case], Any]) -> Mapping[type[Fact], _Decide]:
    """The acts of one part of the case, each decided over that part."""
    return dict.fromkeys(acts.commands, lambda command, case: acts.decide(command, part(case), case.about))


_DECIDES: Mapping[type[Fact], _Decide] = {
    **dict.fromkeys((Acknowledge, Assign, AddNote, Match, SetUrgency, Close, Reopen), opening.decide),
    PassDeadline: _passed,
    **dict.fromkeys((LoseOwner, RegainOwner), owing.decide),
    NoteMember: _member_note,
    **_table(HANDLING, lambda case: case.handling),
    **_table(CONFLICT, lambda case: case.conflicts),
    DeclareConflict: suspending.declare,
    RuleConflict: suspending.rule,
    **_table(PROTECTION, lambda case: case.protection),
    WaiveOfficialReport: waiving.waive,
    **_table(MOVING, lambda case: case.moves),
    **_table(CONSENT, lambda case: case.referrals),
    **_table(TURNS, lambda case: case.referrals),
    **_table(HANDING_ACROSS, lambda case: case.referrals),
    **_table(DISCLOSURE, lambda case: case.ledger),
    **dict.fromkeys((DecideReferral, DraftReferral, ApproveReferral, SendReferral, CancelReferral, AnswerAgency, FoldTask, FoldSilence), _referral),
    **dict.fromkeys((AssessGuardian, TellGuardian, FoldNotice, MarkGuardianUnsafe), _guardian),
    **_table(FAMILIES, lambda case: case.families),
    FoldAnswer: lambda command, case: families.note(command, case.families),
    **_table(OBJECTIONS, lambda case: case.objections),
    HearObjection: lambda command, case: own_words.hear(command, case.objections),
    KeepFiles: lambda command, case: files.keep(command, case.files, {*case.activities, *case.referrals.by_id}),
    BreakGlass: breaking.break_glass,
    **_table(REVEALING, lambda case: case),
    AskReporter: revealing.ask,
    **dict.fromkeys((NoteReading, ConfirmReading), continuing.note_reading),
    **_table(ADDITIONS, lambda case: case.additions),
    AnswerReporter: answering.answer,
    **dict.fromkeys(crossing.COMMANDS, crossing.decide),
    MergeInto: arriving.merge,
    TakeMerged: arriving.take,
    UnmergeCase: arriving.unmerge,
    ComeApart: arriving.unmerge,
    NoteWhereabouts: whereabouts.note,
    NoteFamily: note_family,
}


# composed ----------------------------------------------------------------------------------------------------------


def worked_with(strategies: Sequence[Described]) -> Strategies:
    """The table of those whose activities belong to a case."""
    return table(*(each for each in strategies if isinstance(each, Strategy) and not isinstance(each, StandingAlone)))


def commands_of(strategies: Sequence[Described]) -> tuple[type[Command], ...]:
    """Everything that a person can do with a case that is worked with these strategies."""
    return (*(each for each in _DECIDES if issubclass(each, Command)), *worked_with(strategies).commands)


@cache
def deciding(*strategies: Described) -> Deciding:
    """Deciding about the case that is worked with these strategies; the same one for the same strategies."""
    steps = worked_with(strategies)
    tells = {event: each for described in (THE_CASE_ITSELF, *strategies) for event, each in described.tells.items()}
    return Deciding(steps, Consequences(steps, folding(steps, tells), tells))


@cache
def compose(*strategies: Described) -> Decider[Fact, Case, Event]:
    """The case that is worked with these strategies; the same one for the same strategies."""
    decides = deciding(*strategies)
    folded = decides.consequences.folding
    upcasts = {
        ("merged-taken", 1): nothing_said,
        ("case-unmerged", 1): with_a_reason,
        ("concern-joined-case", 1): read_at_once,
        **decides.strategies.upcasts,
        **UPCASTS,
    }
    return Decider(Case(), decides.decide, folded.evolve, EventCodec(*folded.changes, upcasters=Upcasters(upcasts)))


CASE = compose(*STRATEGIES)
CASE_COMMANDS = commands_of(STRATEGIES)
"""With the strategies of the register."""
