"""What passes between two schools about a case: both know at once that a transfer is asked, received, declined, withdrawn, wanted or kept back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from services.cases.domain.case.arriving import receive
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.state import Case
from services.cases.domain.case.transferring import AskForCase, DeclineTransfer, KeepCase, ReceiveTransfer, TransferCase, WithdrawTransfer
from services.cases.domain.case.whereabouts import school_told
from services.cases.domain.steps.command import Command
from shared.events import StaffMessage, StaffToBeTold
from shared.message import Event


def decide(command: Command, case: Case) -> Sequence[Event]:
    """The act, and who hears of it. Raises: a refusal by name."""
    said = receive(command, case) if isinstance(command, ReceiveTransfer) else MOVING.decide(command, case.moves, case.about)
    told = _TELLS[type(command)](command, case) if said else []
    return [*said, *(each for each in told if not isinstance(each, StaffToBeTold) or each.person not in (command.by, *case.named))]


def _asked(command: Command, case: Case) -> list[Event]:
    return [school_told(case, command.to, "transfer-asked")] if isinstance(command, TransferCase) else []


def _withdrawn(_: Command, case: Case) -> list[Event]:
    return [school_told(case, case.moves.asked.to, "transfer-withdrawn")] if case.moves.asked else []


def _asker(message: StaffMessage) -> Callable[[Command, Case], list[Event]]:
    """Whoever asked the other school for the receipt."""
    return lambda _, case: _person(case, case.moves.asked.by, message) if case.moves.asked else []


def _asked_for(_: Command, case: Case) -> list[Event]:
    return _person(case, case.owner, "case-asked-for") if case.owner else [school_told(case, case.school, "case-asked-for")]


def _kept(_: Command, case: Case) -> list[Event]:
    return _person(case, case.moves.wanted_by, "case-kept") if case.moves.wanted_by else []


def _person(case: Case, person: str, message: StaffMessage) -> list[Event]:
    return [StaffToBeTold(case=case.case or "", student=case.student, school=case.school, person=person, message=message)]


_TELLS: Mapping[type[Command], Callable[[Command, Case], list[Event]]] = {
    TransferCase: _asked,
    WithdrawTransfer: _withdrawn,
    ReceiveTransfer: _asker("transfer-received"),
    DeclineTransfer: _asker("transfer-declined"),
    AskForCase: _asked_for,
    KeepCase: _kept,
}

COMMANDS = tuple(_TELLS)
