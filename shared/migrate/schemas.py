"""The schemas and their owners; and what PostgreSQL lets everybody do that no service needs."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

from shared.errors import StartRefused
from shared.logins import login_of, owner_of
from shared.migrate.roles import is_superuser

_FOREIGN = """
SELECT format('ALTER %%s %%s OWNER TO %%I', kind, name, %(owner)s::text) FROM (
    SELECT relnamespace AS schema, relowner AS owner, oid::regclass::text AS name,
        CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') OR relkind = 'S' AND oid NOT IN (
        SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype IN ('a', 'i'))
    UNION ALL
    SELECT pronamespace, proowner, oid::regprocedure::text, 'ROUTINE' FROM pg_proc
) found WHERE schema = %(schema)s::regnamespace AND owner <> %(owner)s::text::regrole
"""
"""What in a schema belongs to another: releases before this one let the administrator own everything. A column's own sequence goes with its table."""

_LARGE_OBJECTS = (
    "REVOKE EXECUTE ON FUNCTION pg_catalog.lo_create(oid), pg_catalog.lo_creat(integer), pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC"
)

_STILL_OPEN = """
SELECT has_database_privilege(%(login)s, current_database(), 'TEMPORARY') OR has_database_privilege(%(login)s, current_database(), 'CREATE')
    OR has_schema_privilege(%(login)s, 'public', 'CREATE')
"""


def ensure_schema(connection: Connection[Any], schema: str) -> None:
    """The schema and all that is in it belong to its owner."""
    owner = owner_of(schema)
    names = {"schema": sql.Identifier(schema), "owner": sql.Identifier(owner)}
    with connection.transaction():
        if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
            connection.execute(sql.SQL("CREATE SCHEMA {schema} AUTHORIZATION {owner}").format(**names))
        connection.execute(sql.SQL("ALTER SCHEMA {schema} OWNER TO {owner}").format(**names))
        connection.execute(sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC").format(**names))
        for (statement,) in connection.execute(_FOREIGN, {"schema": schema, "owner": owner}).fetchall():
            connection.execute(statement)


def close_to_everybody(connection: Connection[Any], services: tuple[str, ...]) -> None:
    """The services may connect, but keep no tables or functions of their own, and no large objects where a superuser is here to say so.

    Raises: StartRefused: the administrator may not take it away.
    """
    database = _database(connection)
    connection.execute(sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    if is_superuser(connection):
        connection.execute(_LARGE_OBJECTS)
    for service in services:
        login = login_of(service)
        let_connect(connection, login)
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(service), sql.Identifier(login)))
        row = connection.execute(_STILL_OPEN, {"login": login}).fetchone()
        if not row or row[0]:
            raise StartRefused(f"everybody may create things in the database {database}: the administrator should own it, or take that away")


def let_connect(connection: Connection[Any], login: str) -> None:
    """A login may connect to this database."""
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(_database(connection)), sql.Identifier(login)))


def _database(connection: Connection[Any]) -> str:
    (database,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    return str(database)
