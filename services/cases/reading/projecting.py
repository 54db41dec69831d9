"""Filling the read models of cases, a batch of events at a time: rows are folded in memory and written with one statement a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from psycopg import sql

from services.cases.domain.case.state import state_of
from services.cases.domain.case.transferring import RECEIPT
from services.cases.domain.casework import Casework
from services.cases.domain.steps.policy import most_urgent
from services.cases.domain.steps.tells import Counts
from services.cases.domain.streams import CASE, GROUP, ROTA, activity_stream, case_of
from services.cases.reading.named import NAMING, kept, named
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

Row = dict[str, Any]
Told = dict[str, Any]

_COLUMNS = (
    "case_id", "school", "student", "state", "urgency", "assignee", "acknowledged_by", "acknowledge_by", "named", "desk", "opened_at",
    "changed_at", "version", "closed", "merged", "waiting", "worked", "stage", "given", "taken", "naming", "absent", "student_at", "asked_of",
)  # fmt: skip
_WORK_COLUMNS = ("case_id", "key", "what", "school", "owner", "student", "urgency", "expected_at", "due", "step", "desk", "named", "asked")
_STATE = ("closed", "merged", "waiting", "worked", "stage")
"""What a case's state follows from, so that the list shows what the case shows (domain/case/state.py)."""


@dataclass
class Batch:
    """What a batch of events changes.

    counts: what the reports keep, by event type. asked: codes of what people are asked for by name. work: rows by (case, key), None for one that is
    gone. refreshed: cases whose school, level, student, desk or named people changed, so that what is expected of them moves along. past_school:
    cases that came to the district's desk. leaves: who is away from a school, by school and person. ownerless: cases that came to another school,
    so that what is expected waits for nobody by name.
    """

    cases: dict[str, Row]
    counts: Mapping[str, Counts] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    work: dict[tuple[str, str], Row | None] = field(default_factory=dict)
    facts: list[Row] = field(default_factory=list)
    strands: list[Row] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    refreshed: set[str] = field(default_factory=set)
    past_school: set[str] = field(default_factory=set)
    leaves: dict[tuple[str, str], Row] = field(default_factory=dict)
    ownerless: set[str] = field(default_factory=set)


def projecting(casework: Casework) -> Project:
    """Fills the read models from what can be done in this service."""
    streams = (CASE, GROUP, ROTA, *(activity_stream(strategy.name, "") for strategy in casework.alone))
    counts, asked = casework.counts, casework.asked

    async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
        mine = [(event, orjson.loads(event.body)) for event in events if event.stream.startswith(streams)]
        known = await _known_cases(connection, generation, {case_of(event.stream) for event, _ in mine if event.stream.startswith(CASE)})
        await _project(connection, generation, mine, Batch(known, counts, asked))

    return project


async def _project(connection: Connection, generation: int, mine: Sequence[tuple[Recorded, Told]], batch: Batch) -> None:
    """Applies a batch to a generation, in the transaction that moves its position."""
    batch.work.update(await _known_work(connection, generation, _deadlines_moved(mine)))
    for event, told in mine:
        _apply(batch, event, told)
    await _write(connection, generation, batch)


def _deadlines_moved(mine: Sequence[tuple[Recorded, Told]]) -> list[tuple[str, str]]:
    passed = [(event.stream[5:], told["key"]) for event, told in mine if event.type == "deadline-passed"]
    return passed + [(event.stream[5:], key) for event, told in mine if event.type == "deadlines-given" for key in told["keys"]]


async def _known_cases(connection: Connection, generation: int, cases: set[str]) -> dict[str, Row]:
    rows = await (await connection.execute(_CASES, (generation, list(cases)))).fetchall() if cases else []
    return {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in rows}


async def _known_work(connection: Connection, generation: int, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row | None]:
    if not keys:
        return {}
    rows = await (await connection.execute(_WORK, (generation, [case for case, _ in keys], [key for _, key in keys]))).fetchall()
    return {(row[0], row[1]): dict(zip(_WORK_COLUMNS, row, strict=True)) for row in rows}


# folding -----------------------------------------------------------------------------------------------------------


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
        batch.cases[case_id] = _opened(case_id, event, told)
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


