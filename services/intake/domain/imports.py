"""Imports of the roster: what each one changed, refused and set aside, and which losses somebody accepted. Places and reasons, never content.

All imports of a service stand in one stream. One that changed and set aside nothing is recorded only where the last one left something open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from pydantic import BaseModel, ConfigDict

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

STREAM = "roster-imports"

AT_ONCE = 1000
"""Rows in one event."""


class RowSetAside(BaseModel):
    """row: as a person counts in the file; the header is row 1. field: the column, or empty for the whole row. reason: a stable code."""

    model_config = ConfigDict(frozen=True)

    file: str
    row: int
    field: str
    reason: str


class PartChanged(BaseModel):
    """How many of a school's students, staff, guardians or classes changed, and how."""

    model_config = ConfigDict(frozen=True)

    school: str
    part: str
    added: int = 0
    changed: int = 0
    moved: int = 0
    left: int = 0
    unchanged: int = 0
    set_aside: int = 0
    refused: int = 0


class PartRefused(BaseModel):
    """lost: how many would have been. of: how many there were."""

    model_config = ConfigDict(frozen=True)

    school: str
    part: str
    reason: str
    lost: int
    of: int


class RosterRowsSetAside(Event):
    """Rows that the import recorded next did not take."""

    type: Literal["roster-rows-set-aside"] = "roster-rows-set-aside"
    version: Literal[1] = 1
    rows: tuple[RowSetAside, ...]


class RosterImported(Event):
    """An import's end. accepted: the losses that were accepted beforehand, as `<school>:<part>`, or `*` for all."""

    type: Literal["roster-imported"] = "roster-imported"
    version: Literal[1] = 1
    schools: int
    applied: int
    unchanged: int
    left: int
    parts: tuple[PartChanged, ...]
    refused: tuple[PartRefused, ...]
    accepted: tuple[str, ...]


class RecordImport(Fact):
    """An import has ended."""

    imported: RosterImported
    rows: tuple[RowSetAside, ...]


ImportEvent = RosterRowsSetAside | RosterImported


@dataclass(frozen=True, slots=True)
class Imports:
    """seen: events so far. begun: how many there were before the last import. clean: whether the last import left nothing open."""

    seen: int = 0
    begun: int = 0
    ended: int = 0
    clean: bool = True


def evolve(imports: Imports, event: ImportEvent) -> Imports:
    seen = imports.seen + 1
    match event:
        case RosterRowsSetAside():
            return replace(imports, seen=seen)
        case RosterImported():
            return Imports(seen, begun=imports.ended, ended=seen, clean=not event.refused and imports.seen == imports.ended)
        case _:
            assert_never(event)


def decide(command: RecordImport, imports: Imports) -> Sequence[ImportEvent]:
    told = command.imported
    if imports.ended and imports.clean and not (told.applied or told.left or told.refused or command.rows):
        return []
    rows = (command.rows[place : place + AT_ONCE] for place in range(0, len(command.rows), AT_ONCE))
    return [*(RosterRowsSetAside(rows=chunk) for chunk in rows), told]


IMPORTS: Decider[RecordImport, Imports, ImportEvent] = Decider(Imports(), decide, evolve, EventCodec(RosterRowsSetAside, RosterImported))
