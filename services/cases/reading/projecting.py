"""Filling the read models of cases, a batch of events at a time: rows are folded in memory and written with one statement a table."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from psycopg import sql

from services.cases.domain.case.stage import state_of
from services.cases.domain.casework import Casework
from services.cases.domain.steps.tells import Counts
from services.cases.domain.streams import CASE, GROUP, ROTA, activity_stream, case_of
from services.cases.reading.batch import Batch, Row, Told, opened
from services.cases.reading.changes import CHANGES
from services.cases.reading.expecting import EXPECTING
from services.cases.reading.named import NAMING, kept, named
from services.cases.reading.tables import known_cases, known_work, write
from shared.database import Connection
from shared.eventstore.filling import Project
from shared.eventstore.generations import answering
from shared.message import Recorded

VIEW = "case_list_v2"
TABLES = ("case_list_v1", "worklist_v1", "fact_v1", "strand_v1", "leave_v1")

LEAVES = sql.SQL(
    "SELECT school FROM leave_v1 WHERE generation = {} AND person = %(person)s AND clock_timestamp() BETWEEN away_from AND away_until"
).format(answering(VIEW))
"""The schools from which somebody is on leave now, as the look-up of posts asks for them."""

_STATE = ("closed", "merged", "waiting", "worked", "stage")
"""What a case's state follows from, so that the list shows what the case shows (domain/case/state.py)."""

_REFRESH = frozenset(
    {"urgency-decided", "student-matched", "student-unmatched", "merged-taken", "case-transfer-asked", "case-transferred"}
)  # fmt: skip

_CHANGES = {**CHANGES, **EXPECTING}


def projecting(casework: Casework) -> Project:
    """Fills the read models from what can be done in this service."""
    streams = (CASE, GROUP, ROTA, *(activity_stream(strategy.name, "") for strategy in casework.alone))
    counts, asked = casework.counts, casework.asked

    async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
        mine = [(event, orjson.loads(event.body)) for event in events if event.stream.startswith(streams)]
        known = await known_cases(connection, generation, {case_of(event.stream) for event, _ in mine if event.stream.startswith(CASE)})
        await _project(connection, generation, mine, Batch(known, counts, asked))

    return project


async def _project(connection: Connection, generation: int, mine: Sequence[tuple[Recorded, Told]], batch: Batch) -> None:
    """Applies a batch to a generation, in the transaction that moves its position."""
    batch.work.update(await known_work(connection, generation, _deadlines_moved(mine)))
    for event, told in mine:
        _apply(batch, event, told)
    await write(connection, generation, batch)


def _deadlines_moved(mine: Sequence[tuple[Recorded, Told]]) -> list[tuple[str, str]]:
    passed = [(event.stream[5:], told["key"]) for event, told in mine if event.type == "deadline-passed"]
    return passed + [(event.stream[5:], key) for event, told in mine if event.type == "deadlines-given" for key in told["keys"]]


def _apply(batch: Batch, event: Recorded, told: Told) -> None:
    if event.type == "duty-changed":
        _leave(batch, told)
    row = _row(batch, event, told)
    batch.facts += _facts(event, told, row["desk"] if row else "school", batch.counts.get(event.type))
    if row is None:
        return
    row["changed_at"], row["version"] = event.recorded_at, event.version
    batch.changed.add(row["case_id"])
    if event.type in _REFRESH:
        batch.refreshed.add(row["case_id"])
    if event.type in NAMING:
        _name(batch, row, told)
    change = _CHANGES.get(event.type)
    if change:
        change(batch, row, told)
    elif "activity" in told:
        row["worked"] = True
    row["state"] = state_of(**{name: row[name] for name in _STATE})
    holder = row["given"] or row["taken"]
    row["assignee"] = None if holder in row["absent"] or holder in row["named"] else holder


def _row(batch: Batch, event: Recorded, told: Told) -> Row | None:
    """The case's row; None for what is not a case."""
    if not event.stream.startswith("case-"):
        return None
    case_id = event.stream[5:]
    if event.type == "case-opened":
        batch.cases[case_id] = opened(case_id, event, told)
    return batch.cases.get(case_id)


def _facts(event: Recorded, told: Told, desk: str, counts: Counts | None) -> list[Row]:
    """What the reports count of an event. A transfer is two facts: the old school gave the case, the new one has it."""
    codes = _codes(counts, told)
    if codes is None:
        return []
    fact = {
        "position": event.position, "stream": event.stream, "school": event.school or "", "kind": event.type,
        "person": told.get("by") or event.actor, "happened_at": event.happened_at, "recorded_at": event.recorded_at, "codes": codes,
        "desk": desk,
    }  # fmt: skip
    return [fact, fact | {"kind": "case-received", "school": told["school"]}] if event.type == "case-transferred" else [fact]


def _codes(counts: Counts | None, told: Told) -> Row | None:
    """What the reports keep of an event: codes and numbers, never words. None where they keep nothing."""
    if counts is None:
        return None
    size = {counts.size_of: len(told[counts.size_of])} if counts.size_of else {}
    return {name: told.get(name) for name in counts.codes} | size


def _name(batch: Batch, row: Row, told: Told) -> None:
    """Whom a concern names and whom a conflict concerns finds the case in no list, until they may come near again."""
    row["naming"] = [*row["naming"], kept(told, row["student"])]
    now = named(row["naming"])
    if now != row["named"]:
        row["named"] = now
        batch.refreshed.add(row["case_id"])


def _leave(batch: Batch, told: Told) -> None:
    names = ("school", "person", "away_from", "away_until", "deputy")
    batch.leaves[told["school"], told["person"]] = {name: told[name] for name in names}
