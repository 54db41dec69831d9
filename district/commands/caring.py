"""What doctor says of backups, journal, lost history and an upgrade."""

from __future__ import annotations

import asyncio

from district.backups.reapplying import read_journals
from district.commands.stores import opened, running_administrator
from district.commands.upgrading import upgrade
from district.home import Home, find_home
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
        return [upgrade(url)]  # of what is wrong with the stores doctor says more elsewhere
    return [("backup", told.well, told.told()), _journal(home), *lost, upgrade(url)]


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
