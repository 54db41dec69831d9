"""When machines' keys were used last: a row each, renewed once a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.database import Database

_USED = (
    "INSERT INTO api_key_use (key, used_at) SELECT unnest(%s::text[]), %s"
    " ON CONFLICT (key) DO UPDATE SET used_at = excluded.used_at WHERE api_key_use.used_at < excluded.used_at - interval '1 minute'"
)


@dataclass(frozen=True, slots=True)
class KeyUses:
    """The table."""

    database: Database

    async def note(self, keys: Sequence[str], at: datetime) -> None:
        """These were used now. Raises: Unavailable."""
        async with self.database.statement() as connection:
            await connection.execute(_USED, (sorted(set(keys)), at))

    async def all(self) -> Mapping[str, datetime]:
        """The last use of each key that was ever used. Raises: Unavailable."""
        async with self.database.statement() as connection:
            return dict(await (await connection.execute("SELECT key, used_at FROM api_key_use")).fetchall())
