"""The read model of reports that are held: what waits at which school, in the order in which somebody should look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.concern import CONCERN
from services.intake.domain.held import HELD_EVENTS, ConcernHeld, HeldBroughtBack, HeldLetThrough, HeldSetAside, Junk
from shared.database import Connection
from shared.eventstore.projection import Projection
from shared.message import Recorded

VIEW = "intake_held_v1"
TABLES = ("held_v1",)

PAGE = 50

_TYPES = {each.model_fields["type"].default for each in HELD_EVENTS}
_HELD = (
    "INSERT INTO held_v1 (generation, concern, school, danger, alike, crowd, at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (generation, concern) DO NOTHING"
)
_ASIDE = "UPDATE held_v1 SET aside = %s WHERE generation = %s AND concern = %s"
_THROUGH = "DELETE FROM held_v1 WHERE generation = %s AND concern = %s"


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Applies events to the table of a generation."""
    for told in CONCERN.codec.decode_many([event for event in events if event.type in _TYPES]):
        match told:
            case ConcernHeld():
                await connection.execute(_HELD, (generation, told.concern, told.school, told.danger, told.alike, told.crowd, told.at))
            case HeldSetAside():
                await connection.execute(_ASIDE, (told.ground, generation, told.concern))
            case HeldBroughtBack():
                await connection.execute(_ASIDE, (None, generation, told.concern))
            case HeldLetThrough():
                await connection.execute(_THROUGH, (generation, told.concern))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Listed:
    """danger: its reporter answered yes to one. alike: how many of the same words came before. aside: why it was set aside; None while it waits."""

    concern: str
    school: str
    danger: bool
    alike: int
    at: datetime
    aside: Junk | None


_LISTED = "SELECT concern, school, danger, alike, at, aside FROM held_v1 WHERE generation = %s"
_WAITING = (
    "SELECT concern, school, danger, alike, at, aside FROM (SELECT *, row_number() OVER (ORDER BY at DESC) AS last,"
    " row_number() OVER (PARTITION BY danger ORDER BY crowd, alike, at) * (CASE WHEN danger THEN 1 ELSE 2 END) AS turn"
    " FROM held_v1 WHERE generation = %s AND school = %s AND aside IS NULL) waiting"
    " ORDER BY least(turn, 4 * last), danger DESC, at LIMIT %s"
)
"""In turns, as anybody ticks a danger: two that tell of one, one that does not; now and then what came last. Of either kind, quiet networks before
those that flood, and words that came once before those that came often.
"""
_SET_ASIDE = f"{_LISTED} AND school = %s AND aside IS NOT NULL ORDER BY at DESC LIMIT {PAGE}"
_CHOSEN = f"{_LISTED} AND school = %s AND concern = ANY (%s)"
_COUNTS = "SELECT school, count(*) FROM held_v1 WHERE generation = %s AND aside IS NULL GROUP BY school"
_SCHOOLS = "SELECT DISTINCT school FROM held_v1 WHERE generation = %s AND aside IS NULL ORDER BY school"
_DUE = (
    "WITH held AS (SELECT * FROM held_v1 WHERE generation = %s AND aside IS NULL)"
    " (SELECT DISTINCT ON (school) concern, school FROM held WHERE danger ORDER BY school, crowd, alike, at)"
    " UNION (SELECT DISTINCT ON (school) concern, school FROM held WHERE at < %s ORDER BY school, at)"
)
"""One that tells of danger; and beside it the one that waits longest, which no flood of others puts off."""


@dataclass(frozen=True, slots=True)
class HeldReports:
    """Queries. view: the projection that fills the table. Each raises: StillBuilding, BehindWrite."""

    view: Projection

    async def waiting(self, school: str) -> list[Listed]:
        """The first page of what waits at a school, so that whoever floods fills no page alone."""
        return await self._listed(_WAITING, school, PAGE)

    async def set_aside(self, school: str) -> list[Listed]:
        """The newest of what was set aside."""
        return await self._listed(_SET_ASIDE, school)

    async def chosen(self, school: str, concerns: Sequence[str]) -> list[Listed]:
        """Those of these ids that are held at this school."""
        return await self._listed(_CHOSEN, school, list(concerns))

    async def counts(self, schools: str) -> dict[str, int]:
        """How many wait, by school. schools: whose, as the wall takes it."""
        async with self.view.reading(schools) as (connection, generation):
            rows = await (await connection.execute(_COUNTS, (generation,))).fetchall()
        return dict(rows)

    async def due(self, before: datetime) -> list[tuple[str, str]]:
        """What goes on by itself now, with its school: for each at most two. before: when one without a danger must have come."""
        async with self.view.as_it_stands(acting="held") as (connection, generation):
            rows = await (await connection.execute(_DUE, (generation, before))).fetchall()
        return [(concern, school) for concern, school in rows]

    async def schools(self) -> list[str]:
        """Where something waits."""
        async with self.view.as_it_stands(acting="held") as (connection, generation):
            rows = await (await connection.execute(_SCHOOLS, (generation,))).fetchall()
        return [school for (school,) in rows]

    async def _listed(self, query: str, school: str, *more: object) -> list[Listed]:
        async with self.view.reading(school) as (connection, generation):
            rows = await (await connection.execute(query, (generation, school, *more))).fetchall()
        return [Listed(*row) for row in rows]
