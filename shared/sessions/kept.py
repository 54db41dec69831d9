"""The sessions that a sibling of intake keeps itself, in its table `session_v1`, as intake's events tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from shared.database import Database
from shared.events import SessionBegun, SessionEnded, SessionFact, SessionProved
from shared.sessions.session import Kept, Session

_BEGUN = (
    "WITH gone AS (DELETE FROM session_v1 WHERE ends_at < clock_timestamp() - interval '1 day')"
    " INSERT INTO session_v1 (session, person, kind, level, begun_at, proved_at, ends_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (session) DO NOTHING"
)
"""Whatever comes before its session was known, an ending above all, is not overwritten."""

_PROVED = "UPDATE session_v1 SET level = %s, proved_at = %s, kept_at = clock_timestamp() WHERE session = %s AND proved_at < %s"

_ENDED = (
    "INSERT INTO session_v1 (session, person, ended) SELECT told.*, true FROM unnest(%s::text[], %s::text[]) AS told"
    " ON CONFLICT (session) DO UPDATE SET ended = true"
)

_OF = "SELECT session, person, kind, level, begun_at, proved_at, ends_at, kept_at, ended FROM session_v1 WHERE session = %s"


class KeptSessions:
    """The table: the last resort while intake does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database.acting_as("sessions")

    async def of(self, session: str) -> Kept | None:
        """As `LastResort.of`. Raises: Unavailable."""
        async with self._database.statement() as connection:
            row = await (await connection.execute(_OF, (session,))).fetchone()
        return Kept(None if row[8] else Session(*row[:7]), row[7]) if row else None

    async def ended(self, sessions: Sequence[tuple[str, str]]) -> None:
        """Keeps that these have ended. Raises: Unavailable."""
        ids, people = [session for session, _ in sessions], [person for _, person in sessions]
        async with self._database.statement() as connection:
            await connection.execute(_ENDED, (ids, people))

    async def keep(self, told: SessionFact) -> None:
        """Keeps what intake said; it may say it again, and in the order of the person's events. Raises: Unavailable."""
        match told:
            case SessionBegun():
                at = told.proved_at
                await self._write(_BEGUN, (told.session, told.person, told.kind, told.level, at, at, told.ends_at))
            case SessionProved():
                await self._write(_PROVED, (told.level, told.proved_at, told.session, told.proved_at))
            case SessionEnded():
                await self.ended(((told.session, told.person),))

    async def _write(self, query: LiteralString, values: tuple[object, ...]) -> None:
        async with self._database.statement() as connection:
            await connection.execute(query, values)
