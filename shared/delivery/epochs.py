"""What a reader knows of its sources' epochs. Where a source has begun another, the reader goes back to where both still have one history.

What it had read beyond is not read again: the source has lost it. It is named in the table `lost_history`, never silently passed over (decision 23).
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import structlog

from shared.database import Database
from shared.errors import TanggapError
from shared.eventstore.epochs import FIRST, Epoch, shared_upto

log = structlog.get_logger()

_KNOWN = "SELECT id, began_after FROM source_epoch WHERE source = %s ORDER BY number"
_ADOPT = "SELECT adopt_epochs(%s, %s::jsonb, %s)"


class AnotherEpoch(TanggapError):
    """The source was restored: its positions are other events than before. Nothing of it is applied before the reader has gone back."""

    code = "another-epoch"
    status = 503
    title = "The source of these events was restored"


class KnownEpochs:
    """The epochs of one source as this reader knows them."""

    def __init__(self, database: Database, source: str) -> None:
        self._database, self._source = database, source

    async def read(self) -> Sequence[Epoch]:
        """Oldest first. Raises: Unavailable."""
        async with self._database.statement() as connection:
            rows = await (await connection.execute(_KNOWN, (self._source,))).fetchall()
        return [Epoch(*row) for row in rows] or [Epoch(FIRST, 0)]

    async def now(self) -> Epoch:
        """The one whose positions the checkpoints are. Raises: Unavailable."""
        return (await self.read())[-1]

    async def adopt(self, told: Sequence[Epoch]) -> None:
        """Goes back to where the source's history and what was read part, in one transaction. told: by the source. Raises: Unavailable."""
        shared = shared_upto(await self.read(), told)
        if shared is None:
            return
        chain = orjson.dumps([{"id": each.id, "began_after": each.began_after} for each in told]).decode()
        async with self._database.statement() as connection:
            row = await (await connection.execute(_ADOPT, (self._source, chain, shared))).fetchone()
        log.warning("source-restored", source=self._source, shared_upto=shared, partitions_with_lost_history=row[0] if row else 0)


async def count_lost(database: Database) -> int:
    """Of how many partitions of neighbours something was read that they have lost since. Raises: Unavailable."""
    async with database.statement() as connection:
        row = await (await connection.execute("SELECT count(*) FROM lost_history")).fetchone()
    return int(row[0]) if row else 0
