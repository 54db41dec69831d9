"""The links: 128 bits that say nothing, each for one person and one alert. Only a hash is kept."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from shared.database import Database
from shared.keys import Keys

HOLDS = timedelta(hours=24)
"""After each time that it is sent: an alert that nobody takes is sent again a day later at the latest (ADR 65)."""

_KEEP = (
    "INSERT INTO alert_link_v1 (token_hash, alert, person, until) VALUES (%s, %s, %s, %s) ON CONFLICT (token_hash)"
    " DO UPDATE SET until = greatest(alert_link_v1.until, excluded.until)"
)
"""The token is the same each time: sent again it holds anew, and nothing makes it end earlier."""

_FIND = "SELECT alert, person, until FROM alert_link_v1 WHERE token_hash = %s"


@dataclass(frozen=True, slots=True)
class AlertLink:
    """alert: its stream. until: when the link ends."""

    alert: str
    person: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AlertLinks:
    """Makes links and finds their alerts."""

    database: Database
    keys: Keys

    async def make(self, alert: str, person: str, now: datetime) -> str:
        """The token of a link; the same for every attempt under one key. It is kept before anybody can have it. Raises: Unavailable."""
        token = hmac.digest(self.keys.active("link").value, f"alert|{alert}|{person}".encode(), sha256).hex()[:32]
        async with self.database.acting_as("links").statement() as connection:
            await connection.execute(_KEEP, (_hash(token), alert, person, now + HOLDS))
        return token

    async def find(self, token: str) -> AlertLink | None:
        """Where a token leads. Raises: Unavailable."""
        async with self.database.acting_as("links").statement() as connection:
            row = await (await connection.execute(_FIND, (_hash(token),))).fetchone()
        return AlertLink(*row) if row else None


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
