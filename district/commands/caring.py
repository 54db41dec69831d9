"""What doctor says of backups, journal, lost history and an upgrade."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from district.backups.reapplying import read_journals
from district.commands.stores import opened, running_administrator
from district.home import ROOT, Home, find_home
from district.logins import address
from shared.database import Database
from shared.errors import Invalid, StartRefused
from shared.logins import SERVICES
from shared.service.backed_up import BackedUp, last_backup

Finding = tuple[str, bool, str]

_LOST = "SELECT source, partition, after, upto, found_at::date FROM lost_history ORDER BY found_at, source, partition"


def safety() -> list[Finding]:
    """Only where a database runs."""
    url, home = running_administrator(), find_home()
    if url is None:
        return []
    try:
        told, lost = asyncio.run(_stores(url, home))
    except StartRefused:
        return [_upgrade(url)]  # of what is wrong with the stores doctor says more elsewhere
    return [("backup", told.well, told.told()), _journal(home), *lost, _upgrade(url)]


async def _stores(url: str, home: Home) -> tuple[BackedUp, list[Finding]]:
    told: BackedUp | None = None
    lost: list[Finding] = []
    for service in SERVICES:
        async with opened(address(service, url, home.folder), service, within=2.0) as database:
            told = told or await last_backup(database)
            lost += await _lost(database)
    assert told is not None
    return told, lost


async def _lost(database: Database) -> list[Finding]:
    """What neighbours lost in a restore is no fault of today: it is told so that somebody looks at the cases of those days."""
    async with database.statement() as connection:
        rows = await (await connection.execute(_LOST)).fetchall()
    return [
        (
            "lost history",
            True,
            f"{database.service} had read {source}, partition {partition}, from {after + 1} to {upto}; {source} lost it (found {day})",
        )
        for source, partition, after, upto, day in rows
    ]


def _journal(home: Home) -> Finding:
    """Whether it can be read whole with the secrets of today, and whether it lies on a disk of its own."""
    if not home.journal.exists():
        return "journal", False, f"{home.journal} is not there: set TANGGAP_JOURNAL to a folder on another disk than the data"
    try:
        read = read_journals(home.journal, home.secrets().read())
    except (Invalid, StartRefused) as refused:
        return "journal", False, str(refused)
    kept = min((each.head.at for each in read.values()), default=None)
    return "journal", True, f"{home.journal}: whole, kept until {kept.isoformat(timespec='seconds') if kept else '-'}{_same_disk(home)}"


def _same_disk(home: Home) -> str:
    same = home.folder.exists() and home.journal.stat().st_dev == home.folder.stat().st_dev
    return "; it lies on one disk with the data, and would be lost with it" if same else ""


def _upgrade(url: str) -> Finding:
    """What `./tanggap migrate` or the next start would do."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        pending = [f"{service}/{name}" for service in SERVICES for name in _pending(connection, service)]
    if not pending:
        return "upgrade", True, "nothing to do: all schemas are of this release"
    return "upgrade", True, f"the next start or ./tanggap migrate will apply {', '.join(pending)}; make a backup first (docs/upgrade.md)"


def _pending(connection: psycopg.Connection[tuple[str, ...]], service: str) -> list[str]:
    there = connection.execute("SELECT to_regclass(%s)::text", (f"{service}.migration",)).fetchone()
    query = f"SELECT name FROM {service}.migration"  # noqa: S608 - one of our three schemas
    applied = {name for (name,) in connection.execute(query.encode()).fetchall()} if there and there[0] else set()
    return [file.name for file in _scripts(service) if file.name not in applied]


def _scripts(service: str) -> list[Path]:
    return sorted((ROOT / "services" / service / "schema").glob("*.sql"))
