"""Read models of notifications: the roster as far as sending needs it, agencies, tasks; and what is due (outbox and deadlines)."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from services.notifications.directory.room import RoomSaid
from services.notifications.directory.searching import Listed
from services.notifications.domain.agency_correction import EntryCorrected
from services.notifications.domain.listing import Offer
from services.notifications.domain.outcome import Outcome
from services.notifications.domain.task.table import SILENCE
from services.notifications.reasons import endpoint_state
from services.notifications.rota import standing_in
from shared.conditions import Conditions
from shared.database import Connection, Database
from shared.events import (
    DISTRICT,
    CalendarChanged,
    DutyChanged,
    PersonAppointed,
    PersonRegistered,
    RosterFact,
    SchoolRegistered,
    calendar_of_kind,
    calendar_of_school,
)
from shared.eventstore.projection import Projection, Reading
from shared.post_keeping import Changed, Registering, Registration, is_older, keep_change, registered
from shared.posts import Posts
from shared.school_day import Calendar, Layer, layered
from shared.sealed import Sealed

# the roster --------------------------------------------------------------------------------------------------------


REMEMBERED = 5.0
"""Seconds that a school's duty list may be used from memory: another process may have heard of a change."""


_THERE = (
    "SELECT p.person FROM person_v1 p WHERE p.generation = 1 AND p.person = ANY (%s)"
    " AND (p.kind = 'staff' OR EXISTS (SELECT FROM post_v1 t WHERE t.generation = 1 AND t.person = p.person))"
    " AND NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = 1 AND u.person = p.person)"
)
"""Which of these people are staff or hold a post, and are not suspended."""

LEAVES = sql.SQL("SELECT school FROM away_v1 WHERE person = %(person)s AND clock_timestamp() BETWEEN away_from AND away_until")
"""The schools from which somebody is on leave now, as the look-up of posts asks for them."""

_AWAY_NOW = "SELECT person, deputy FROM away_v1 WHERE school = %s AND clock_timestamp() BETWEEN away_from AND away_until"


