"""A confidential reporter's name, opened by two people of the case: to whom, why, and until when; the reporter reads it too (ADR 59)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from shared.events import RevealGround
from shared.message import Event, Fact


class NoteOpened(Fact):
    """Two people agreed in the case. reveal: the act by which the first asked. to: who asked. by: who confirmed."""

    reveal: str
    to: str
    by: str
    ground: RevealGround
    at: datetime
    until: datetime


class ShowName(Fact):
    """Somebody who was let looks at it now."""

    by: str
    at: datetime


class ReporterNameOpened(Event):
    """It may be looked at."""

    type: Literal["reporter-name-opened"] = "reporter-name-opened"
    version: Literal[1] = 1
    reveal: str
    to: str
    by: str
    ground: RevealGround
    at: datetime
    until: datetime


class ReporterNameShown(Event):
    """It was looked at."""

    type: Literal["reporter-name-shown"] = "reporter-name-shown"
    version: Literal[1] = 1
    reveal: str
    by: str


Revealed = ReporterNameOpened | ReporterNameShown


def note_opened(command: NoteOpened, opened: Sequence[ReporterNameOpened]) -> Sequence[Revealed]:
    """Once for each."""
    known = any(each.reveal == command.reveal for each in opened)
    return [] if known else [ReporterNameOpened(**command.model_dump())]


def open_to(person: str, at: datetime, opened: Sequence[ReporterNameOpened]) -> ReporterNameOpened | None:
    """By which this person may look at this moment."""
    return next((each for each in opened if each.to == person and each.at <= at <= each.until), None)


def shown(command: ShowName, opened: Sequence[ReporterNameOpened]) -> Sequence[Revealed]:
    """Each look is kept; nothing where nobody let them look."""
    found = open_to(command.by, command.at, opened)
    return [ReporterNameShown(reveal=found.reveal, by=command.by)] if found else []
