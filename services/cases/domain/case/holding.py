"""A case is put on legal hold, and another person lifts it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from services.cases.domain.case.moves import Moves
from services.cases.domain.steps.about import About
from services.cases.domain.steps.act import act
from services.cases.domain.steps.command import ActEvent, Command
from shared.errors import Refused
from shared.message import Event
from shared.sealed import CaseText


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


class NoLegalHold(Refused):
    code = "no-legal-hold"
    indonesian = "Data kasus ini tidak sedang dikunci untuk proses hukum."
    english = "The case is under no legal hold."


class HoldNeedsSecondPerson(Refused):
    code = "hold-needs-second-person"
    indonesian = "Penahanan hukum dicabut oleh orang lain."
    english = "A legal hold is lifted by another person than who set it."


def _is_held(_: SetLegalHold, moves: Moves) -> bool:
    return moves.held_by is not None


def _lift(command: LiftLegalHold, moves: Moves, _: About) -> None:
    if moves.held_by is None:
        raise NoLegalHold
    if moves.held_by == command.by:
        raise HoldNeedsSecondPerson


ROWS = (act(SetLegalHold, LegalHoldSet, done=_is_held), act(LiftLegalHold, LegalHoldLifted, _lift))


def evolve(moves: Moves, event: Event) -> Moves:
    """The moves after an event of this file; any other changes nothing."""
    match event:
        case LegalHoldSet(by=by):
            return replace(moves, held_by=by)
        case LegalHoldLifted():
            return replace(moves, held_by=None)
        case _:
            return moves
