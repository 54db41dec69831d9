"""The read model of erasures, and of who left when: what goes on by itself, and what the archive schedule asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.erasure import ErasureCompleted, ErasureHeld, ErasureRequested
from services.intake.domain.subject_request import SubjectAnswered, SubjectAsked
from shared.database import Connection
from shared.events import PersonLeft, PersonRegistered, read_public
from shared.eventstore.projection import Projection
from shared.message import Recorded

VIEW = "intake_erasures_v1"
TABLES = ("erasure_v1", "left_v1", "subject_request_v1")

PAGE = 100

_AT_ONCE = 500
"""People in one statement."""

_ASKED = (
    "INSERT INTO erasure_v1 (generation, person, erasure, state, ground, scope, asked_at) VALUES (%s, %s, %s, 'underway', %s, %s, %s)"
    " ON CONFLICT (generation, person) DO UPDATE SET erasure = excluded.erasure, state = excluded.state, ground = excluded.ground,"
    " scope = excluded.scope, asked_at = excluded.asked_at"
)
_STATE = "UPDATE erasure_v1 SET state = %s WHERE generation = %s AND person = %s"
_THERE = (
    "INSERT INTO left_v1 (generation, person, kind, school)"
    " SELECT %s, told.* FROM unnest(%s::text[], %s::text[], %s::text[]) AS told"
    " ON CONFLICT (generation, person) DO UPDATE SET kind = excluded.kind, school = excluded.school, left_at = NULL"
)
_LEFT = (
    "UPDATE left_v1 l SET left_at = told.at FROM unnest(%s::text[], %s::timestamptz[]) AS told (person, at)"
    " WHERE l.generation = %s AND l.person = told.person"
)

_CLAIMED = "INSERT INTO subject_request_v1 (generation, request, person, claim, asked_at, due) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
_ANSWERED = "UPDATE subject_request_v1 SET outcome = %s, answered_at = %s WHERE generation = %s AND request = %s"


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Applies events to the tables of a generation. Who came and who left is kept at once: of several words about somebody the last counts."""
    for event in events:
        if event.type.startswith("erasure-"):
            await _erasure(connection, generation, event)
        elif event.type in ("subject-asked", "subject-answered"):
            await _subject(connection, generation, event)
    people = [event for event in events if event.type in ("person-registered", "person-left")]
    for place in range(0, len(people), _AT_ONCE):
        await _people(connection, generation, people[place : place + _AT_ONCE])


async def _subject(connection: Connection, generation: int, event: Recorded) -> None:
    if event.type == "subject-asked":
        told = SubjectAsked.model_validate_json(event.body)
        await connection.execute(_CLAIMED, (generation, told.request, told.person, told.right, told.at, told.due))
    else:
        answer = SubjectAnswered.model_validate_json(event.body)
        await connection.execute(_ANSWERED, (answer.outcome, answer.at, generation, answer.request))


async def _erasure(connection: Connection, generation: int, event: Recorded) -> None:
    match event.type:
        case "erasure-requested":
            told = ErasureRequested.model_validate_json(event.body)
            await connection.execute(_ASKED, (generation, told.person, told.erasure, told.ground, told.scope, told.at))
        case "erasure-held":
            await connection.execute(_STATE, ("held", generation, ErasureHeld.model_validate_json(event.body).person))
        case "erasure-completed":
            await connection.execute(_STATE, ("completed", generation, ErasureCompleted.model_validate_json(event.body).person))


async def _people(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Whoever left after they came in these events was there first: their school and kind are told by what registered them."""
    there: dict[str, PersonRegistered] = {}
    left: dict[str, datetime] = {}
    for event in events:
        match told := read_public(event.type, event.body):
            case PersonRegistered():
                there[told.person] = told
                left.pop(told.person, None)
            case PersonLeft():
                left[told.person] = event.recorded_at
            case _:
                pass
    if there:
        known = [(each.person, each.kind, each.school) for each in there.values()]
        await connection.execute(_THERE, (generation, *(list(column) for column in zip(*known, strict=True))))
    if left:
        await connection.execute(_LEFT, (list(left), list(left.values()), generation))


@dataclass(frozen=True, slots=True)
class Listed:
    """One person's latest erasure. state: underway, held or completed."""

    person: str
    erasure: str
    state: str
    ground: str
    scope: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """What somebody asked of their own data. claim: which right. outcome: None while it waits."""

    request: str
    person: str
    claim: str
    asked_at: datetime
    due: datetime
    outcome: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """left_at: None while the roster has them. kind: student, guardian or staff."""

    person: str
    kind: str
    school: str
    left_at: datetime | None


_LISTED = "SELECT person, erasure, state, ground, scope, asked_at FROM erasure_v1 WHERE generation = %s"
_CLAIMS = (
    "SELECT request, person, claim, asked_at, due, outcome, answered_at FROM subject_request_v1 WHERE generation = %s"
    " ORDER BY outcome IS NOT NULL, due LIMIT %s"
)
_PERSON = "SELECT person, kind, school, left_at FROM left_v1 WHERE generation = %s"


@dataclass(frozen=True, slots=True)
class Erasures:
    """Queries. view: the projection that fills the tables. Each raises: StillBuilding, BehindWrite."""

    view: Projection

    async def newest(self, before: datetime | None = None) -> list[Listed]:
        """A page of them, the newest first."""
        query = f"{_LISTED} AND asked_at < coalesce(%s::timestamptz, 'infinity') ORDER BY asked_at DESC LIMIT {PAGE}"
        async with self.view.reading(acting="erasures") as (connection, generation):
            rows = await (await connection.execute(query, (generation, before))).fetchall()
        return [Listed(*row) for row in rows]

    async def underway(self) -> list[Listed]:
        """Those that somebody has to go on with, the oldest first."""
        async with self.view.as_it_stands(acting="erasures") as (connection, generation):
            rows = await (await connection.execute(f"{_LISTED} AND state = 'underway' ORDER BY asked_at LIMIT {PAGE}", (generation,))).fetchall()
        return [Listed(*row) for row in rows]

    async def claims(self) -> list[Claimed]:
        """A page of what people asked of their own data: what waits first, by when it is due."""
        async with self.view.reading(acting="erasures") as (connection, generation):
            rows = await (await connection.execute(_CLAIMS, (generation, PAGE))).fetchall()
        return [Claimed(*row) for row in rows]

    async def person(self, person: str) -> Person | None:
        """Whether and when somebody left; None where the roster never had them."""
        async with self.view.reading(acting="erasures", about=[person]) as (connection, generation):
            row = await (await connection.execute(f"{_PERSON} AND person = %s", (generation, person))).fetchone()
        return Person(*row) if row else None

    async def gone_from(self, school: str) -> list[str]:
        """Whoever left this school, the last first."""
        query = "SELECT person FROM left_v1 WHERE generation = %s AND school = %s AND left_at IS NOT NULL ORDER BY left_at DESC, person"
        async with self.view.reading(acting="erasures") as (connection, generation):
            rows = await (await connection.execute(query, (generation, school))).fetchall()
        return [person for (person,) in rows]

    async def gone(self, after: Person | None, limit: int = PAGE) -> list[Person]:
        """Who left, in that order, a page at a time. after: the last of the page before."""
        moment, person = (after.left_at, after.person) if after else ("-infinity", "")
        query = f"{_PERSON} AND (left_at, person) > (%s, %s) AND left_at IS NOT NULL ORDER BY left_at, person LIMIT %s"
        async with self.view.reading(acting="erasures") as (connection, generation):
            rows = await (await connection.execute(query, (generation, moment, person, limit))).fetchall()
        return [Person(*row) for row in rows]
