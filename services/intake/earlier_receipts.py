"""Receipts of concerns that the first release accepted: it derived them from its token key, which is retired one day; a receipt is not.

They are kept sealed under their concern's own key, in a table that no rebuild empties. Until that is done, at the first start of a later release,
they are derived once more as the first release did.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import LiteralString

from psycopg.types.json import Jsonb

from services.intake.lettering import LENGTH, LOCATOR, lettered
from shared.database import Database
from shared.errors import NotAllowed, Unavailable
from shared.heartbeat import Heartbeats
from shared.key_status import Dependent
from shared.keys import Keys
from shared.sealed import Sealed
from shared.sealing import ToSeal, Vault
from shared.secretset import FIRST

TOGETHER = 200
EVERY = 10.0
"""Seconds between two looks for receipts that are not kept yet."""

_LATEST: LiteralString = (
    "INSERT INTO earlier_receipt (concern) SELECT body::json ->> 'concern' FROM event WHERE position > %s AND type = 'concern-received'"
    " ON CONFLICT DO NOTHING"
)


class EarlierReceipts:
    """Gives the letters of earlier receipts; and, as a Part, keeps them."""

    name = "earlier-receipts"

    def __init__(self, database: Database, vault: Vault, keys: Keys, heartbeats: Heartbeats) -> None:
        self._database, self._vault, self._keys = database.acting_as("receipts"), vault, keys
        self._pulse = heartbeats.pulse(self.name)

    async def letters(self, concern: str) -> str:
        """The 18 letters of a concern's receipt; empty where the first release did not accept it, or nobody can say them any more."""
        async with self._database.statement() as connection:
            cursor = await connection.execute("SELECT receipt FROM earlier_receipt WHERE concern = %s", (concern,))
            row = await cursor.fetchone()
        if row is None:
            return ""
        if row[0] is None:
            return self._derived(concern)
        opened = await self._vault.open(Sealed.model_validate(row[0]))
        return opened if isinstance(opened, str) else ""

    async def run(self) -> None:
        while True:
            try:
                await self.find_latest()
                await self.keep_all()
                self._pulse.detail = ""
            except Unavailable:
                self._pulse.detail = "database does not answer"
            await self._pulse.rest(EVERY)

    async def find_latest(self) -> None:
        """Once: the concerns that the first release still accepted after the migration, before it was stopped. Raises: Unavailable.

        One of this release's own may be among them; then either receipt is right, and nobody has the other.
        """
        async with self._database.connection() as connection:
            found = await (await connection.execute("UPDATE first_release SET ended = true WHERE NOT ended RETURNING position")).fetchone()
            if found:
                await connection.execute(_LATEST, found)

    async def keep_all(self) -> None:
        """Seals every earlier receipt that is not kept yet. Nothing can be done without the first release's token key. Raises: Unavailable."""
        while self._keys.first_release() and (concerns := await self._pending()):
            await asyncio.gather(*(self._keep(concern) for concern in concerns))
            self._pulse.alive()

    async def depends(self) -> Sequence[Dependent]:
        """How many receipts would be lost with the first release's token key."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT count(*) FROM earlier_receipt WHERE receipt IS NULL")).fetchone()
        return [Dependent(name="intake", id=FIRST, what="receipts of the first release", count=row[0] if row else 0)]

    async def _pending(self) -> list[str]:
        async with self._database.statement() as connection:
            cursor = await connection.execute("SELECT concern FROM earlier_receipt WHERE receipt IS NULL LIMIT %s", (TOGETHER,))
            return [row[0] for row in await cursor.fetchall()]

    async def _keep(self, concern: str) -> None:
        """Where the concern's key was destroyed its receipt ended with it."""
        letters = self._derived(concern)
        try:
            (sealed,) = await self._vault.seal_many([ToSeal(f"concern-{concern}", "concern", letters, f"concern-{concern}/earlier-receipt")])
        except NotAllowed:
            await self._change("DELETE FROM earlier_receipt WHERE concern = %s", concern)
        else:
            statement = "UPDATE earlier_receipt SET receipt = %s, locator = %s WHERE concern = %s"
            await self._change(statement, Jsonb(sealed.model_dump()), letters[:LOCATOR], concern)

    async def _change(self, statement: LiteralString, *values: object) -> None:
        async with self._database.statement() as connection:
            await connection.execute(statement, values)

    def _derived(self, concern: str) -> str:
        key = self._keys.first_release()
        return lettered(hmac.digest(key, f"receipt|{concern}".encode(), sha256), LENGTH) if key else ""
