"""The roles of PostgreSQL that the services sign in as, and those that own what they use."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import Connection, sql

_POWERS = {
    "rolsuper": "NOSUPERUSER",
    "rolcreaterole": "NOCREATEROLE",
    "rolcreatedb": "NOCREATEDB",
    "rolbypassrls": "NOBYPASSRLS",
    "rolreplication": "NOREPLICATION",
    "rolinherit": "NOINHERIT",
}
"""What no role of ours has, by the column that says so."""

_SETTINGS = """
SELECT DISTINCT d.datname FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE s.setrole = %s::regrole
"""

_GROUPS = """
SELECT g.rolname, b.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles b ON b.oid = m.grantor
WHERE m.member = %s::regrole
"""


def ensure_owner(connection: Connection[Any], name: str) -> None:
    """A role that owns and that nobody signs in as. The administrator may act as it."""
    _ensure(connection, name)
    if _row(connection, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", name):
        _alter(connection, name, sql.SQL("NOLOGIN"))
    if not is_superuser(connection):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))


def ensure_login(connection: Connection[Any], name: str, password: str) -> None:
    """A login that is a member of nothing, with no settings but those that the service asks for when it connects.

    A role of PostgreSQL may always change its own password and settings: this sets both back. The server gets no password, only what checks one.
    """
    _ensure(connection, name)
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    _alter(connection, name, sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(verifier)))
    _leave_groups(connection, name)
    _reset(connection, name)


def is_superuser(connection: Connection[Any]) -> bool:
    """The administrator may do everything; elsewhere one who may create roles and owns the database is enough."""
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _ensure(connection: Connection[Any], name: str) -> None:
    if not _row(connection, "SELECT true FROM pg_roles WHERE rolname = %s", name):
        connection.execute(sql.SQL("CREATE ROLE {} NOINHERIT").format(sql.Identifier(name)))
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in _POWERS)
    row = connection.execute(sql.SQL("SELECT {} FROM pg_roles WHERE rolname = %s").format(columns), (name,)).fetchone() or ()
    for has, taken in zip(row, _POWERS.values(), strict=True):
        if has:  # only then: who is no superuser may not even say NOSUPERUSER
            _alter(connection, name, sql.SQL(taken))


def _leave_groups(connection: Connection[Any], name: str) -> None:
    for group, grantor in connection.execute(_GROUPS, (f'"{name}"',)).fetchall():
        revoke = sql.SQL("REVOKE {} FROM {} GRANTED BY {} CASCADE")
        connection.execute(revoke.format(*(sql.Identifier(each) for each in (group, name, grantor))))


def _reset(connection: Connection[Any], name: str) -> None:
    for (database,) in connection.execute(_SETTINGS, (f'"{name}"',)).fetchall():
        _alter(connection, name, sql.SQL("IN DATABASE {} RESET ALL").format(sql.Identifier(database)) if database else sql.SQL("RESET ALL"))


def _alter(connection: Connection[Any], name: str, change: sql.Composable) -> None:
    connection.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(name), change))


def _row(connection: Connection[Any], query: LiteralString, name: str) -> bool:
    row = connection.execute(query, (name,)).fetchone()
    return bool(row and row[0])
