"""The generations of a read model: rows of one fold of the whole store, told apart by the column `generation` of its tables (decision 18).

One generation answers. Another may be built beside it from the first event on; when it is level, one transaction lets it answer and the old one
leave. Whoever reads asks in one snapshot which generation answers and for its rows, so nobody sees half of either, and what has left may be emptied
row by row while older snapshots still see it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, NamedTuple

from psycopg import sql

from shared.database import Acting, Connection

State = Literal["building", "answering", "leaving"]


class Generation(NamedTuple):
    """number: in the column `generation`. position: of the last event in it."""

    number: int
    position: int
    state: State


class Answering(NamedTuple):
    """What a reader's snapshot knows. number: of the generation that answers, None where none does. head: position of the store's last event."""

    number: int | None
    position: int
    head: int


def answering(view: str) -> sql.Composed:
    """The number of the generation that answers, to be put into a statement that does not say for whom it reads."""
    query = sql.SQL("(SELECT v.generation FROM view_checkpoint v WHERE v.view = {} AND v.state = 'answering')")
    return query.format(sql.Literal(view))


async def read_from(connection: Connection, view: str, schools: str, acting: Acting | None) -> Answering:
    """Begins a reader's snapshot, as the first statement of its transaction; row security shows the rows of these schools, or those that this part
    of the service's own work needs. Who says neither sees none.

    Every query in it has only the conditions that are asked for, so its plan is made once: making one takes longer than finding a page, and so does
    starting a second process for it.
    """
    await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    query = (
        "SELECT v.generation, coalesce(v.position, 0), head.position,"
        " set_config('tanggap.schools', %s, true), set_config('tanggap.acting_as', %s, true),"
        " set_config('plan_cache_mode', 'force_generic_plan', true), set_config('max_parallel_workers_per_gather', '0', true)"
        " FROM (SELECT coalesce(max(position), 0) AS position FROM event) head"
        " LEFT JOIN view_checkpoint v ON v.view = %s AND v.state = 'answering'"
    )
    (row,) = await (await connection.execute(query, (schools, acting or "", view))).fetchall()
    return Answering(*row[:3])


async def last_about(connection: Connection, after: int, ids: Sequence[str]) -> int:
    """The position of the last event behind a position that names one of these ids; 0 where none does. A body has an id as JSON writes it."""
    query = (
        "SELECT coalesce(max(position), 0) FROM event WHERE position > %s"
        " AND EXISTS (SELECT FROM unnest(%s::text[], %s::text[]) AS named (id, written) WHERE strpos(stream, id) > 0 OR strpos(body, written) > 0)"
    )
    written = [json.dumps(each, ensure_ascii=False)[1:-1] for each in ids]
    row = await (await connection.execute(query, (after, list(ids), written))).fetchone()
    return int(row[0]) if row else 0


async def current(connection: Connection, view: str) -> Generation:
    """The generation that answers; where none does, the one that is built; where there is none either, one is begun."""
    query = "SELECT generation, position, state FROM view_checkpoint WHERE view = %s AND state <> 'leaving' ORDER BY state = 'answering' DESC LIMIT 1"
    row = await (await connection.execute(query, (view,))).fetchone()
    if row is None:
        await begin(connection, view)
        return await current(connection, view)
    return Generation(*row)


async def begin(connection: Connection, view: str) -> int:
    """The generation that is being built; begun where there is none. Its number."""
    await connection.execute("INSERT INTO view_checkpoint (view, position, state) VALUES (%s, 0, 'building') ON CONFLICT DO NOTHING", (view,))
    row = await (await connection.execute("SELECT generation FROM view_checkpoint WHERE view = %s AND state = 'building'", (view,))).fetchone()
    return int(row[0]) if row else await begin(connection, view)


async def side_by_side(connection: Connection, view: str) -> tuple[Generation, Generation] | None:
    """The generation that answers and the one that is being built beside it; None unless there are both."""
    query = "SELECT generation, position, state FROM view_checkpoint WHERE view = %s AND state <> 'leaving' ORDER BY state"
    rows = await (await connection.execute(query, (view,))).fetchall()
    found = [Generation(*row) for row in rows]
    return (found[0], found[1]) if len(found) == 2 else None  # noqa: PLR2004 - one of each, as the index has it


async def look_at(connection: Connection, number: int) -> Generation | None:
    """A generation as it is now; None where it is gone."""
    query = "SELECT generation, position, state FROM view_checkpoint WHERE generation = %s"
    row = await (await connection.execute(query, (number,))).fetchone()
    return Generation(*row) if row else None


async def hold(connection: Connection, number: int) -> Generation | None:
    """Keeps a generation for the builder, whose transaction this is and who sees the rows of all schools; None where it is gone.

    The commit does not wait for the disk: what a crash takes away, rows and position together, is folded again.
    """
    query = (
        "SELECT generation, position, state, set_config('synchronous_commit', 'off', true), set_config('tanggap.acting_as', 'builder', true)"
        " FROM view_checkpoint WHERE generation = %s FOR UPDATE"
    )
    row = await (await connection.execute(query, (number,))).fetchone()
    return Generation(*row[:3]) if row else None


async def move(connection: Connection, number: int, position: int, state: State) -> None:
    """How far a generation that is held has got, and what it does from now on."""
    await connection.execute("UPDATE view_checkpoint SET position = %s, state = %s WHERE generation = %s", (position, state, number))


async def leaving(connection: Connection, view: str) -> int | None:
    """A generation that was replaced and still has rows; another process that empties one keeps it for itself."""
    query = (
        "SELECT generation, set_config('tanggap.acting_as', 'builder', true) FROM view_checkpoint"
        " WHERE view = %s AND state = 'leaving' ORDER BY generation LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    row = await (await connection.execute(query, (view,))).fetchone()
    return int(row[0]) if row else None


async def empty(connection: Connection, number: int, table: str, most: int) -> int:
    """Takes rows of a generation out of a table; how many."""
    query = sql.SQL("DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE generation = %s LIMIT %s))")
    cursor = await connection.execute(query.format(table=sql.Identifier(table)), (number, most))
    return cursor.rowcount


async def forget(connection: Connection, number: int) -> None:
    """A generation has no rows any more."""
    await connection.execute("DELETE FROM view_checkpoint WHERE generation = %s", (number,))


async def learn_statistics(connection: Connection, tables: tuple[str, ...]) -> None:
    """Tells the planner of the rows that were just built, so that it finds a page of them over an index."""
    await connection.execute("SELECT learn_statistics(%s)", (list(tables),))
