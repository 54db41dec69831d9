"""A case goes to another school, with a receipt (domain page, "People come and go").

Asked, received, declined with a reason, withdrawn with a reason. Until the receipt the old school remains responsible. The school where the student
is now may ask for the case; the school that has it may keep it, with a reason.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.case.moves import Asked, Elsewhere, Moves
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import act
from services.cases.domain.steps.activity import Expected
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.filled import Filled, PolicyNow, TwoSchoolDaysLater
from services.cases.domain.steps.named import NamesSchool
from services.cases.domain.steps.offer import offered
from services.cases.domain.steps.tells import counted
from shared.errors import Refused
from shared.message import Event
from shared.sealed import CaseText

RECEIPT = "transfer-receipt"
"""What is expected of the school that was asked; all else is expected of the one that has the case."""


class TransferCase(Command, called="transfer-case", permission="charge"):
    """to: another school of the district. receipt_by: until when it must say that it has the case."""

    to: Annotated[str, NamesSchool()]
    reason: CaseText
    receipt_by: TwoSchoolDaysLater


class CaseTransferAsked(ActEvent):
    type: Literal["case-transfer-asked"] = "case-transfer-asked"
    version: Literal[1] = 1
    to: str
    reason: CaseText
    receipt_by: datetime


class ReceiveTransfer(Command, called="receive-transfer", permission="receipt"):
    """By somebody of the receiving school: from now on the case is theirs. policy: for the clock of whoever takes it in hand there."""

    school: Annotated[str, Filled("receiving-school")]
    policy: PolicyNow


class CaseTransferred(ActEvent):
    type: Literal["case-transferred"] = "case-transferred"
    version: Literal[1] = 1
    school: str


class DeclineTransfer(Command, called="decline-transfer", permission="receipt"):
    """By somebody of the school that was asked to take the case. reason: why not."""

    school: Annotated[str, Filled("receiving-school")]
    reason: CaseText


class TransferDeclined(ActEvent):
    type: Literal["transfer-declined"] = "transfer-declined"
    version: Literal[1] = 1
    school: str
    reason: CaseText


class WithdrawTransfer(Command, called="withdraw-transfer", permission="charge"):
    """By the school that has the case. reason: why it stays, for example because the family does."""

    reason: CaseText


class TransferWithdrawn(ActEvent):
    type: Literal["transfer-withdrawn"] = "transfer-withdrawn"
    version: Literal[1] = 1
    reason: CaseText


class AskForCase(Command, called="ask-for-case", permission="receipt"):
    """By somebody of the school where the student is now. answer_by: until when the other school transfers the case, or says why not."""

    school: Annotated[str, Filled("student-school")]
    answer_by: TwoSchoolDaysLater


class CaseAskedFor(ActEvent):
    type: Literal["case-asked-for"] = "case-asked-for"
    version: Literal[1] = 1
    school: str
    answer_by: AwareDatetime


class KeepCase(Command, called="keep-case", permission="charge"):
    """The case stays where it is, although the roster has its student elsewhere or no more. reason: why."""

    reason: CaseText


class CaseKept(ActEvent):
    type: Literal["case-kept"] = "case-kept"
    version: Literal[1] = 1
    reason: CaseText


class StudentMoved(Event):
    """The roster has the student at another school than before.

    school: None where it has them no more. settle_by: until when the case is transferred, kept or closed.
    """

    type: Literal["student-moved"] = "student-moved"
    version: Literal[1] = 1
    school: str | None
    at: AwareDatetime
    settle_by: AwareDatetime


class NotAskedForTransfer(Refused):
    code = "not-asked-for-transfer"
    indonesian = "Tidak ada pemindahan yang menunggu tanda terima dari sekolah ini."
    english = "No transfer waits for this school's receipt."


class NoTransferWaits(Refused):
    code = "no-transfer-waits"
    indonesian = "Tidak ada pemindahan yang menunggu tanda terima: tidak ada yang dapat ditarik kembali."
    english = "No transfer waits for its receipt, so there is nothing to withdraw."


class AlreadyThere(Refused):
    code = "already-there"
    indonesian = "Kasus ini sudah berada di sekolah itu."
    english = "The case is at that school already."


class TransferWaiting(Refused):
    code = "transfer-waiting"
    indonesian = "Pemindahan kasus masih menunggu tanda terima: tunggu, atau tarik kembali pemindahannya."
    english = "A transfer of the case still waits for its receipt: wait for it, or withdraw the transfer."


class StudentNotThere(Refused):
    code = "student-not-there"
    indonesian = "Murid kasus ini tidak tercatat di sekolah Anda: yang meminta kasus adalah sekolah tempat murid sekarang."
    english = "The roster does not have this student at your school: the school where the student is now asks for the case."


class NothingToSettle(Refused):
    code = "nothing-to-settle"
    indonesian = "Tidak ada yang meminta kasus ini dipindahkan."
    english = "Nobody asks for this case to be transferred."


def _transfer(command: TransferCase, moves: Moves, about: About) -> None:
    if command.to == about.school:
        raise AlreadyThere
    if moves.asked and moves.asked.to != command.to:
        raise TransferWaiting


def _is_asked(command: TransferCase, moves: Moves) -> bool:
    return moves.asked is not None and moves.asked.to == command.to


def _waits_here(command: ReceiveTransfer | DeclineTransfer, moves: Moves, _: About) -> None:
    if moves.asked is None or moves.asked.to != command.school:
        raise NotAskedForTransfer


def _withdraw(_: WithdrawTransfer, moves: Moves, __: About) -> None:
    if moves.asked is None:
        raise NoTransferWaits


def _ask_for(command: AskForCase, moves: Moves, about: About) -> None:
    if command.school == about.school:
        raise AlreadyThere
    if not command.school or moves.student is None or moves.student.school != command.school:
        raise StudentNotThere


def _is_wanted(command: AskForCase, moves: Moves) -> bool:
    return moves.asked is not None and moves.asked.to == command.school


def _keep(_: KeepCase, moves: Moves, __: About) -> None:
    if moves.settle_by is None:
        raise NothingToSettle


ROWS = (
    act(TransferCase, CaseTransferAsked, _transfer, done=_is_asked, offer=offered("transfer leaving")),
    act(ReceiveTransfer, CaseTransferred, _waits_here, tells=counted(), offer=offered(RECEIPT)),
    act(DeclineTransfer, TransferDeclined, _waits_here, tells=counted(), offer=offered(RECEIPT)),
    act(WithdrawTransfer, TransferWithdrawn, _withdraw, tells=counted(), offer=offered(RECEIPT)),
    act(AskForCase, CaseAskedFor, _ask_for, done=_is_wanted),
    act(KeepCase, CaseKept, _keep, offer=offered("transfer leaving")),
)


def evolve(moves: Moves, event: Event) -> Moves:
    """The moves after an event of this file; any other changes nothing."""
    match event:
        case CaseTransferAsked():
            return replace(moves, asked=Asked(event.act, event.to, event.by, event.receipt_by))
        case CaseTransferred(school=school):
            return _received(moves, school)
        case TransferDeclined():
            return replace(moves, asked=None)
        case TransferWithdrawn():
            return replace(moves, asked=None, settle_by=None)
        case CaseAskedFor():
            return replace(moves, wanted_by=event.by, settle_by=moves.settle_by or event.answer_by)
        case CaseKept():
            return replace(moves, settle_by=None, wanted_by=None)
        case StudentMoved(school=school):
            return replace(moves, student=Elsewhere(school, event.at), given_by=frozenset(), wanted_by=None, settle_by=event.settle_by)
        case _:
            return moves


def _received(moves: Moves, school: str) -> Moves:
    """The new school has it. Nothing is to be settled where that is the student's; else the roster may only be late."""
    there = moves.student is None or moves.student.school == school
    return replace(
        moves, asked=None, schools=(*moves.schools, school), wanted_by=None, settle_by=None, student=None if there else moves.student
    )  # fmt: skip


def expected(moves: Moves, school: str, owner: str | None) -> list[Expected]:
    """A receipt of the school that was asked; else, of the case's owner, that the case of a student who is elsewhere is settled.

    school: whose the case is.
    """
    if moves.asked:
        return [Expected(f"transfer/{moves.asked.act}", RECEIPT, moves.asked.receipt_by, None)]
    student, by = moves.student, moves.settle_by
    if student is None or by is None or student.school == school:
        return []
    return [Expected(f"{what}/{student.at.isoformat()}", what, by, owner) for what in ("transfer" if student.school else "leaving",)]
