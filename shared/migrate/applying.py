"""Applying scripts as the owner of their schema: what a script may do ends there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection, sql

from shared.errors import StartRefused
from shared.logins import login_of, owner_of
from shared.schemas import Script

_TABLE = "CREATE TABLE IF NOT EXISTS {schema}.migration (name text PRIMARY KEY, applied_at timestamptz DEFAULT clock_timestamp())"
_RECORD = "INSERT INTO {schema}.migration (name) VALUES (%s) ON CONFLICT DO NOTHING"


def apply_again(connection: Connection[Any], schema: str, scripts: Sequence[Script]) -> None:
    """Scripts that may be repeated are applied each time: an earlier release, started by mistake, may have undone some of it."""
    for script in scripts:
        with connection.transaction():
            _execute(connection, schema, script)


def apply_once(connection: Connection[Any], service: str, scripts: Sequence[Script]) -> None:
    """Numbered migrations: each once, in order, wholly or not at all."""
    done = applied(connection, service)
    for script in scripts:
        if script.name not in done:
            with connection.transaction():
                _execute(connection, service, script)
                _record(connection, service, script)


def record(connection: Connection[Any], service: str, scripts: Sequence[Script]) -> None:
    """The service will find these among what was applied."""
    for script in scripts:
        with connection.transaction():
            _become(connection, service)
            _record(connection, service, script)


def applied(connection: Connection[Any], service: str) -> set[str]:
    """Names of what was applied to a service's schema; makes the table that says so."""
    names = {"schema": sql.Identifier(service), "login": sql.Identifier(login_of(service))}
    with connection.transaction():
        _become(connection, service)
        connection.execute(sql.SQL(_TABLE).format(**names))
        connection.execute(sql.SQL("GRANT SELECT ON {schema}.migration TO {login}").format(**names))
        return {name for (name,) in connection.execute(sql.SQL("SELECT name FROM {schema}.migration").format(**names)).fetchall()}


def _execute(connection: Connection[Any], schema: str, script: Script) -> None:
    """Raises: StartRefused: named, but without what the server said, which may quote a value."""
    _become(connection, schema)
    try:
        connection.execute(script.text.encode())
    except (psycopg.ProgrammingError, psycopg.DataError, psycopg.IntegrityError) as error:
        raise StartRefused(
            f"{script.name} cannot be applied to {schema} ({type(error).__name__}), and nothing of it was kept: the server's log says where it failed"
        ) from error


def _become(connection: Connection[Any], schema: str) -> None:
    """The owner, until the transaction ends."""
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner_of(schema))))


def _record(connection: Connection[Any], service: str, script: Script) -> None:
    connection.execute(sql.SQL(_RECORD).format(schema=sql.Identifier(service)), (script.name,))