def _opened(case_id: str, event: Recorded, told: Told) -> Row:
    return {
        "case_id": case_id, "school": told["school"], "student": told["student"], "state": "opened", "urgency": "low", "assignee": None,
        "acknowledged_by": None, "acknowledge_by": None, "named": [], "desk": "school", "opened_at": event.recorded_at,
        "changed_at": event.recorded_at, "version": event.version, "closed": False, "merged": False, "waiting": False, "worked": False,
        "stage": "opened", "given": None, "taken": None, "naming": [], "absent": [], "student_at": None, "asked_of": None,
    }  # fmt: skip


def _strand(batch: Batch, row: Row, told: Told) -> None:
    concern = told["concern"]
    _at_its_desk(batch, row, concern)
    batch.strands.append({"concern": concern["concern"], "case_id": row["case_id"], "role": concern["role"]})


def _continued(batch: Batch, row: Row, told: Told) -> None:
    """It may have come from a case that rests in this one, so its desk is this one's from now on."""
    _at_its_desk(batch, row, told["concern"])


def _at_its_desk(batch: Batch, row: Row, concern: Told) -> None:
    if concern["desk"] == "district":
        _past_school(batch, row)


def _past_school(batch: Batch, row: Row) -> None:
    if row["desk"] == "school":
        row["desk"] = "district"
        batch.refreshed.add(row["case_id"])
        batch.past_school.add(row["case_id"])


def _triaged(_: Batch, row: Row, told: Told) -> None:
    due = datetime.fromisoformat(told["acknowledge_by"])
    row["acknowledge_by"] = min(row["acknowledge_by"] or due, due)


def _set(**values: Callable[[Told], Any]) -> Callable[[Batch, Row, Told], None]:
    def change(_: Batch, row: Row, told: Told) -> None:
        row.update({name: value(told) for name, value in values.items()})

    return change


def _acknowledged(_: Batch, row: Row, told: Told) -> None:
    """As the case itself has it (folding.py): a case without an owner becomes theirs. At the school where the student is now, while the case is at
    another one, it becomes nobody else's.
    """
    if told["school"] != row["school"]:
        row["acknowledged_by"] = row["acknowledged_by"] or told["by"]
        return
    given = row["given"] if row["assignee"] else None
    row.update(acknowledged_by=told["by"], taken=told["by"], given=given)
    _there(row, told["by"])


def _given(_: Batch, row: Row, told: Told) -> None:
    row.update(given=told["to"], taken=None)
    _there(row, told["to"])


def _there(row: Row, person: str) -> None:
    row["absent"] = [each for each in row["absent"] if each != person]


def _leave(batch: Batch, told: Told) -> None:
    names = ("school", "person", "away_from", "away_until", "deputy")
    batch.leaves[told["school"], told["person"]] = {name: told[name] for name in names}


def _assessed(_: Batch, row: Row, __: Told) -> None:
    row["stage"] = "assessed" if row["stage"] == "opened" else row["stage"]


def _deadlines_set(batch: Batch, row: Row, told: Told) -> None:
    for each in told["deadlines"]:
        batch.work[row["case_id"], each["key"]] = {
            "case_id": row["case_id"], "key": each["key"], "what": each["what"], "school": _of_school(row, each["what"]), "owner": each["owner"],
            "student": row["student"], "urgency": row["urgency"], "expected_at": each["due"], "due": each["due"], "step": 0,
            "desk": row["desk"], "named": row["named"], "asked": each["what"] in batch.asked,
        }  # fmt: skip


def _of_school(row: Row, what: str) -> str:
    """Of which school something is expected: a receipt of the one that was asked, all else of the one that has the case."""
    asked: str | None = row["asked_of"]
    return asked if what == RECEIPT and asked else str(row["school"])


def _deadlines_met(batch: Batch, row: Row, told: Told) -> None:
    for key in told["keys"]:
        batch.work[row["case_id"], key] = None


def _deadlines_given(batch: Batch, row: Row, told: Told) -> None:
    for key in told["keys"]:
        known = batch.work.get((row["case_id"], key))
        if known:
            known["owner"] = told["owner"]


def _deadline_passed(batch: Batch, row: Row, told: Told) -> None:
    known = batch.work.get((row["case_id"], told["key"]))
    if known:
        known.update(due=told["next_due"], step=told["step"] + 1)


