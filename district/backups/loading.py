"""Putting a backup's tables back, in one transaction: until it is committed, what was there stays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg import Connection, sql

from district.backups.manifest import Table
from district.backups.reading import Reading
from district.backups.snapshot import copied, tables
from shared.errors import Fault, Invalid

_COUNTED = """
SELECT n.nspname, c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%s) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
AND pg_get_serial_sequence(format('%%I.%%I', n.nspname, c.relname), a.attname) IS NOT NULL
"""


def load(connection: Connection[Any], reading: Reading, schemas: Collection[str]) -> int:
    """Empties these schemas and fills them with what the backup holds of them, to its proven end; how many rows.

    connection: in a transaction that is the caller's to commit. Raises: Invalid: the backup is not whole, or does not fit the schema.
    """
    wanted = {table.full_name: table for table in reading.manifest.tables if table.schema_name in schemas}
    _require_room(connection, wanted.values(), schemas)
    rows = 0
    with _changeable(connection, schemas):
        _empty(connection, schemas)
        for name, pieces in groupby(reading.pieces(), key=itemgetter(0)):
            rows += _fill(connection, wanted.get(name), (content for _, content in pieces))
        _count_on(connection, schemas)
    return rows


def _fill(connection: Connection[Any], table: Table | None, pieces: Iterator[bytes]) -> int:
    """Reads the pieces also where nobody wants them: the proof at the end covers them all."""
    if table is None:
        return sum(0 for _ in pieces)
    rows = 0
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(copied(table))) as copy:
        for piece in pieces:
            copy.write(piece)
            rows += piece.count(b"\n")
    return rows


def _require_room(connection: Connection[Any], wanted: Collection[Table], schemas: Collection[str]) -> None:
    there = {table.full_name: set(table.columns) for table in tables(connection, tuple(schemas))}
    missing = [table.full_name for table in wanted if not set(table.columns) <= there.get(table.full_name, set())]
    if missing:
        raise Invalid(
            Fault("/file", "other-schema"),
            message=f"the database has no place for {', '.join(missing)} of this backup: restore with the release that made it, then upgrade",
        )


@contextmanager
def _changeable(connection: Connection[Any], schemas: Collection[str]) -> Iterator[None]:
    """History is never changed, but here a whole other one takes its place."""
    events = [sql.Identifier(schema, "event") for schema in schemas if schema != "keyring"]
    for table in events:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
    yield
    for table in events:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


def _empty(connection: Connection[Any], schemas: Collection[str]) -> None:
    names = [sql.Identifier(table.schema_name, table.name) for table in tables(connection, tuple(schemas))]
    connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(names)))


def _count_on(connection: Connection[Any], schemas: Collection[str]) -> None:
    """Numbers that the database draws go on after those that were restored."""
    for schema, table, column in connection.execute(_COUNTED, (list(schemas),)).fetchall():
        names = {"table": sql.Identifier(schema, table), "column": sql.Identifier(column)}
        query = sql.SQL("SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({column}), 1), max({column}) IS NOT NULL) FROM {table}")
        connection.execute(query.format(**names), (f'"{schema}"."{table}"', column))
