"""Deciding about a confidential reporter's name over the whole case: two people, and never of one who gave none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.cases.domain.case.breaking import leader_of
from services.cases.domain.case.identity import (
    SHOWN_FOR,
    AskReporter,
    ConfirmReporter,
    NotKeptConfidential,
    ReporterAsked,
    ReporterConfirmed,
    SecondPersonReveals,
)
from services.cases.domain.case.opening import whose
from services.cases.domain.case.state import Case
from services.cases.domain.steps.act import Acts, act
from services.cases.domain.steps.activity import Activity
from services.cases.domain.steps.command import recorded
from services.cases.domain.steps.offer import Around, Known, offered
from services.cases.domain.steps.second import Second
from services.cases.domain.steps.tells import Notice, Tells
from shared.events import ReporterRevealed
from shared.message import Event
from shared.two_people import Proposal


def confidential(case: Case) -> list[str]:
    """Concerns whose reporter asked that nobody who reads the case is told who they are."""
    return list(dict.fromkeys(each.concern for each in case.told if each.reporter_kind == "confidential"))


def ask(command: AskReporter, case: Case) -> Sequence[Event]:
    """Raises: NotKeptConfidential."""
    if command.concern not in confidential(case):
        raise NotKeptConfidential
    return [recorded(ReporterAsked, command, leader=leader_of(command.staff, command.by, case))]


def _asked(command: ConfirmReporter, case: Case) -> Proposal | None:
    found = case.reveals.get(command.reveal)
    return Proposal(command.reveal, found.by) if found else None


def _is_confirmed(command: ConfirmReporter, case: Case) -> bool:
    return command.reveal in case.reveals and case.reveals[command.reveal].confirmed_at is not None


def _told(command: ConfirmReporter, case: Case) -> Sequence[Event]:
    """Intake shows the name, and tells the reporter."""
    found = case.reveals[command.reveal]
    return [
        ReporterRevealed(
            **whose(case),
            concern=found.concern,
            reveal=command.reveal,
            asked_by=found.by,
            by=command.by,
            ground=found.ground,
            at=command.at,
            until=command.at + SHOWN_FOR,
        )
    ]


def _concerns(case: Case, _: Around) -> Iterable[Known]:
    return [Known({"concern": each}) for each in confidential(case)]


def _reveals(case: Case, _: Around) -> Iterable[Known]:
    return [Known({"reveal": each}) for each in case.reveals]


def _leader(event: ReporterAsked, _: Activity | None) -> Iterable[str]:
    return (event.leader,) if event.leader else ()


def _asker(event: ReporterRevealed, _: Activity | None) -> Iterable[str]:
    return (event.asked_by,)


REVEALING: Acts[Case] = Acts(
    act(AskReporter, ReporterAsked, tells=Tells(Notice("reporter-asked", _leader)), offer=offered(known=_concerns)),
    act(
        ConfirmReporter,
        ReporterConfirmed,
        done=_is_confirmed,
        also=_told,
        offer=offered(known=_reveals),
        confirms=Second(_asked, SecondPersonReveals),
    ),
)
TELLS: Mapping[type[Event], Tells[Any]] = {ReporterRevealed: Tells(Notice("reporter-revealed", _asker))}