def _name(batch: Batch, row: Row, told: Told) -> None:
    """Whom a concern names and whom a conflict concerns finds the case in no list, until they may come near again."""
    row["naming"] = [*row["naming"], kept(told, row["student"])]
    now = named(row["naming"])
    if now != row["named"]:
        row["named"] = now
        batch.refreshed.add(row["case_id"])


def _left_behind(_: Batch, row: Row, told: Told) -> None:
    """Whoever is suspended for a conflict cannot go on."""
    _gone(row, told["left_by"])
    row.update({name: None for name in ("given", "taken") if row[name] == told["left_by"]})


def _gone(row: Row, person: str) -> None:
    row["absent"] = sorted({*row["absent"], person})


def _student_moved(_: Batch, row: Row, told: Told) -> None:
    row["student_at"] = told["school"] if told["school"] != row["school"] else None


def _transferred(batch: Batch, row: Row, told: Told) -> None:
    """What is expected waits for nobody of the old school."""
    there = row["student_at"] if row["student_at"] != told["school"] else None
    row.update(school=told["school"], given=None, taken=None, acknowledged_by=None, asked_of=None, student_at=there)
    batch.ownerless.add(row["case_id"])
    for (case, _), work in batch.work.items():
        if work and case == row["case_id"]:
            work["owner"] = None


def _taken(batch: Batch, row: Row, told: Told) -> None:
    """The merged case's level holds where it is the higher one. The first version said nothing of it."""
    takes = told.get("takes") or _NOTHING_TAKEN
    row["urgency"] = most_urgent(row["urgency"], takes["urgency"])
    if takes["desk"] == "district":
        _past_school(batch, row)


_NOTHING_TAKEN: Told = {"urgency": "low", "desk": "school"}


_CHANGES: Mapping[str, Callable[[Batch, Row, Told], None]] = {
    "case-brought-in": _set(worked=lambda _: True, stage=lambda _: "planned", opened_at=lambda told: told["at"]),
    "strand-added": _strand,
    "strand-continued": _continued,
    "case-triaged": _triaged,
    "urgency-decided": _set(urgency=lambda told: told["urgency"]),
    "case-acknowledged": _acknowledged,
    "case-assigned": _given,
    "case-handed-over": _given,
    "owner-gone": lambda _, row, told: _gone(row, told["person"]),
    "owner-back": lambda _, row, told: _there(row, told["person"]),
    "student-matched": _set(student=lambda told: told["student"]),
    "student-unmatched": _set(student=lambda _: None, student_at=lambda _: None),
    "student-moved": _student_moved,
    "case-assessed": _assessed,
    "case-planned": _set(stage=lambda _: "planned"),
    "case-waiting": _set(waiting=lambda _: True),
    "case-resumed": _set(waiting=lambda _: False),
    "case-merged": _set(merged=lambda _: True),
    "case-unmerged": _set(merged=lambda _: False),
    "merged-taken": _taken,
    "case-transfer-asked": _set(asked_of=lambda told: told["to"]),
    "transfer-declined": _set(asked_of=lambda _: None),
    "transfer-withdrawn": _set(asked_of=lambda _: None),
    "case-transferred": _transferred,
    "case-closed": _set(closed=lambda _: True),
    "case-reopened": _set(closed=lambda _: False),
    "referral-drafted": _set(worked=lambda _: True),
    "member-noted": _set(worked=lambda _: True),
    "deadlines-set": _deadlines_set,
    "deadlines-met": _deadlines_met,
    "deadlines-given": _deadlines_given,
    "deadline-passed": _deadline_passed,
    "work-left-behind": _left_behind,
    "glass-broken": lambda *_: None,
}

_REFRESH = frozenset(
    {"urgency-decided", "student-matched", "student-unmatched", "merged-taken", "case-transfer-asked", "case-transferred"}
)  # fmt: skip


def _codes(counts: Counts | None, told: Told) -> Row | None:
    """What the reports keep of an event: codes and numbers, never words. None where they keep nothing."""
    if counts is None:
        return None
    size = {counts.size_of: len(told[counts.size_of])} if counts.size_of else {}
    return {name: told.get(name) for name in counts.codes} | size


# writing -----------------------------------------------------------------------------------------------------------


