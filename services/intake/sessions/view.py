"""The read model of sessions that have not ended: whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from services.intake.views import VIEW as DIRECTORY
from shared.database import Connection
from shared.events import Level, SessionBegun, SessionEnded, SessionProved, Way, read_public
from shared.eventstore.generations import answering
from shared.eventstore.projection import Projection
from shared.message import Recorded

VIEW = "intake_sessions_v1"
TABLES = ("session_v1",)

_BEGUN = (
    "INSERT INTO session_v1 (generation, session, person, kind, level, way, begun_at, proved_at, ends_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
_PROVED = "UPDATE session_v1 SET level = %s, way = %s, proved_at = %s WHERE generation = %s AND session = %s"
_ENDED = "DELETE FROM session_v1 WHERE generation = %s AND session = %s"


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Applies events to the table of a generation."""
    for event in events:
        if event.type.startswith("session-"):
            await _apply(connection, generation, event)


async def _apply(connection: Connection, generation: int, event: Recorded) -> None:
    match told := read_public(event.type, event.body):
        case SessionBegun(proved_at=at):
            row = (generation, told.session, told.person, told.kind, told.level, told.way, at, at, told.ends_at)
            await connection.execute(_BEGUN, row)
        case SessionProved():
            await connection.execute(_PROVED, (told.level, told.way, told.proved_at, generation, told.session))
        case SessionEnded():
            await connection.execute(_ENDED, (generation, told.session))
        case _:
            pass


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One session of somebody, as their own page and the administrator's list say it.

    session: its id, by which nobody can use it. proved_at: when its holder last proved who they are.
    """

    session: str
    person: str
    level: Level
    way: Way
    begun_at: datetime
    proved_at: datetime
    ends_at: datetime


_OF = (
    "SELECT session, person, level, way, begun_at, proved_at, ends_at FROM session_v1"
    " WHERE generation = %s AND person = %s AND ends_at > %s ORDER BY begun_at DESC"
)
_EVERY = (
    "SELECT session, person, level, way, begun_at, proved_at, ends_at FROM session_v1 WHERE generation = %(generation)s AND ends_at > %(now)s"
    " AND (%(person)s::text IS NULL OR person = %(person)s) AND (%(at)s::timestamptz IS NULL OR (begun_at, session) < (%(at)s, %(session)s))"
    " ORDER BY begun_at DESC, session DESC LIMIT %(most)s"
)
_OF_NOBODY = sql.SQL(
    "SELECT s.person FROM session_v1 s, (SELECT {directory} AS generation) AS now WHERE s.generation = %s AND s.kind = 'person' AND s.ends_at > %s"
    " AND now.generation IS NOT NULL AND (NOT EXISTS (SELECT FROM person_v1 p WHERE p.generation = now.generation AND p.person = s.person)"
    " OR EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = now.generation AND u.person = s.person))"
).format(directory=answering(DIRECTORY))


class SessionList:
    """Queries over the sessions that have not ended. view: the projection that fills the table."""

    def __init__(self, view: Projection) -> None:
        self._view = view

    async def of(self, person: str, now: datetime) -> list[OpenSession]:
        """Those of one person, also one that has just begun. Raises: StillBuilding, BehindWrite."""
        async with self._view.reading(acting="sessions") as (connection, generation):
            rows = await (await connection.execute(_OF, (generation, person, now))).fetchall()
        return [OpenSession(*row) for row in rows]

    async def every(self, now: datetime, person: str | None, after: tuple[datetime, str] | None, most: int) -> list[OpenSession]:
        """Of everybody or of one person, the newest first. after: beginning and id of the last one told. Raises: StillBuilding, BehindWrite."""
        at, session = after or (None, None)
        async with self._view.reading(acting="sessions") as (connection, generation):
            wanted = {"generation": generation, "now": now, "person": person, "at": at, "session": session, "most": most}
            rows = await (await connection.execute(_EVERY, wanted)).fetchall()
        return [OpenSession(*row) for row in rows]

    async def of_nobody(self, now: datetime) -> list[str]:
        """People who hold sessions, and are suspended or stand nowhere any more. Raises: StillBuilding."""
        async with self._view.as_it_stands(acting="sessions") as (connection, generation):
            rows = await (await connection.execute(_OF_NOBODY, (generation, now))).fetchall()
        return sorted({row[0] for row in rows})
