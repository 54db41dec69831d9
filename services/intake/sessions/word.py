"""The owner's word on sessions, from its own store: nothing that is stored is left out."""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.domain.session import SESSION
from services.intake.domain.session import Session as Folded
from shared.database import Database
from shared.decider import load
from shared.eventstore.store import EventStore
from shared.sessions.session import Session, Told

FARTHEST = 50_000
"""Positions that are looked through for endings; whoever asks after an earlier one asks for every session again."""

_SINCE = (
    "WITH head AS (SELECT coalesce(max(position), 0) AS position FROM event) SELECT head.position, ARRAY(SELECT stream FROM event"
    " WHERE position > %(after)s AND position <= head.position AND type = 'session-ended' AND %(after)s >= head.position - %(farthest)s)"
    " FROM head"
)
"""One snapshot. Events become visible in the order of their positions (architecture, decision 3), so that nothing ever appears before the head."""


def session_stream(session: str) -> str:
    """The stream of a session."""
    return f"session-{session}"


class StoreWord:
    """Tells of sessions as they are stored now."""

    def __init__(self, store: EventStore, database: Database) -> None:
        self._store, self._database = store, database

    async def look(self, after: int | None, sessions: Sequence[str]) -> Told:
        """As `Word.look`. The sessions are read after the endings, so that no ending is missed between the two. Raises: Unavailable."""
        position, ended = await self._ended(after)
        found = {session: told for session in sessions if (told := await self._session(session))}
        return Told(position, ended, found)

    async def _ended(self, after: int | None) -> tuple[int, frozenset[str] | None]:
        wanted = {"after": after or 0, "farthest": FARTHEST}
        async with self._database.statement() as connection:
            head, streams = await (await connection.execute(_SINCE, wanted)).fetchone() or (0, [])
        if after is None or not head - FARTHEST <= after <= head:
            return head, None
        return head, frozenset(stream.removeprefix("session-") for stream in streams)

    async def _session(self, session: str) -> Session | None:
        return known_of(session, (await load(self._store, SESSION, session_stream(session))).state)


def known_of(session: str, state: Folded) -> Session | None:
    """What others are told of a session; None where it never began or has ended."""
    if state.begun is None or state.proved_at is None or state.ended:
        return None
    told = state.begun
    return Session(session, told.person, told.kind, state.level, told.proved_at, state.proved_at, told.ends_at)
