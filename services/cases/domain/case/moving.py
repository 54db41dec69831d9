"""A case that moves: merged with another of the same student and taken apart again, transferred to another school with a receipt, linked to
another of the same incident, unmatched, put on legal hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled, TwoSchoolDaysLater
from services.cases.domain.steps.named import NamedBefore
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.tells import counted
from shared.errors import Refused
from shared.sealed import CaseText


class MergeInto(Command, called="merge-into", permission="work"):
    """into: the case that goes on. This one rests until it is unmerged; nothing of it is copied, so no reader list widens."""

    into: str


class CaseMerged(ActEvent):
    type: Literal["case-merged"] = "case-merged"
    version: Literal[1] = 1
    into: str


class TakeMerged(Command, called="take-merged"):
    """merged: the other case, which rests from now on. Always in one item with its `MergeInto`."""

    merged: str


class MergedTaken(ActEvent):
    type: Literal["merged-taken"] = "merged-taken"
    version: Literal[1] = 1
    merged: str


class UnmergeCase(Command, called="unmerge-case", permission="work"):
    """reason: why they are two cases after all."""

    reason: CaseText


class CaseUnmerged(ActEvent):
    type: Literal["case-unmerged"] = "case-unmerged"
    version: Literal[1] = 1
    reason: CaseText


class GiveBackMerged(Command, called="give-back-merged"):
    """The other half of an unmerge."""

    merged: str


class MergedGivenBack(ActEvent):
    type: Literal["merged-given-back"] = "merged-given-back"
    version: Literal[1] = 1
    merged: str


class LinkCase(Command, called="link-case", permission="work"):
    """other: a case of the same incident; the link shows dates only."""

    other: str


class CaseLinked(ActEvent):
    type: Literal["case-linked"] = "case-linked"
    version: Literal[1] = 1
    other: str


class TransferCase(Command, called="transfer-case", permission="work"):
    """to: another school of the district. receipt_by: until when it must say that it has the case."""

    to: str
    reason: CaseText
    receipt_by: TwoSchoolDaysLater


class CaseTransferAsked(ActEvent):
    type: Literal["case-transfer-asked"] = "case-transfer-asked"
    version: Literal[1] = 1
    to: str
    reason: CaseText
    receipt_by: datetime


class ReceiveTransfer(Command, called="receive-transfer", permission="receipt"):
    """By somebody of the receiving school: from now on the case is theirs."""

    school: Annotated[str, Filled("receiving-school")]


class CaseTransferred(ActEvent):
    type: Literal["case-transferred"] = "case-transferred"
    version: Literal[1] = 1
    school: str


class UnmatchStudent(Command, called="unmatch-student", permission="work"):
    """It was not this student."""

    student: Annotated[str, NamedBefore("the case's own student")]
    reason: CaseText


class StudentUnmatched(ActEvent):
    type: Literal["student-unmatched"] = "student-unmatched"
    version: Literal[1] = 1
    student: str
    reason: CaseText


class SetLegalHold(Command, called="set-legal-hold", permission="second-decision"):
    """Nothing of this case is erased while it holds."""

    reason: CaseText


class LegalHoldSet(ActEvent):
    type: Literal["legal-hold-set"] = "legal-hold-set"
    version: Literal[1] = 1
    reason: CaseText


class LiftLegalHold(Command, called="lift-legal-hold", permission="second-decision"):
    """By another person than who set it."""

    reason: CaseText


class LegalHoldLifted(ActEvent):
    type: Literal["legal-hold-lifted"] = "legal-hold-lifted"
    version: Literal[1] = 1
    reason: CaseText


@dataclass(frozen=True, slots=True)
class Moves:
    """merged_into: the case that goes on instead. taken: cases that rest in this one. asked: a transfer that waits for its receipt.
    held_by: who set the legal hold.
    """

    merged_into: str | None = None
    taken: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()
    asked: CaseTransferAsked | None = None
    schools: tuple[str, ...] = ()
    held_by: str | None = None


NONE = Moves()


class CaseRests(Refused):
    code = "case-rests"
    indonesian = "Kasus ini sudah digabung ke kasus lain."
    english = "This case was merged into another."


class NotMerged(Refused):
    code = "not-merged"
    indonesian = "Kasus ini tidak sedang digabung."
    english = "The case is not merged."


class SameCase(Refused):
    code = "same-case"
    indonesian = "Kasus tidak dapat digabung atau dikaitkan dengan dirinya sendiri."
    english = "A case cannot be merged with or linked to itself."


class NotAskedForTransfer(Refused):
    code = "not-asked-for-transfer"
    indonesian = "Tidak ada pemindahan yang menunggu tanda terima dari sekolah ini."
    english = "No transfer waits for this school's receipt."


class AlreadyThere(Refused):
    code = "already-there"
    indonesian = "Kasus ini sudah berada di sekolah itu."
    english = "The case is at that school already."


class NotThisStudent(Refused):
    code = "not-this-student"
    indonesian = "Kasus ini tidak dicocokkan dengan murid itu."
    english = "The case is not matched with that student."


class NoLegalHold(Refused):
    code = "no-legal-hold"
    indonesian = "Kasus ini tidak sedang ditahan secara hukum."
    english = "The case is under no legal hold."


class HoldNeedsSecondPerson(Refused):
    code = "hold-needs-second-person"
    indonesian = "Penahanan hukum dicabut oleh orang lain."
    english = "A legal hold is lifted by another person than who set it."


def _merge(command: MergeInto, _: Moves, about: About) -> None:
    if command.into == about.case:
        raise SameCase


def _take(command: TakeMerged, _: Moves, about: About) -> None:
    if command.merged == about.case:
        raise SameCase


def _unmerge(_: UnmergeCase, moves: Moves, __: About) -> None:
    if moves.merged_into is None:
        raise NotMerged


def _give_back(command: GiveBackMerged, moves: Moves, _: About) -> None:
    if command.merged not in moves.taken:
        raise NotMerged


def _link(command: LinkCase, _: Moves, about: About) -> None:
    if command.other == about.case:
        raise SameCase


def _is_linked(command: LinkCase, moves: Moves) -> bool:
    return command.other in moves.linked


def _transfer(command: TransferCase, _: Moves, about: About) -> None:
    if command.to == about.school:
        raise AlreadyThere


def _receive(command: ReceiveTransfer, moves: Moves, _: About) -> None:
    if moves.asked is None or moves.asked.to != command.school:
        raise NotAskedForTransfer


def _unmatch(command: UnmatchStudent, _: Moves, about: About) -> None:
    if command.student != about.student:
        raise NotThisStudent


def _is_held(_: SetLegalHold, moves: Moves) -> bool:
    return moves.held_by is not None


def _lift(command: LiftLegalHold, moves: Moves, _: About) -> None:
    if moves.held_by is None:
        raise NoLegalHold
    if moves.held_by == command.by:
        raise HoldNeedsSecondPerson


def _student(_: Moves, around: Around) -> list[Known]:
    return [Known({"student": around.about.student})] if around.about.student else []


MOVING: Acts[Moves] = Acts(
    act(MergeInto, CaseMerged, _merge, tells=counted()),
    act(TakeMerged, MergedTaken, _take),
    act(UnmergeCase, CaseUnmerged, _unmerge, tells=counted()),
    act(GiveBackMerged, MergedGivenBack, _give_back),
    act(LinkCase, CaseLinked, _link, done=_is_linked),
    act(TransferCase, CaseTransferAsked, _transfer),
    act(ReceiveTransfer, CaseTransferred, _receive, tells=counted(), offer=offered("transfer-receipt")),
    act(UnmatchStudent, StudentUnmatched, _unmatch, offer=offered(known=_student)),
    act(SetLegalHold, LegalHoldSet, done=_is_held),
    act(LiftLegalHold, LegalHoldLifted, _lift),
    awaits=("transfer-receipt",),
)


def evolve(moves: Moves, event: ActEvent) -> Moves:
    match event:
        case CaseMerged(into=into):
            return replace(moves, merged_into=into)
        case CaseUnmerged():
            return replace(moves, merged_into=None)
        case MergedTaken(merged=merged):
            return replace(moves, taken=moves.taken | {merged})
        case MergedGivenBack(merged=merged):
            return replace(moves, taken=moves.taken - {merged})
        case CaseLinked(other=other):
            return replace(moves, linked=moves.linked | {other})
        case CaseTransferAsked():
            return replace(moves, asked=event)
        case CaseTransferred(school=school):
            return replace(moves, asked=None, schools=(*moves.schools, school))
        case LegalHoldSet(by=by):
            return replace(moves, held_by=by)
        case LegalHoldLifted():
            return replace(moves, held_by=None)
        case _:
            return moves


def expected(moves: Moves) -> list[Expected]:
    """The receiving school says that it has the case."""
    return [Expected(f"transfer/{moves.asked.act}", "transfer-receipt", moves.asked.receipt_by, None)] if moves.asked else []
