"""The three stores and the keyring as one transaction sees them: one moment for all, because they are schemas of one database (ADR 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Connection, sql

from district.backups.manifest import Manifest, StoreAt, Table
from shared.errors import StartRefused
from shared.logins import KEYRING, SERVICES
from shared.migrate.preparing import OPTIONS

SCHEMAS = (KEYRING, *SERVICES)

LEFT_OUT = ("heartbeat", "lease", "migration", "allowed", "public_draft", "backup_made")
"""Tables that say how this machine is now, or that a migration fills; and drafts of the public form, whose keys only browsers have."""

PIECE = 4 << 20
"""Bytes of a piece of a table: so much is in memory at once."""

_TABLES = """
SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = ANY (%s) AND c.relname <> ALL (%s)
GROUP BY 1, 2 ORDER BY 1, 2
"""

_STORE = """
SELECT h.position, encode(h.store_hash, 'hex'), nullif(h.recorded_at, '-infinity'),
    (SELECT coalesce(array_agg(m.name ORDER BY m.name), '{{}}') FROM {schema}.migration m WHERE m.name LIKE '%.sql'),
    (SELECT coalesce(max(e.number), 1) FROM {schema}.epoch e)
FROM {schema}.store_head h
"""


@contextmanager
def one_moment(administrator: str) -> Iterator[Connection[Any]]:
    """A transaction that sees everything as it is now, however long it takes, and hinders nobody.

    Raises: StartRefused: nobody answers there, or the login does not see every row.
    """
    try:
        connection = psycopg.connect(
            administrator, autocommit=False, connect_timeout=10, options=f"{OPTIONS} -c row_security=off -c enable_sort=off -c statement_timeout=0"
        )
    except psycopg.OperationalError:
        raise StartRefused("the database does not let the administrator in: start it, or see DATABASE_ADMIN_URL") from None
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        try:
            yield connection
        except psycopg.errors.InsufficientPrivilege:
            raise StartRefused("the administrator's login does not see every row: it should be a superuser, or have BYPASSRLS") from None


def described(connection: Connection[Any], release: str) -> Manifest:
    """What is there. Raises: StartRefused: the database was not prepared by this release."""
    moment = _moment(connection)
    stores = {service: _store(connection, service) for service in SERVICES}
    keys = connection.execute("SELECT count(*) FROM keyring.key").fetchone()
    return Manifest(moment=moment, release=release, stores=stores, keys=keys[0] if keys else 0, tables=tables(connection))


def tables(connection: Connection[Any], schemas: tuple[str, ...] = SCHEMAS) -> tuple[Table, ...]:
    """What is kept of these schemas, with all columns but those that are computed."""
    rows = connection.execute(_TABLES, (list(schemas), list(LEFT_OUT))).fetchall()
    return tuple(Table(schema_name=schema, name=name, columns=tuple(columns)) for schema, name, columns in rows)


def pieces(connection: Connection[Any], table: Table) -> Iterator[tuple[bytes, int]]:
    """The rows of a table as text, in pieces of whole rows, each with how many there are."""
    query = _in_order(table) if table.name == "event" else sql.SQL("COPY {} TO STDOUT").format(copied(table))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        piece, rows = bytearray(), 0
        for row in copy:
            piece += row
            rows += 1
            if len(piece) >= PIECE:
                yield bytes(piece), rows
                piece, rows = bytearray(), 0
        if rows:
            yield bytes(piece), rows


def copied(table: Table) -> sql.Composed:
    """The table and its columns as COPY names them."""
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in table.columns)
    return sql.SQL("{}.{} ({})").format(sql.Identifier(table.schema_name), sql.Identifier(table.name), columns)


def _in_order(table: Table) -> sql.Composed:
    """Events by position: who reads them can follow the history as it comes."""
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in table.columns)
    return sql.SQL("COPY (SELECT {} FROM {}.event ORDER BY position) TO STDOUT").format(columns, sql.Identifier(table.schema_name))


def _moment(connection: Connection[Any]) -> datetime:
    """When the server took the first statement, before it looked at what was committed: all that was acknowledged by then is in."""
    row = connection.execute("SELECT statement_timestamp()").fetchone()
    assert row is not None
    told: datetime = row[0]
    return told


def _store(connection: Connection[Any], service: str) -> StoreAt:
    try:
        row = connection.execute(sql.SQL(_STORE).format(schema=sql.Identifier(service))).fetchone()
    except psycopg.errors.UndefinedTable:
        raise StartRefused(f"the database of {service} is not of this release: ./tanggap migrate prepares it") from None
    if row is None:
        raise StartRefused(f"the store of {service} has no head: ./tanggap audit verify says what is wrong with it")
    names: Mapping[str, object] = dict(zip(("position", "store_hash", "recorded_at", "migrations", "epoch"), row, strict=True))
    return StoreAt.model_validate(names)
