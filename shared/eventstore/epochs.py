"""Epochs of a store: each restore begins one. Positions after its beginning are other events than those of the epochs before (decision 23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shared.database import Database

FIRST = UUID(int=0)
"""The id of the first epoch, which has no row."""

_EPOCHS = "SELECT id, began_after FROM epoch ORDER BY number"


class Epoch(NamedTuple):
    """began_after: position of the last event that it has of the epochs before."""

    id: UUID
    began_after: int


async def epochs(database: Database) -> Sequence[Epoch]:
    """All epochs of a store, oldest first; the last is the one that it is in. Raises: Unavailable."""
    async with database.statement() as connection:
        rows = await (await connection.execute(_EPOCHS)).fetchall()
    return [Epoch(FIRST, 0), *(Epoch(*row) for row in rows)]


class OwnEpochs:
    """The epochs of the own store. They change only while no service is connected, so they are read again after an outage only."""

    def __init__(self, database: Database) -> None:
        self._database, self._known, self._outages = database, list[Epoch](), -1

    async def read(self) -> Sequence[Epoch]:
        """All, oldest first. Raises: Unavailable."""
        if self._outages != self._database.outages:
            outages = self._database.outages
            self._known, self._outages = list(await epochs(self._database)), outages
        return self._known

    async def now(self) -> UUID:
        """The one that the store is in. Raises: Unavailable."""
        return (await self.read())[-1].id


def shared_upto(known: Sequence[Epoch], told: Sequence[Epoch]) -> int | None:
    """Up to which position two lines of epochs are one history; None where they are the same. known: a reader's; told: the source's now."""
    same = next((place for place, (ours, theirs) in enumerate(zip(known, told, strict=False)) if ours.id != theirs.id), min(len(known), len(told)))
    parted = [*known[same : same + 1], *told[same : same + 1]]
    return min(each.began_after for each in parted) if parted else None
