"""A case is linked to another of the same incident, and its student turns out to be somebody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from services.cases.domain.case.merging import SameCase
from services.cases.domain.case.moves import Moves
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import act
from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.named import NamedBefore, NamesCase
from services.cases.domain.steps.offer import Around, Known, offered
from shared.errors import Refused
from shared.message import Event
from shared.sealed import CaseText


class LinkCase(Command, called="link-case", permission="charge"):
    """other: a case of the same incident; the link shows dates only."""

    other: Annotated[str, NamesCase()]


class CaseLinked(ActEvent):
    type: Literal["case-linked"] = "case-linked"
    version: Literal[1] = 1
    other: str


class UnmatchStudent(Command, called="unmatch-student", permission="charge"):
    """It was not this student."""

    student: Annotated[str, NamedBefore("the case's own student")]
    reason: CaseText


class StudentUnmatched(ActEvent):
    type: Literal["student-unmatched"] = "student-unmatched"
    version: Literal[1] = 1
    student: str
    reason: CaseText


class NotThisStudent(Refused):
    code = "not-this-student"
    indonesian = "Kasus ini tidak dicocokkan dengan murid itu."
    english = "The case is not matched with that student."


def _link(command: LinkCase, _: Moves, about: About) -> None:
    if command.other == about.case:
        raise SameCase


def _is_linked(command: LinkCase, moves: Moves) -> bool:
    return command.other in moves.linked


def _unmatch(command: UnmatchStudent, _: Moves, about: About) -> None:
    if command.student != about.student:
        raise NotThisStudent


def _student(_: Moves, around: Around) -> list[Known]:
    return [Known({"student": around.about.student})] if around.about.student else []


ROWS = (
    act(LinkCase, CaseLinked, _link, done=_is_linked),
    act(UnmatchStudent, StudentUnmatched, _unmatch, offer=offered(known=_student)),
)


def evolve(moves: Moves, event: Event) -> Moves:
    """The moves after an event of this file; any other changes nothing. Where an unidentified student is, nobody knows."""
    match event:
        case CaseLinked(other=other):
            return replace(moves, linked=moves.linked | {other})
        case StudentUnmatched():
            return replace(moves, student=None, given_by=frozenset(), wanted_by=None, settle_by=None)
        case _:
            return moves
