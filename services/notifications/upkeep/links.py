"""The links by which an agency says how things stand with it: 128 bits that say nothing.

They open no referral, so no second factor stands before them.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from services.notifications.links import hash_of
from shared.database import Database
from shared.keys import Keys

UNDER = "/notifications/k/"
"""Where a link leads, before its token."""

HOLDS = timedelta(days=30)

_KEEP = "INSERT INTO agency_link_v1 (token_hash, agency, until) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_FIND = "SELECT agency FROM agency_link_v1 WHERE token_hash = %s AND until > %s"


@dataclass(frozen=True, slots=True)
class AgencyLinks:
    """Makes links and finds their agencies."""

    database: Database
    keys: Keys

    async def make(self, agency: str, message: UUID, now: datetime) -> str:
        """The token of the link in a message; the same for every attempt under one key. It is kept before it leaves. Raises: Unavailable."""
        token = hmac.digest(self.keys.active("link").value, f"agency|{agency}|{message}".encode(), sha256).hex()[:32]
        async with self.database.acting_as("links").statement() as connection:
            await connection.execute(_KEEP, (hash_of(token), agency, now + HOLDS))
        return token

    async def find(self, token: str, now: datetime) -> str | None:
        """Whose it is, while it holds. Raises: Unavailable."""
        async with self.database.acting_as("links").statement() as connection:
            row = await (await connection.execute(_FIND, (hash_of(token), now))).fetchone()
        return row[0] if row else None
