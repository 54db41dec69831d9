"""What a service looks at before it serves: that it signed in as itself and can become nobody else, and that its schema is the newest (ADR 12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from shared.errors import StartRefused
from shared.logins import SERVICES, example_of, login_of
from shared.schemas import Script

MIGRATE = "run ./tanggap migrate"

_WHO = """
SELECT r.rolname, r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication,
    EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid)
    OR EXISTS (SELECT FROM pg_database WHERE datdba = r.oid) OR EXISTS (SELECT FROM pg_namespace WHERE nspowner = r.oid)
    OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid)
FROM pg_roles r WHERE r.rolname = session_user
"""


async def admit(connection: AsyncConnection[Any], service: str, scripts: Iterable[Script]) -> None:
    """Raises: StartRefused: another login than the service's own, one that may do more, or a schema that is not the newest."""
    await _check_login(connection, service)
    await _check_schema(connection, service, scripts)


async def _check_login(connection: AsyncConnection[Any], service: str) -> None:
    row = await (await connection.execute(_WHO)).fetchone()
    name, powerful, owns = row or ("", True, True)
    wanted = login_of(service)
    if name in {login_of(each) for each in SERVICES} - {wanted}:
        raise StartRefused(
            f"DATABASE_URL: this is the address of {name}, another service; {service} signs in as {wanted}, like {example_of(service)}"
        )
    if name != wanted:
        held = "the administrator's address, which is for ./tanggap migrate alone" if powerful or owns else f"the address of {name}"
        raise StartRefused(f"DATABASE_URL: this is {held}; {service} signs in as {wanted}, which ./tanggap migrate makes, like {example_of(service)}")
    if powerful or owns:
        raise StartRefused(
            f"DATABASE_URL: the login {wanted} may do more than its service needs: {MIGRATE}, which takes back what it can, or drop it"
        )


async def _check_schema(connection: AsyncConnection[Any], service: str, scripts: Iterable[Script]) -> None:
    try:
        found = await connection.execute(sql.SQL("SELECT name FROM {}.migration").format(sql.Identifier(service)))
        applied = {name for (name,) in await found.fetchall()}
    except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        raise StartRefused(f"the database was not prepared for {service}: {MIGRATE}") from None
    missing = [script.name for script in scripts if script.name not in applied]
    if missing:
        raise StartRefused(f"the schema of {service} is not the newest, it lacks {', '.join(missing)}: {MIGRATE}")
