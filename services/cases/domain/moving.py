"""A case that moves: merged with another of the same student and taken apart again, transferred to another school with a receipt, linked to
another of the same incident, unmatched, put on legal hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.cases.domain.about import About
from services.cases.domain.activity import Expected
from services.cases.domain.acts import CaseActEvent, CaseCommand
from shared.errors import Refused
from shared.sealed import Sealed


class MergeInto(CaseCommand):
    """into: the case that goes on. This one rests until it is unmerged; nothing of it is copied, so no reader list widens."""

    into: str


class CaseMerged(MergeInto, CaseActEvent):
    type: Literal["case-merged"] = "case-merged"
    version: Literal[1] = 1


class TakeMerged(CaseCommand):
    """merged: the other case, which rests from now on. Always in one item with its `MergeInto`."""

    merged: str


class MergedTaken(TakeMerged, CaseActEvent):
    type: Literal["merged-taken"] = "merged-taken"
    version: Literal[1] = 1


class UnmergeCase(CaseCommand):
    """reason: why they are two cases after all."""

    reason: Sealed


class CaseUnmerged(UnmergeCase, CaseActEvent):
    type: Literal["case-unmerged"] = "case-unmerged"
    version: Literal[1] = 1


class GiveBackMerged(CaseCommand):
    """The other half of an unmerge."""

    merged: str


class MergedGivenBack(GiveBackMerged, CaseActEvent):
    type: Literal["merged-given-back"] = "merged-given-back"
    version: Literal[1] = 1


class LinkCase(CaseCommand):
    """other: a case of the same incident; the link shows dates only."""

    other: str


class CaseLinked(LinkCase, CaseActEvent):
    type: Literal["case-linked"] = "case-linked"
    version: Literal[1] = 1


class TransferCase(CaseCommand):
    """to: another school of the district. receipt_by: until when it must say that it has the case."""

    to: str
    reason: Sealed
    receipt_by: datetime


class CaseTransferAsked(TransferCase, CaseActEvent):
    type: Literal["case-transfer-asked"] = "case-transfer-asked"
    version: Literal[1] = 1


class ReceiveTransfer(CaseCommand):
    """By somebody of the receiving school: from now on the case is theirs."""

    school: str


class CaseTransferred(ReceiveTransfer, CaseActEvent):
    type: Literal["case-transferred"] = "case-transferred"
    version: Literal[1] = 1


class UnmatchStudent(CaseCommand):
    """It was not this student."""

    student: str
    reason: Sealed


class StudentUnmatched(UnmatchStudent, CaseActEvent):
    type: Literal["student-unmatched"] = "student-unmatched"
    version: Literal[1] = 1


class SetLegalHold(CaseCommand):
    """Nothing of this case is erased while it holds."""

    reason: Sealed


class LegalHoldSet(SetLegalHold, CaseActEvent):
    type: Literal["legal-hold-set"] = "legal-hold-set"
    version: Literal[1] = 1


class LiftLegalHold(CaseCommand):
    """By another person than who set it."""

    reason: Sealed


class LegalHoldLifted(LiftLegalHold, CaseActEvent):
    type: Literal["legal-hold-lifted"] = "legal-hold-lifted"
    version: Literal[1] = 1


MOVING_COMMANDS = (
    MergeInto, TakeMerged, UnmergeCase, GiveBackMerged, LinkCase, TransferCase, ReceiveTransfer, UnmatchStudent, SetLegalHold, LiftLegalHold,
)  # fmt: skip
MOVING_EVENTS = (
    CaseMerged, MergedTaken, CaseUnmerged, MergedGivenBack, CaseLinked, CaseTransferAsked, CaseTransferred, StudentUnmatched, LegalHoldSet,
    LegalHoldLifted,
)  # fmt: skip


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
    indonesian = "Kasus ini sudah digabung ke kasus lain."
    english = "This case was merged into another."


class NotMerged(Refused):
    indonesian = "Kasus ini tidak sedang digabung."
    english = "The case is not merged."


class SameCase(Refused):
    indonesian = "Kasus tidak dapat digabung atau dikaitkan dengan dirinya sendiri."
    english = "A case cannot be merged with or linked to itself."


class NotAskedForTransfer(Refused):
    indonesian = "Tidak ada pemindahan yang menunggu tanda terima dari sekolah ini."
    english = "No transfer waits for this school's receipt."


class AlreadyThere(Refused):
    indonesian = "Kasus ini sudah berada di sekolah itu."
    english = "The case is at that school already."


class NotThisStudent(Refused):
    indonesian = "Kasus ini tidak dicocokkan dengan murid itu."
    english = "The case is not matched with that student."


class NoLegalHold(Refused):
    indonesian = "Kasus ini tidak sedang ditahan secara hukum."
    english = "The case is under no legal hold."


class HoldNeedsSecondPerson(Refused):
    indonesian = "Penahanan hukum dicabut oleh orang lain."
    english = "A legal hold is lifted by another person than who set it."


def decide(command: CaseCommand, moves: Moves, about: About) -> Sequence[CaseActEvent]:  # noqa: C901 - one refusal a line
    """Raises: a refusal by name."""
    match command:
        case MergeInto(into=other) | LinkCase(other=other) | TakeMerged(merged=other) if other == about.case:
            raise SameCase
        case LinkCase(other=other) if other in moves.linked:
            return []
        case UnmergeCase() if moves.merged_into is None:
            raise NotMerged
        case GiveBackMerged(merged=merged) if merged not in moves.taken:
            raise NotMerged
        case TransferCase(to=school) if school == about.school:
            raise AlreadyThere
        case ReceiveTransfer(school=school) if moves.asked is None or moves.asked.to != school:
            raise NotAskedForTransfer
        case UnmatchStudent(student=student) if student != about.student:
            raise NotThisStudent
        case SetLegalHold() if moves.held_by:
            return []
        case LiftLegalHold() if moves.held_by is None:
            raise NoLegalHold
        case LiftLegalHold() if moves.held_by == command.by:
            raise HoldNeedsSecondPerson
        case _:
            pass
    event = _EVENT_OF[type(command)]
    return [event(**{name: getattr(command, name) for name in type(command).model_fields})]


_EVENT_OF: Mapping[type[CaseCommand], type[CaseActEvent]] = dict(zip(MOVING_COMMANDS, MOVING_EVENTS, strict=True))


def evolve(moves: Moves, event: CaseActEvent) -> Moves:
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
