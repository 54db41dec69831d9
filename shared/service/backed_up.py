"""What the operator's backups say of themselves in the own store, for readiness, metrics and doctor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.database import Database

STALE = timedelta(hours=26)
"""A backup is made every night; two hours are left for one that is late."""

_LAST = (
    "SELECT (SELECT max(moment) FROM backup_made WHERE ok), (SELECT detail FROM backup_made ORDER BY at DESC LIMIT 1),"
    " (SELECT min(applied_at) FROM migration), clock_timestamp()"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BackedUp:
    """moment: of the newest good backup, None where none was ever made. failed: why the last try failed; empty: it did not.

    set_up: when the store was made: a district has its first night before a backup is missed. now: by the database.
    """

    moment: datetime | None
    failed: str
    set_up: datetime
    now: datetime

    @property
    def age(self) -> timedelta | None:
        """Of the newest good backup."""
        return self.now - self.moment if self.moment else None

    @property
    def well(self) -> bool:
        """There is one that is young enough, or the first is not due yet; and the last try did not fail."""
        return not self.failed and self.now - (self.moment or self.set_up) <= STALE

    def told(self) -> str:
        """What there is to say and to do."""
        if self.failed:
            return f"the last backup failed ({self.failed}): run ./tanggap backup keep FOLDER by hand, and look at the disk of that folder"
        if self.age is None:
            mend = "./tanggap backup key, then ./tanggap backup keep FOLDER every night"
            return f"none yet, the first night is still to come: {mend}" if self.well else f"none was ever made: {mend}"
        hours = self.age.total_seconds() / 3600
        return f"made {hours:.0f} hours ago" + ("" if self.well else ": look at the timer that runs ./tanggap backup keep FOLDER")


async def last_backup(database: Database) -> BackedUp:
    """Raises: Unavailable."""
    async with database.statement() as connection:
        row = await (await connection.execute(_LAST)).fetchone()
    assert row is not None
    return BackedUp(row[0], row[1] or "", row[2], row[3])
