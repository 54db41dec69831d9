"""Backups that are made every night: each reads itself back, says in the stores how it went, and those older than 30 days are removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from district.backups.making import Made
from shared.logins import SERVICES
from shared.migrate.preparing import OPTIONS

LIFE = timedelta(days=30)
"""What was erased is in no backup after this time."""

_NAME = "tanggap-%Y%m%dT%H%M%SZ.age"
_OURS = re.compile(r"tanggap-\d{8}T\d{6}Z\.age")
_INSERT = sql.SQL("INSERT INTO {}.backup_made (moment, ok, size, seconds, detail) VALUES (%s, %s, %s, %s, %s)")


@dataclass(frozen=True, slots=True)
class Kept:
    """made: the new backup. removed: names of those whose time was over."""

    made: Made
    removed: tuple[str, ...]


def keep(administrator: str, folder: Path, now: datetime, make: Callable[[Path], Made]) -> Kept:
    """Makes a backup named after this moment, and removes the old ones, of which the newest whole one always stays.

    What goes wrong is written into the stores as well, where readiness and metrics read it, and raised. Raises: OSError, StartRefused, Invalid.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = make(folder / now.astimezone(UTC).strftime(_NAME))
    except Exception as error:
        note(administrator, None, type(error).__name__)
        raise
    note(administrator, made)
    return Kept(made, _remove_old(folder, now))


def note(administrator: str, made: Made | None, why: str = "") -> None:
    """Writes into each store how a backup went. why: it failed; the class of the error, which quotes nothing."""
    told: tuple[Any, ...] = (made.moment, True, made.size, made.seconds, "") if made else (None, False, 0, 0.0, why)
    with psycopg.connect(administrator, connect_timeout=10, options=OPTIONS) as connection:
        for service in SERVICES:
            connection.execute(_INSERT.format(sql.Identifier(service)), told)


def _remove_old(folder: Path, now: datetime) -> tuple[str, ...]:
    old = [each for each in sorted(folder.iterdir()) if _OURS.fullmatch(each.name) and _made_at(each) < now - LIFE]
    for each in old:
        each.unlink()
    return tuple(each.name for each in old)


def _made_at(file: Path) -> datetime:
    return datetime.strptime(file.name, _NAME).replace(tzinfo=UTC)
