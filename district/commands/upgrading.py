"""What doctor says before an upgrade: which scripts the next start will apply, and whether the release that runs now may run on beside this one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from district.home import ROOT
from shared.eventstore.later import is_known
from shared.logins import SERVICES, login_of

_SHARED = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY (%s) AND NOT rolcanlogin)"
_STORED = SQL("SELECT DISTINCT type, schema_version FROM {}")
_COMMENT = re.compile("--.*")
_TAKES_AWAY = re.compile(
    r"\bDROP (?:TABLE|COLUMN|CONSTRAINT|POLICY|FUNCTION|VIEW|TRIGGER|DEFAULT)\b|\bRENAME\b|\bSET NOT NULL\b|\bREVOKE\b|\bALTER COLUMN \w+ TYPE\b",
    re.IGNORECASE,
)
"""What the release before may still use (ADR 78)."""


def upgrade(url: str) -> tuple[str, bool, str]:
    """What `./tanggap migrate` or the next start would do. url: the administrator's."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        pending = {service: _pending(connection, service) for service in SERVICES}
        shared_login = _has_shared_login(connection)
    if not any(pending.values()):
        return _as_it_is(url)
    told = "; ".join(f"to {service} {_span(scripts)}" for service, scripts in pending.items() if scripts)
    return "upgrade", True, f"the next start or ./tanggap migrate will apply {told}. {_beside(pending, shared_login=shared_login)} (docs/upgrade.md)"


def _as_it_is(url: str) -> tuple[str, bool, str]:
    """Nothing is to be applied. What a later release stored this one leaves alone, so it may not stay by itself (ADR 72)."""
    for service in SERVICES:
        import_module(f"services.{service}.app")  # each event's class is known where it is defined
    with psycopg.connect(url, connect_timeout=5) as connection:
        stored = [row for service in SERVICES for row in connection.execute(_STORED.format(Identifier(service, "event"))).fetchall()]
    later = sorted({kind for kind, version in stored if not is_known(kind, version)})
    if not later:
        return "upgrade", True, "nothing to do: all schemas are of this release"
    return (
        "upgrade",
        False,
        f"a later release stored {', '.join(later)}, which this one leaves to it: put that release in place of every process (docs/upgrade.md)",
    )


def takes_away(script: str) -> bool:
    """Whether processes of the release before could miss something once it is applied. script: its text."""
    return bool(_TAKES_AWAY.search(_COMMENT.sub("", script)))


def _span(scripts: Sequence[Path]) -> str:
    first, last = scripts[0].name, scripts[-1].name
    return first if len(scripts) == 1 else f"{len(scripts)} scripts, {first} to {last}"


def _beside(pending: Mapping[str, Sequence[Path]], *, shared_login: bool) -> str:
    if shared_login:
        return "These data are of the first release, which has no backup and cannot run beside this one: stop it, then copy the data folder"
    taking = [f"{service}/{each.name}" for service, scripts in pending.items() for each in scripts if takes_away(each.read_text(encoding="utf-8"))]
    if taking:
        return f"Make a backup first. The release before cannot run beside this one, because of {', '.join(taking)}: stop every process of it"
    return "Make a backup first. The release before may run on beside this one while its processes are replaced"


def _has_shared_login(connection: Connection[Any]) -> bool:
    """The services' roles of the first release could not sign in."""
    found = connection.execute(_SHARED, ([login_of(service) for service in SERVICES],)).fetchone()
    return bool(found and found[0])


def _pending(connection: Connection[Any], service: str) -> Sequence[Path]:
    there = connection.execute("SELECT to_regclass(%s)::text", (f"{service}.migration",)).fetchone()
    query = f"SELECT name FROM {service}.migration"  # noqa: S608 - one of our three schemas
    applied = {name for (name,) in connection.execute(query.encode()).fetchall()} if there and there[0] else set()
    return [file for file in _scripts(service) if file.name not in applied]


def _scripts(service: str) -> list[Path]:
    return sorted((ROOT / "services" / service / "schema").glob("*.sql"))
