"""The read model of what stands without a case and is under way: whose it is, at which school, about which cases. What has ended leaves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from psycopg import sql

from services.cases.domain.casework import Casework, type_of
from services.cases.domain.steps.endings import AFTER, ENDED
from services.cases.domain.streams import GROUP, activity_stream
from shared.database import Connection
from shared.eventstore.filling import Project
from shared.message import Recorded

VIEW = "standing_v1"
TABLES = ("standing_v1",)
GROUP_KIND = "group"
"""The kind of a counselling group; that of an activity is the name of its strategy."""

Row = dict[str, Any]
Told = dict[str, Any]
Key = tuple[str, str]
"""Kind and id."""

_COLUMNS = ("kind", "id", "school", "owner", "cases", "students", "begun_at", "gone", "goes_to")


def standing(casework: Casework) -> Project:
    """Fills the read model from what may stand without a case."""
    kinds = {GROUP: GROUP_KIND} | {activity_stream(each.name, ""): each.name for each in casework.alone}
    steps = [(each, step) for each in casework.alone for step in each.steps]
    begins = {type_of(step.event) for _, step in steps if step.opens}
    ends = {type_of(step.event) for strategy, step in steps if step.after in strategy.absorbing} | _COMMON_ENDINGS

    async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
        mine = [(key, event) for event in events if (key := _key(event.stream, kinds))]
        rows = await _known(connection, generation, {key for key, _ in mine}) if mine else {}
        for key, event in mine:
            rows[key] = _after(key, rows.get(key), event, begins, ends)
        await _write(connection, generation, rows)

    return project


_COMMON_ENDINGS = {type_of(event) for event, state in AFTER.items() if state in ENDED} | {"group-closed", "group-cancelled"}


def _key(stream: str, kinds: Mapping[str, str]) -> Key | None:
    return next(((kind, stream.removeprefix(start)) for start, kind in kinds.items() if stream.startswith(start)), None)


# folding -----------------------------------------------------------------------------------------------------------


def _after(key: Key, row: Row | None, event: Recorded, begins: set[str], ends: set[str]) -> Row | None:
    """The row after an event; None for what is not under way."""
    told = orjson.loads(event.body)
    if event.type == "group-formed":
        return _begun(key, event, told, told["members"])
    if event.type in begins:
        return _begun(key, event, told, [{"case": told["case"], "student": None}] if told.get("case") else [])
    if row is None or event.type in ends:
        return None
    change = _CHANGES.get(event.type)
    return change(row, told) if change else row


def _begun(key: Key, event: Recorded, told: Told, members: Sequence[Told]) -> Row:
    kind, name = key
    row = {"kind": kind, "id": name, "school": told["school"], "owner": told["by"], "begun_at": event.recorded_at, "gone": None, "goes_to": None}
    return row | {"cases": [each["case"] for each in members], "students": [each["student"] for each in members]}


def _member_added(row: Row, told: Told) -> Row:
    member = told["member"]
    known = _without(row, member["student"])
    return known | {"cases": [*known["cases"], member["case"]], "students": [*known["students"], member["student"]]}


def _member_gone(row: Row, told: Told) -> Row:
    return _without(row, told["student"])


def _without(row: Row, student: str) -> Row:
    left = [(case, each) for case, each in zip(row["cases"], row["students"], strict=True) if each != student]
    return row | {"cases": [case for case, _ in left], "students": [each for _, each in left]}


_CHANGES: Mapping[str, Callable[[Row, Told], Row]] = {
    "member-added": _member_added,
    "member-removed": _member_gone,
    "member-refused": _member_gone,
    "group-handed-over": lambda row, told: row | {"owner": told["to"], "gone": None, "goes_to": None},
    "activity-handed-over": lambda row, told: row | {"owner": told["to"], "gone": None, "goes_to": None},
    "owner-gone": lambda row, told: row | {"gone": told["why"], "goes_to": told["goes_to"]},
    "owner-back": lambda row, _: row | {"gone": None, "goes_to": None},
}


# writing -----------------------------------------------------------------------------------------------------------

_LISTED = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
_OF = sql.SQL("generation = %s AND (kind, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))")
_READ = sql.SQL("SELECT {} FROM standing_v1 WHERE {}").format(_LISTED, _OF)
_FORGET = sql.SQL("DELETE FROM standing_v1 WHERE {}").format(_OF)
_KEEP = sql.SQL("INSERT INTO standing_v1 SELECT * FROM json_populate_recordset(json_populate_record(NULL::standing_v1, %s::json), %s::json)")


async def _known(connection: Connection, generation: int, keys: set[Key]) -> dict[Key, Row | None]:
    rows = await (await connection.execute(_READ, (generation, [kind for kind, _ in keys], [name for _, name in keys]))).fetchall()
    return {(row[0], row[1]): dict(zip(_COLUMNS, row, strict=True)) for row in rows}


async def _write(connection: Connection, generation: int, rows: Mapping[Key, Row | None]) -> None:
    """Takes out what was touched, and puts in what is under way."""
    if not rows:
        return
    await connection.execute(_FORGET, (generation, [kind for kind, _ in rows], [name for _, name in rows]))
    kept = [row for row in rows.values() if row]
    if kept:
        await connection.execute(_KEEP, (orjson.dumps({"generation": generation}).decode(), orjson.dumps(kept).decode()))
