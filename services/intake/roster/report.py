"""What became of a bundle, for people and machines: numbers by school and part, what was refused, and each row that was set aside with its mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from pydantic import BaseModel

from services.intake.domain.imports import IMPORTS, STREAM, PartChanged, PartRefused, RosterImported, RosterRowsSetAside, RowSetAside
from services.intake.roster.known import KnownSchool, read_known_schools
from services.intake.roster.planning import Plan
from services.intake.roster.reasons import SENTENCES, Reason, Sentence, SetAside
from services.intake.roster.refusing import Accepted
from shared.decider import load
from shared.errors import NotFound
from shared.eventstore.projection import Projection
from shared.eventstore.store import EventStore


class QuarantinedRow(RowSetAside):
    sentence: Sentence


class Named(BaseModel):
    """A school as people call it."""

    npsn: str | None
    name: str


class Changed(PartChanged, Named):
    pass


class NotApplied(PartRefused, Named):
    sentence: Sentence


class ImportReport(BaseModel):
    """What became of a bundle; of a dry run, what would."""

    dry_run: bool = False
    applied: int
    unchanged: int
    left: int
    schools: int
    parts: list[Changed]
    refused: list[NotApplied]
    quarantined: list[QuarantinedRow]


class LastImport(ImportReport):
    """at: when it ended. actor: who brought it."""

    at: datetime
    actor: str
    accepted: list[str]


def imported(made: Plan, registered: int, accept: Accepted) -> RosterImported:
    """The event of an import. registered: people who were really stored."""
    return RosterImported(
        schools=len(made.schools),
        applied=registered,
        unchanged=made.total("unchanged"),
        left=made.left,
        parts=tuple(
            PartChanged.model_validate({"school": school, "part": part, **counter})
            for (school, part), counter in sorted(made.counts.items())
            if any(counter.values())
        ),
        refused=tuple(
            PartRefused(school=each.school, part=each.part, reason=each.reason, lost=each.lost, of=each.of)
            for each in sorted(made.refused, key=lambda each: each.group)
        ),
        accepted=("*",) if accept.everything else tuple(sorted(":".join(group) for group in accept.groups)),
    )


def set_aside_rows(rows: Sequence[SetAside]) -> tuple[RowSetAside, ...]:
    """As they are kept: without the person."""
    return tuple(RowSetAside(file=each.file, row=each.row, field=each.field, reason=each.reason) for each in rows)


def report(told: RosterImported, rows: Sequence[RowSetAside], schools: Mapping[str, KnownSchool], *, dry_run: bool = False) -> ImportReport:
    """schools: by our ids."""
    return ImportReport(
        dry_run=dry_run,
        applied=told.applied,
        unchanged=told.unchanged,
        left=told.left,
        schools=told.schools,
        parts=[Changed(**each.model_dump(), **_named(each.school, schools)) for each in told.parts],
        refused=[NotApplied(**each.model_dump(), **_named(each.school, schools), sentence=sentence_of(each.reason)) for each in told.refused],
        quarantined=[QuarantinedRow(**each.model_dump(), sentence=sentence_of(each.reason)) for each in rows],
    )


async def last_import(store: EventStore, directory: Projection) -> LastImport:
    """The last import that changed or left anything. Raises: NotFound: there was none. StillBuilding."""
    state = (await load(store, IMPORTS, STREAM)).state
    recorded = await store.read_stream(STREAM, after=state.begun, until_version=state.ended)
    if not recorded:
        raise NotFound("no roster has been imported yet: use `./tanggap roster import`")
    events, end = IMPORTS.codec.decode_many(recorded), recorded[-1]
    rows = [row for event in events if isinstance(event, RosterRowsSetAside) for row in event.rows]
    told = events[-1]
    assert isinstance(told, RosterImported)
    whole = report(told, rows, await read_known_schools(directory))
    return LastImport(**dict(whole), at=end.recorded_at, actor=end.actor, accepted=list(told.accepted))


def _named(school: str, schools: Mapping[str, KnownSchool]) -> dict[str, str | None]:
    known = schools.get(school)
    return {"npsn": known.npsn if known else None, "name": known.name if known else ""}


def sentence_of(reason: str) -> Sentence:
    """A code that an older release wrote has no sentence any more."""
    return SENTENCES.get(cast("Reason", reason), Sentence(id=reason, en=reason))
