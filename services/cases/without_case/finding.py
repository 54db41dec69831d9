"""All of these that somebody may read: theirs, what they asked for or were given, the partnerships of their school; ended ones, too."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.domain.strategies.partnership import PARTNERSHIP
from services.cases.domain.streams import activity_stream, group_stream
from services.cases.standing.kept import GROUP_KIND
from services.cases.without_case.opened import Opening, Thing
from shared.access import EVERYWHERE, Principal
from shared.errors import NotFound

MOST = 100
"""Things on the page; the newest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Finds them by what happened in their streams, whose names begin alike."""

    opening: Opening

    async def of(self, principal: Principal) -> list[Thing]:
        """The newest first, each as it stands. Raises: Unavailable."""
        kinds = {GROUP_KIND: group_stream("")} | {each.name: activity_stream(each.name, "") for each in self.opening.road.casework.alone}
        found = [(kind, stream.removeprefix(start)) for stream in await self._streams(principal, [*kinds.values()]) for kind, start in kinds.items()
                 if stream.startswith(start)]  # fmt: skip
        opened = [await self._opened(principal, kind, name) for kind, name in found]
        return [each for each in opened if each]

    async def _opened(self, principal: Principal, kind: str, name: str) -> Thing | None:
        try:
            return await self.opening.of(principal, kind, name)
        except NotFound:
            return None

    async def _streams(self, principal: Principal, starts: list[str]) -> list[str]:
        schools = principal.schools()
        asked = {
            "starts": starts,
            "ends": [f"{each[:-1]}." for each in starts],
            "me": principal.id,
            "partnerships": f"{activity_stream(PARTNERSHIP.name, '')}%",
            "schools": [] if schools == EVERYWHERE else sorted(schools),
            "limit": MOST,
        }
        async with self.opening.road.kernel.database.statement() as connection:
            rows = await (await connection.execute(_STREAMS, asked)).fetchall()
        return [stream for (stream,) in rows]


_STREAMS = (
    "SELECT e.stream FROM unnest(%(starts)s::text[], %(ends)s::text[]) AS kind (begins, ends)"
    " JOIN event e ON e.stream >= kind.begins AND e.stream < kind.ends"
    " WHERE e.actor = %(me)s OR (e.type LIKE '%%-handed-over' AND e.body::json ->> 'to' = %(me)s)"
    " OR (e.type = 'consultation-asked' AND e.body::json ->> 'asker' = %(me)s)"
    " OR (e.version = 1 AND e.stream LIKE %(partnerships)s AND e.school = ANY (%(schools)s))"
    " GROUP BY e.stream ORDER BY min(e.position) DESC LIMIT %(limit)s"
)
"""A name ends in a hyphen before its id, and the next sign after that is a full stop: so the index of the streams is used."""