def _list(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _updated(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in columns)


def _insert(table: str, conflict: sql.Composable) -> sql.Composed:
    """Takes two JSON texts: the fields that all rows share, and the rows."""
    query = "INSERT INTO {0} SELECT * FROM json_populate_recordset(json_populate_record(NULL::{0}, %s::json), %s::json) ON CONFLICT {1}"
    return sql.SQL(query).format(sql.Identifier(table), conflict)


_CASES = sql.SQL("SELECT {} FROM case_list_v1 WHERE generation = %s AND case_id = ANY (%s)").format(_list(_COLUMNS))
_WORK = sql.SQL(
    "SELECT {} FROM worklist_v1 WHERE generation = %s AND (case_id, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
).format(_list(_WORK_COLUMNS))  # fmt: skip
_KEEP_CASES = _insert("case_list_v1", sql.SQL("(generation, case_id) DO UPDATE SET {}").format(_updated(_COLUMNS[1:])))
_KEEP_WORK = _insert("worklist_v1", sql.SQL("(generation, case_id, key) DO UPDATE SET {}").format(_updated(("owner", "expected_at", "due", "step"))))
_KEEP_LEAVES = _insert("leave_v1", sql.SQL("(generation, school, person) DO UPDATE SET {}").format(_updated(("away_from", "away_until", "deputy"))))
_KEEP_FACTS, _KEEP_STRANDS = (_insert(table, sql.SQL("DO NOTHING")) for table in ("fact_v1", "strand_v1"))
_WORK_GONE = "DELETE FROM worklist_v1 WHERE generation = %s AND (case_id, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
_WORK_MOVED = (
    "UPDATE worklist_v1 w SET school = c.of_school, urgency = c.urgency, student = c.student, desk = c.desk, named = c.named FROM ("
    " SELECT w.key, c.*, CASE w.what WHEN 'transfer-receipt' THEN coalesce(c.asked_of, c.school) ELSE c.school END AS of_school"
    " FROM worklist_v1 w JOIN case_list_v1 c USING (generation, case_id) WHERE c.generation = %s AND c.case_id = ANY (%s)) c"
    " WHERE w.generation = c.generation AND w.case_id = c.case_id AND w.key = c.key"
    " AND (w.school, w.urgency, w.student, w.desk, w.named) IS DISTINCT FROM (c.of_school, c.urgency, c.student, c.desk, c.named)"
)
_WORK_OF_NOBODY = "UPDATE worklist_v1 SET owner = NULL WHERE generation = %s AND case_id = ANY (%s) AND owner IS NOT NULL"
_FACTS_PAST_SCHOOL = "UPDATE fact_v1 SET desk = 'district' WHERE generation = %s AND desk = 'school' AND stream = ANY (%s)"


async def _write(connection: Connection, generation: int, batch: Batch) -> None:
    await _keep(connection, _KEEP_CASES, generation, [batch.cases[case] for case in batch.changed])
    gone = [key for key, row in batch.work.items() if row is None]
    if gone:
        await connection.execute(_WORK_GONE, (generation, [case for case, _ in gone], [key for _, key in gone]))
    if batch.ownerless:
        await connection.execute(_WORK_OF_NOBODY, (generation, list(batch.ownerless)))
    await _keep(connection, _KEEP_WORK, generation, [row for row in batch.work.values() if row])
    if batch.refreshed:
        await connection.execute(_WORK_MOVED, (generation, list(batch.refreshed)))
    await _write_facts(connection, generation, batch)
    await _keep(connection, _KEEP_STRANDS, generation, batch.strands)
    await _keep(connection, _KEEP_LEAVES, generation, list(batch.leaves.values()))


async def _write_facts(connection: Connection, generation: int, batch: Batch) -> None:
    """Also what was done before a case came to the district's desk; only a case that is older than the batch has facts in the table."""
    past = {f"case-{case}" for case in batch.past_school}
    facts = [fact | {"desk": "district"} if fact["stream"] in past else fact for fact in batch.facts]
    await _keep(connection, _KEEP_FACTS, generation, facts)
    older = past - {fact["stream"] for fact in facts if fact["kind"] == "case-opened"}
    if older:
        await connection.execute(_FACTS_PAST_SCHOOL, (generation, list(older)))


async def _keep(connection: Connection, query: sql.Composed, generation: int, rows: Sequence[Row]) -> None:
    if rows:
        await connection.execute(query, (orjson.dumps({"generation": generation}).decode(), orjson.dumps(rows).decode()))
