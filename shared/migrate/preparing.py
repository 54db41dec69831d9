"""The whole preparation of a database, again and again without harm: also of one that a release before this one prepared."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from shared.errors import StartRefused
from shared.logins import ERASURE, KEYRING, SERVICES, login_of, owner_of
from shared.migrate import applying
from shared.migrate.roles import ensure_login, ensure_owner
from shared.migrate.schemas import close_to_everybody, ensure_schema, let_connect
from shared.schemas import kernel_scripts, keyring_script, own_scripts

WAIT = 10.0
"""Seconds to wait for the server, and for whoever else prepares it; after that the start is refused."""

_LOCK = 7_360_113
"""Two that prepare one database at once do it one after the other; releases before this one took the same lock."""

OPTIONS = "-c tanggap.acting_as=migration -c tanggap.schools=* -c timezone=UTC -c client_min_messages=warning"
"""A migration sees the rows of all schools, though its tables' policies hold for their owner as well."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A script that a service's schema did not have before."""

    service: str
    script: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A service to prepare for. password: of its login. migrations: the folder of its numbered SQL files. only: the names of those to apply, because
    data of a release before is to be loaded; None: all.
    """

    password: str
    migrations: Path
    only: frozenset[str] | None = None


def prepare(administrator: str, wanted: Mapping[str, Wanted], erasure: str = "") -> list[Applied]:
    """Roles, schemas, keyring, kernel and migrations for these services; what was new.

    administrator: address of the database, with a login that is a superuser, or that may create roles and owns the database.
    erasure: the password of the login that destroys keys; where none is given nobody can.
    What is prepared may be in use, and the server may go away meanwhile: then it is begun again, as a whole.

    Raises: StartRefused: no server, no such right, passwords that are not one a login, or locked by others for too long.
    """
    _check_passwords(administrator, [*(told.password for told in wanted.values()), *([erasure] if erasure else [])])
    deadline = time.monotonic() + WAIT
    while True:
        try:
            with _connected(administrator, deadline) as connection:
                return _prepared(connection, wanted, erasure)
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.InternalError_) as error:
            if time.monotonic() > deadline:
                raise StartRefused("the database could not be prepared: the server went away or was locked, try again") from error
            time.sleep(0.2)
        except psycopg.errors.InsufficientPrivilege as error:
            raise StartRefused(
                f"the login of the administrator's address may not do this ({error.diag.message_primary}): "
                "it should be a superuser, or one that may create roles and owns the database"
            ) from None


def logins_there(administrator: str, services: Sequence[str]) -> list[str]:
    """Which of these services' logins somebody can sign in with already. Raises: StartRefused: no server."""
    with _connected(administrator, time.monotonic() + WAIT) as connection:
        names = [login_of(service) for service in services]
        found = connection.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY (%s) ORDER BY 1", (names,)).fetchall()
    return [name for (name,) in found]


def _check_passwords(administrator: str, passwords: Sequence[str]) -> None:
    """A login whose password another one shares can become the other. What is wrong with the address itself, connecting will say."""
    with suppress(psycopg.ProgrammingError):
        given = conninfo_to_dict(administrator)
        if str(given.get("user")) not in {login_of(service) for service in (*SERVICES, ERASURE)}:
            passwords = [*passwords, str(given.get("password"))]
    if "" in passwords or len(set(passwords)) < len(passwords):
        raise StartRefused("each login needs a password of its own, not a neighbour's and not the administrator's: give three different ones")


def _connected(administrator: str, deadline: float) -> Connection[Any]:
    while True:
        try:
            return psycopg.connect(administrator, autocommit=True, connect_timeout=5, options=OPTIONS)
        except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
            if time.monotonic() > deadline or isinstance(error, psycopg.ProgrammingError):
                raise StartRefused(
                    "DATABASE_ADMIN_URL (or DATABASE_URL of ./tanggap up): PostgreSQL does not let the administrator in there; it should be like "
                    "postgresql://postgres:secret@host:5432/tanggap, and the server must run and know the login and the database"
                ) from error
            time.sleep(0.2)


def _prepared(connection: Connection[Any], wanted: Mapping[str, Wanted], erasure: str) -> list[Applied]:
    connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    for schema in (KEYRING, *wanted):
        ensure_owner(connection, owner_of(schema))
    for service, told in wanted.items():
        ensure_login(connection, login_of(service), told.password)
    if erasure:
        ensure_login(connection, login_of(ERASURE), erasure)
        let_connect(connection, login_of(ERASURE))
    for schema in (KEYRING, *wanted):
        ensure_schema(connection, schema)
    close_to_everybody(connection, tuple(wanted))
    applying.apply_again(connection, KEYRING, [keyring_script()])
    return [each for service, told in wanted.items() for each in _service(connection, service, told)]


def _service(connection: Connection[Any], service: str, told: Wanted) -> list[Applied]:
    before = applying.applied(connection, service)
    own = [script for script in own_scripts(service, told.migrations) if told.only is None or script.name in told.only]
    applying.apply_again(connection, service, kernel_scripts(service))
    applying.apply_once(connection, service, own)
    applying.record(connection, service, [keyring_script(), *kernel_scripts(service)])
    return [Applied(service, script.name) for script in (keyring_script(), *kernel_scripts(service), *own) if script.name not in before]
