"""Keeping who holds which post from what intake says, by the same statements in every service (ADR 20)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

from shared.database import Connection, Database
from shared.events import PersonAppointed, PersonDismissed, PersonLeft, PersonRegistered, PersonReinstated, PersonSuspended, read_public
from shared.eventstore.batching import Batcher
from shared.message import Recorded

_REGISTERED = sql.SQL(
    "WITH row AS (SELECT * FROM jsonb_to_recordset(%(people)s::jsonb) AS row (person text, kind text, school text, name jsonb, born jsonb,"
    " email jsonb, phone jsonb, homeroom text, guardians text[], posts jsonb, position bigint, digest text)),"
    " kept AS ({person} RETURNING person),"
    " told AS (SELECT person, post.* FROM kept JOIN row USING (person), jsonb_to_recordset(row.posts) AS post (role text, school text, kind text)),"
    " gone AS (DELETE FROM post_v1 p USING kept WHERE p.generation = %(generation)s AND p.person = kept.person AND NOT p.appointed AND NOT EXISTS"
    " (SELECT FROM told WHERE told.person = p.person AND (told.role, told.school, told.kind) IS NOT DISTINCT FROM (p.role, p.school, p.kind)))"
    " INSERT INTO post_v1 (generation, person, role, school, kind, appointed)"
    " SELECT %(generation)s, told.person, told.role, told.school, told.kind, false FROM told ON CONFLICT DO NOTHING"
)


def registered(person: LiteralString) -> sql.Composed:
    """One statement that keeps registrations: the rows of the people and, for each that was written, exactly these posts of the roster.

    person: the service's own statement for the rows, which stand in `row`. Its arguments are those of `registrations`. digest: of the roster's row,
    which intake alone knows.
    """
    return _REGISTERED.format(person=sql.SQL(person))


@dataclass(frozen=True, slots=True)
class Registration:
    """Somebody as the roster told them at a position."""

    told: PersonRegistered
    position: int


def registered_in(events: Iterable[Recorded]) -> list[Registration]:
    """Those of the events that register somebody."""
    read = ((read_public(event.type, event.body), event.position) for event in events)
    return [Registration(told, position) for told, position in read if isinstance(told, PersonRegistered)]


def registrations(people: Iterable[Registration], generation: int = 1) -> dict[str, str | int]:
    """What the statement of `registered` needs. Of several about one person the last counts."""
    last = {each.told.person: each for each in sorted(people, key=lambda each: each.position)}
    return registrations_as_stored([(each.told.model_dump_json(), each.position) for each in last.values()], generation)


def registrations_as_stored(bodies: Iterable[tuple[str, int]], generation: int = 1) -> dict[str, str | int]:
    """The same from the texts of events of today's version with their positions: one for each person."""
    rows = [f'{body[:-1]},"position":{position}}}' for body, position in bodies]
    return {"generation": generation, "people": f"[{','.join(rows)}]"}


class Registering:
    """Keeps the registrations that a neighbour tells: those of many people at once are one statement. statement: of `registered`."""

    def __init__(self, database: Database, statement: sql.Composed) -> None:
        self._database, self._statement = database.acting_as("directory"), statement
        self._together: Batcher[Registration, None] = Batcher(self._keep, most=128)

    async def keep(self, told: PersonRegistered, position: int) -> None:
        """An older registration never overwrites a newer one."""
        await self._together.submit(Registration(told, position))

    async def keep_many(self, people: Sequence[Registration]) -> None:
        """The same of many people in one statement."""
        if people:
            await self._keep(people)

    async def _keep(self, people: Sequence[Registration]) -> list[None]:
        async with self._database.statement() as connection:
            await connection.execute(self._statement, registrations(people))
        return [None] * len(people)


Changed = PersonLeft | PersonAppointed | PersonDismissed | PersonSuspended | PersonReinstated


async def keep_change(connection: Connection, told: Changed, generation: int = 1) -> None:
    """Keeps what changed in somebody's posts, in the caller's transaction; the row of somebody appointed is the caller's.

    Whoever was appointed stays known when they leave the roster, until they are dismissed.
    """
    who = (generation, told.person)
    match told:
        case PersonLeft():
            await connection.execute("DELETE FROM post_v1 WHERE generation = %s AND person = %s AND NOT appointed", who)
            await connection.execute(_LEFT_STAYS, who)
            await connection.execute(_LEFT, who)
        case PersonAppointed(post=post):
            await connection.execute(_APPOINT, (*who, post.role, post.school, post.kind))
        case PersonDismissed(post=post):
            await connection.execute(_DISMISS, (*who, post.role, post.school, post.kind))
            await connection.execute(_DISMISSED, who)
        case PersonSuspended():
            await connection.execute("INSERT INTO suspension_v1 (generation, person) VALUES (%s, %s) ON CONFLICT DO NOTHING", who)
        case PersonReinstated():
            await connection.execute("DELETE FROM suspension_v1 WHERE generation = %s AND person = %s", who)


_APPOINT = (
    "INSERT INTO post_v1 (generation, person, role, school, kind, appointed) VALUES (%s, %s, %s, %s, %s, true) ON CONFLICT DO NOTHING"
)  # fmt: skip
_DISMISS = (
    "DELETE FROM post_v1 WHERE generation = %s AND person = %s AND role = %s AND school IS NOT DISTINCT FROM %s AND kind IS NOT DISTINCT FROM %s"
    " AND (appointed OR school IS NULL)"
)
"""A post in the whole district may be one that a roster of the first release gave."""

_LEFT_STAYS = (
    "UPDATE person_v1 p SET kind = 'staff', school = NULL WHERE p.generation = %s AND p.person = %s"
    " AND EXISTS (SELECT FROM post_v1 t WHERE t.generation = p.generation AND t.person = p.person AND t.appointed)"
)
"""Somebody left the roster and holds an appointment."""

_LEFT = "DELETE FROM person_v1 p WHERE p.generation = %s AND p.person = %s AND p.school IS NOT NULL"

_DISMISSED = (
    "DELETE FROM person_v1 p WHERE p.generation = %s AND p.person = %s AND p.school IS NULL"
    " AND NOT EXISTS (SELECT FROM post_v1 t WHERE t.generation = p.generation AND t.person = p.person AND t.appointed)"
)
"""The last appointment of somebody who stands in no roster has ended."""


async def is_older(connection: Connection, person: str, position: int) -> bool:
    """Whether something newer about the person was kept; else their row says from now on that this was.

    For a service that keeps what a neighbour says: after a restart it may hear the last events once more.
    """
    cursor = await connection.execute("SELECT position >= %s FROM person_v1 WHERE person = %s", (position, person))
    row = await cursor.fetchone()
    if row and not row[0]:
        await connection.execute("UPDATE person_v1 SET position = %s WHERE person = %s", (position, person))
    return bool(row and row[0])