class Roster:
    """People and schools, kept from intake's events. posts: who holds which role where."""

    def __init__(self, database: Database, posts: Posts, national: Calendar) -> None:
        self._database, self.posts, self._national = database.acting_as("directory"), posts, national
        self._staff: dict[str, tuple[float, dict[str, list[str]]]] = {}
        self._changes = 0
        self._registering = Registering(database, _PERSON)

    async def keep(self, told: RosterFact | DutyChanged | CalendarChanged, position: int) -> None:
        """Keeps what a neighbour said; an older event never overwrites a newer one."""
        try:
            await self._keep(told, position)
        finally:
            self._forget()

    async def keep_many(self, people: Sequence[Registration]) -> None:
        """The same of many people in one statement."""
        try:
            await self._registering.keep_many(people)
        finally:
            self._forget()

    def _forget(self) -> None:
        self._changes += 1
        self._staff.clear()
        self.posts.forget()

    async def _keep(self, told: RosterFact | DutyChanged | CalendarChanged, position: int) -> None:
        if isinstance(told, PersonRegistered):
            await self._registering.keep(told, position)
            return
        async with self._database.connection() as connection:
            match told:
                case SchoolRegistered():
                    await connection.execute(_SCHOOL, (told.school, told.level, told.cluster, told.kind_of_school))
                case CalendarChanged():
                    await connection.execute(_CALENDAR, (told.of, Jsonb(told.layer.model_dump(mode="json")), position))
                case DutyChanged():
                    await connection.execute(_AWAY, (told.person, told.school, told.away_from, told.away_until, told.deputy, position))
                case _ if not await is_older(connection, told.person, position):
                    await keep_change(connection, told)
                    await _keep_contacts(connection, told, position)
                case _:
                    pass  # it was kept before

    async def staff(self, school: str) -> dict[str, list[str]]:
        """People by role who are on duty for a school: its own, else its cluster's counsellors; and the district's duty officers."""
        read_at, known = self._staff.get(school, (0.0, {}))
        if known and time.monotonic() - read_at < REMEMBERED:
            return known
        changes = self._changes
        found = await self._read_staff(school)
        if changes == self._changes:
            self._staff[school] = (time.monotonic(), found)
        return found

    async def standing_in(self, school: str, person: str) -> str | None:
        """The person, or who stands in for them while they are away from the school; None where nobody does who is there."""
        async with self._database.statement() as connection:
            away: dict[str, str | None] = dict(await (await connection.execute(_AWAY_NOW, (school,))).fetchall())
            candidates = [person, *(deputy for deputy in away.values() if deputy)]
            there = {row[0] for row in await (await connection.execute(_THERE, (candidates,))).fetchall()}
        return standing_in(person, away, there)

    async def is_there(self, person: str) -> bool:
        """Whether somebody is staff or holds a post, and is not suspended."""
        async with self._database.statement() as connection:
            return await (await connection.execute(_THERE, ([person],))).fetchone() is not None

    async def school(self, person: str) -> str | None:
        """The school of a person, as far as known."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT school FROM person_v1 WHERE person = %s", (person,))).fetchone()
        return row[0] if row else None

    async def guardians(self, student: str) -> tuple[str, ...]:
        """A student's guardians."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT guardians FROM person_v1 WHERE person = %s", (student,))).fetchone()
        return tuple(row[0]) if row else ()

    async def born(self, student: str) -> Sealed | None:
        """A student's birth date, as far as the roster has it."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT born FROM person_v1 WHERE person = %s", (student,))).fetchone()
        return Sealed.model_validate(row[0]) if row and row[0] else None

    async def contacts(self, person: str) -> list[Sealed]:
        """Somebody's mail address and telephone, as far as the roster has them."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT email, phone FROM person_v1 WHERE person = %s", (person,))).fetchone()
        return [Sealed.model_validate(box) for box in row or () if box]

    async def calendar(self, school: str) -> Calendar:
        """The days of a school: what was said of the district, of its kind and of itself."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT level FROM school_v1 WHERE school = %s", (school,))).fetchone()
            names = [DISTRICT, calendar_of_kind(row[0] if row else "other"), calendar_of_school(school)]
            rows = await (await connection.execute("SELECT of_whom, layer FROM calendar_v1 WHERE of_whom = ANY (%s)", (names,))).fetchall()
        said = {of: Layer.model_validate(layer) for of, layer in rows}
        return layered(self._national, *(said.get(name) for name in names))

    async def _read_staff(self, school: str) -> dict[str, list[str]]:
        async with self._database.statement() as connection:
            rows = await (await connection.execute(_STAFF, {"school": school})).fetchall()
            away: dict[str, str | None] = dict(await (await connection.execute(_AWAY_NOW, (school,))).fetchall())
        there = {row[0] for row in rows}
        found: dict[str, list[str]] = defaultdict(list)
        nearby: list[str] = []
        for somebody, role, of_the_cluster in rows:
            person = standing_in(somebody, away, there)
            if person is None:
                continue  # absent, and nobody who is there stands in: the rung is skipped at once
            (nearby if of_the_cluster else found[role]).append(person)
        if not any(role == "counsellor" and not of_the_cluster for _, role, of_the_cluster in rows):
            found["counsellor"] = nearby  # a school without a counsellor is served by its cluster (gugus; `shared.posts.SERVES`)
        return dict(found)


_STAFF = (
    "WITH mine AS (SELECT cluster, kind FROM school_v1 WHERE school = %(school)s), held AS ("
    " SELECT person, role, false AS nearby FROM post_v1 WHERE generation = 1 AND school = %(school)s"
    " UNION SELECT person, role, false FROM post_v1 WHERE generation = 1 AND school IS NULL AND (kind IS NULL OR kind = (SELECT kind FROM mine))"
    " UNION SELECT p.person, p.role, true FROM mine JOIN school_v1 s ON s.cluster = mine.cluster AND s.school <> %(school)s"
    " JOIN post_v1 p ON p.generation = 1 AND p.role = 'counsellor' AND p.school = s.school)"
    " SELECT person, role, nearby FROM held WHERE NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = 1 AND u.person = held.person)"
    " ORDER BY person, role"
)
"""Who holds a post at a school: its own people, those of the district, and the counsellors of its cluster."""

_SCHOOL = (
    "INSERT INTO school_v1 (school, level, cluster, kind) VALUES (%s, %s, %s, %s) ON CONFLICT (school)"
    " DO UPDATE SET level = excluded.level, cluster = excluded.cluster, kind = excluded.kind"
)
_CALENDAR = (
    "INSERT INTO calendar_v1 VALUES (%s, %s, %s) ON CONFLICT (of_whom) DO UPDATE SET layer = excluded.layer,"
    " position = excluded.position WHERE calendar_v1.position < excluded.position"
)
_AWAY = (
    "INSERT INTO away_v1 VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (person, school) DO UPDATE SET away_from ="
    " excluded.away_from, away_until = excluded.away_until, deputy = excluded.deputy, position = excluded.position"
    " WHERE away_v1.position < excluded.position"
)
_PERSON = registered(
    "INSERT INTO person_v1 (person, kind, school, email, phone, born, guardians, position)"
    " SELECT person, kind, school, email, phone, CASE WHEN kind = 'student' THEN born END, guardians, position FROM row"
    " ON CONFLICT (person) DO UPDATE"
    " SET kind = excluded.kind, school = excluded.school, email = excluded.email, phone = excluded.phone, born = excluded.born,"
    " guardians = excluded.guardians, position = excluded.position"
    " WHERE person_v1.position < excluded.position"
)
_APPOINTED = (
    "INSERT INTO person_v1 (person, kind, email, phone, guardians, position) VALUES (%s, 'staff', %s, %s, '{}', %s) ON CONFLICT (person) DO UPDATE"
    " SET email = coalesce(excluded.email, person_v1.email), phone = coalesce(excluded.phone, person_v1.phone)"
)


async def _keep_contacts(connection: Connection, told: Changed, position: int) -> None:
    """Where somebody is reached who was appointed and stands in no roster."""
    if isinstance(told, PersonAppointed) and told.name:
        boxes = [Jsonb(box.model_dump()) if box else None for box in (told.email, told.phone)]
        await connection.execute(_APPOINTED, (told.person, *boxes, position))


# queries -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks. schools: whose messages and tasks they see, None for all; never those of a case whose concern names them.

    agency: whose tasks they are, where an agency looks.
    """

    person: str
    schools: tuple[str, ...] | None
    agency: str | None = None

    @property
    def wall(self) -> str:
        """As row security takes it (ADR 32)."""
        if self.agency:
            return f"agency:{self.agency}"
        return "*" if self.schools is None else ",".join((*self.schools, f"person:{self.person}"))

    def wanted(self, generation: int) -> Conditions:
        """What they may see of messages and tasks."""
        found = Conditions()
        found.add("o.generation = %s", generation)
        found.add_if_asked(
            "coalesce((SELECT k.school FROM case_school_v1 k WHERE k.case_id = o.case_id), o.school) = ANY (%s)",
            None if self.schools is None else list(self.schools),
        )
        found.add(
            "NOT EXISTS (SELECT FROM conflict_v1 c WHERE c.generation = o.generation AND c.case_id = o.case_id AND c.person = %s)", self.person
        )  # fmt: skip
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a long list. after: moment and id of the last one that was read, None at the beginning."""

    most: int
    after: Sequence[Any] | None = None


_DELIVERIES = sql.SQL(
    "SELECT o.id, o.kind, o.case_id, o.school, o.receiver, o.step, o.state, o.queued_at, o.sent_at,"
    " CASE WHEN o.kind = 'notice' THEN substr(o.stream, 8) END, CASE WHEN starts_with(o.stream, 'task-') THEN substr(o.stream, 6) END,"
    " coalesce((SELECT jsonb_agg(jsonb_build_object('at', a.at, 'outcome', a.outcome) ORDER BY a.number)"
    " FROM attempt a WHERE a.outbox = o.id), '[]') FROM outbox_v1 o WHERE {} ORDER BY o.queued_at, o.id"
)
_RECEIVED = sql.SQL(
    "SELECT o.case_id, o.school, o.urgent, o.state, o.queued_at FROM outbox_v1 o WHERE {} AND o.kind = 'alert'"
    " AND o.queued_at > clock_timestamp() - interval '30 days' ORDER BY o.queued_at DESC LIMIT 200"
)
_TASKS = sql.SQL(
    "SELECT o.task, o.case_id, o.school, o.agency, o.priority, o.state, o.respond_by, o.requested_at FROM task_v1 o WHERE {}"
    " ORDER BY o.requested_at DESC, o.task DESC"
)
_AGENCIES = sql.SQL(
    "SELECT a.agency, a.name, a.kind, a.services, a.url IS NOT NULL, e.at, e.outcome FROM agency_v1 a LEFT JOIN endpoint_outcome e"
    " ON e.agency = a.agency AND (e.url_hash = sha256(convert_to(a.url, 'UTF8')) OR a.url IS NULL AND starts_with(e.outcome, 'never:gone'))"
    " WHERE {} ORDER BY a.name"
)


async def deliveries(outbox: Projection, reader: Reader, case: str | None, page: Page | None = None) -> list[dict[str, Any]]:
    """Each message and each of its attempts, as far as the reader may know, oldest first. page: None is all. Raises: StillBuilding, BehindWrite."""
    names = ("id", "kind", "case", "school", "receiver", "step", "state", "queued_at", "sent_at", "notice", "task", "attempts")
    async with outbox.reading(reader.wall) as reading:
        wanted = reader.wanted(reading.generation)
        wanted.add_if_asked("o.case_id = %s", case)
        if page and page.after:
            wanted.add("(o.queued_at, o.id) > (%s, %s)", *page.after)
        return await _rows(reading, _DELIVERIES, wanted, names, page.most if page else None)


async def received(outbox: Projection, reader: Reader) -> list[dict[str, Any]]:
    """What a member of staff was sent in the last 30 days, newest first. Raises: StillBuilding, BehindWrite."""
    async with outbox.reading(reader.wall) as reading:
        wanted = reader.wanted(reading.generation)
        wanted.add("o.receiver = %s", reader.person)
        return await _rows(reading, _RECEIVED, wanted, ("case", "school", "urgent", "state", "queued_at"))


async def tasks(outbox: Projection, reader: Reader, page: Page | None = None) -> list[dict[str, Any]]:
    """Tasks, newest first; an agency's own where it looks. page: None is all. Raises: StillBuilding, BehindWrite."""
    async with outbox.reading(reader.wall) as reading:
        wanted = reader.wanted(reading.generation)
        wanted.add_if_asked("o.agency = %s", reader.agency)
        if page and page.after:
            wanted.add("(o.requested_at, o.task) < (%s, %s)", *page.after)
        names = ("id", "case", "school", "agency", "priority", "state", "respond_by", "requested_at")
        return await _rows(reading, _TASKS, wanted, names, page.most if page else None)


