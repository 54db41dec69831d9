"""The tables of the read models of cases: what a batch begins with, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from psycopg import sql

from services.cases.reading.batch import COLUMNS, WORK_COLUMNS, Batch, Row
from shared.database import Connection


def _list(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _updated(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in columns)


def _insert(table: str, conflict: sql.Composable) -> sql.Composed:
    """Takes two JSON texts: the fields that all rows share, and the rows."""
    query = "INSERT INTO {0} SELECT * FROM json_populate_recordset(json_populate_record(NULL::{0}, %s::json), %s::json) ON CONFLICT {1}"
    return sql.SQL(query).format(sql.Identifier(table), conflict)


_CASES = sql.SQL("SELECT {} FROM case_list_v1 WHERE generation = %s AND case_id = ANY (%s)").format(_list(COLUMNS))
_WORK = sql.SQL(
    "SELECT {} FROM worklist_v1 WHERE generation = %s AND (case_id, key) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
).format(_list(WORK_COLUMNS))  # fmt: skip
_KEEP_CASES = _insert("case_list_v1", sql.SQL("(generation, case_id) DO UPDATE SET {}").format(_updated(COLUMNS[1:])))
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


async def known_cases(connection: Connection, generation: int, cases: set[str]) -> dict[str, Row]:
    """The rows of these cases, by case."""
    rows = await (await connection.execute(_CASES, (generation, list(cases)))).fetchall() if cases else []
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in rows}


async def known_work(connection: Connection, generation: int, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row | None]:
    """What is expected, by case and key."""
    if not keys:
        return {}
    rows = await (await connection.execute(_WORK, (generation, [case for case, _ in keys], [key for _, key in keys]))).fetchall()
    return {(row[0], row[1]): dict(zip(WORK_COLUMNS, row, strict=True)) for row in rows}


async def write(connection: Connection, generation: int, batch: Batch) -> None:
    """Writes a batch with one statement a table."""
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