async def agencies(outbox: Projection) -> list[dict[str, Any]]:
    """The directory, without secrets. endpoint: how the last call to the endpoint that stands there now ended, None before the first one.

    Raises: StillBuilding, BehindWrite.
    """
    async with outbox.reading() as reading:
        wanted = Conditions()
        wanted.add("a.generation = %s", reading.generation)
        found = await _rows(reading, _AGENCIES, wanted, ("id", "name", "kind", "services", "has_webhook", "at", "outcome"))
    return [_with_endpoint(**each) for each in found]


_NOT_REACHED = sql.SQL(
    "SELECT a.agency FROM agency_v1 a JOIN outbox_v1 o USING (generation) WHERE {} AND o.stream = 'agency-' || a.agency"
    " AND o.kind IN ('room', 'webhook') AND o.queued_at >= a.room_asked_at AND (a.room_told_at IS NULL OR a.room_told_at < a.room_asked_at)"
    " AND (o.state = 'failed' OR o.state IN ('queued', 'sending') AND o.due_at - o.queued_at > {})"
)


async def not_reached(outbox: Projection, reader: Reader) -> set[str]:
    """Agencies whom the question for room did not reach, or does not within a working day. Raises: StillBuilding, BehindWrite."""
    async with outbox.reading(reader.wall) as reading:
        query = _NOT_REACHED.format(sql.SQL("a.generation = %s"), sql.Literal(SILENCE["routine"]))
        return {row[0] for row in await (await reading.connection.execute(query, (reading.generation,))).fetchall()}


LISTED = sql.SQL("agency, name, kind, services, described, has_room, room_told_at, room_asked_at, assured_at, listed_at, corrections")
"""The columns of `as_listed`."""


async def listed(outbox: Projection) -> list[Listed]:
    """The directory with everything that it says. Raises: StillBuilding, BehindWrite."""
    async with outbox.reading() as reading:
        query = sql.SQL("SELECT {} FROM agency_v1 WHERE generation = %s ORDER BY name").format(LISTED)
        rows = await (await reading.connection.execute(query, (reading.generation,))).fetchall()
    return [as_listed(*row) for row in rows]


def as_listed(agency: str, name: str, kind: str, services: Sequence[str], described: dict[str, Any] | None, *rest: Any) -> Listed:
    """From a row of `LISTED`."""
    (has_room, told_at, asked_at, assured_at, listed_at, own), said = rest, described or {}
    offers = [Offer.model_validate(each) for each in said.get("offers", ())]
    room = RoomSaid(has_room, told_at, asked_at)
    corrections = [EntryCorrected.model_validate(each) for each in own.values()]
    return Listed(agency, name, kind, services, said.get("description", ""), offers, room, assured_at, listed_at, corrections)


def _with_endpoint(at: datetime | None, outcome: str | None, **agency: Any) -> dict[str, Any]:
    return {**agency, "endpoint": endpoint_state(at, outcome) if at and outcome else None}


async def keep_endpoint_outcome(database: Database, agency: str, url: str, outcome: Outcome) -> None:
    """What the keeper of the directory sees. Of the address only a hash is kept here, since it may hold a secret. Raises: Unavailable."""
    async with database.statement() as connection:
        await connection.execute(
            "INSERT INTO endpoint_outcome VALUES (%s, sha256(convert_to(%s, 'UTF8')), clock_timestamp(), %s) ON CONFLICT (agency)"
            " DO UPDATE SET url_hash = excluded.url_hash, at = excluded.at, outcome = excluded.outcome",
            (agency, url, str(outcome)),
        )


async def _rows(reading: Reading, query: sql.SQL, wanted: Conditions, names: Sequence[str], most: int | None = None) -> list[dict[str, Any]]:
    asked = query.format(wanted.where) + sql.SQL("" if most is None else " LIMIT {}").format(most)
    found = await (await reading.connection.execute(asked, wanted.values)).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]
