"""Reading the read models of cases: the roster as far as cases needs it, the case list, the lists of a working day, who read what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import sql
from psycopg.types.json import Jsonb

from services.cases.domain.case.state import State
from services.cases.reading.projecting import VIEW
from services.cases.rights import Sight
from shared.conditions import Conditions
from shared.database import Connection, Database
from shared.events import PersonAppointed, PersonDismissed, PersonLeft, PersonRegistered, RosterFact, SchoolRegistered, Urgency
from shared.eventstore.batching import Batcher
from shared.eventstore.generations import answering
from shared.eventstore.projection import Projection
from shared.posts import DISMISSED, LEFT, LEFT_STAYS, Changed, Posts, Registration, is_older, keep_posts, registered, registrations
from shared.sealed import Sealed

# the roster --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the roster; name and birth date sealed. school: where a student is, the main one of others; None for whoever was only appointed."""

    person: str
    kind: str
    school: str | None
    name: Sealed
    born: Sealed | None
    guardians: tuple[str, ...]


OF_THE_DISTRICT = ("district-duty", "district-officer", "supervisor")
"""Roles that work where any case of the district is."""

_STAFF = (
    "WITH mine AS (SELECT cluster, kind FROM school_v1 WHERE school = %(school)s), held AS ("
    " SELECT person, role, false AS nearby FROM post_v1 WHERE generation = 1 AND school = %(school)s"
    " UNION SELECT person, role, false FROM post_v1 WHERE generation = 1 AND school IS NULL AND role = ANY (%(district)s)"
    " AND (kind IS NULL OR kind = (SELECT kind FROM mine))"
    " UNION SELECT p.person, p.role, true FROM mine JOIN school_v1 s ON s.cluster = mine.cluster AND s.school <> %(school)s"
    " JOIN post_v1 p ON p.generation = 1 AND p.role = 'counsellor' AND p.school = s.school WHERE NOT EXISTS (SELECT FROM post_v1 own"
    " WHERE own.generation = 1 AND own.role = 'counsellor' AND own.school = %(school)s"
    " AND NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = 1 AND u.person = own.person)))"
    " SELECT person, role FROM held WHERE EXISTS (SELECT FROM person_v1 p WHERE p.generation = 1 AND p.person = held.person)"
    " AND NOT EXISTS (SELECT FROM suspension_v1 u WHERE u.generation = 1 AND u.person = held.person)"
    " GROUP BY person, role ORDER BY bool_and(nearby), person, role"
)
"""Who holds a post at a school: its own people and those of the district; without a counsellor, its cluster's (`shared.posts.SERVES`)."""


class Roster:
    """People and schools, kept from intake's events. posts: who holds which role where."""

    def __init__(self, database: Database, posts: Posts) -> None:
        self._database, self.posts = database.acting_as("directory"), posts
        self._registering: Batcher[Registration, None] = Batcher(self._register, most=128)

    async def keep(self, told: RosterFact, position: int) -> None:
        """Keeps what intake said; an older event never overwrites a newer one."""
        try:
            await self._keep(told, position)
        finally:
            self.posts.forget()

    async def _keep(self, told: RosterFact, position: int) -> None:
        if isinstance(told, PersonRegistered):
            await self._registering.submit(Registration(told, position))
            return
        async with self._database.connection() as connection:
            if isinstance(told, SchoolRegistered):
                await connection.execute(_SCHOOL, (told.school, told.name, told.level, told.cluster, told.kind_of_school))
            elif not await is_older(connection, told.person, position):
                await keep_posts(connection, told)
                await _keep_row(connection, told, position)

    async def _register(self, people: Sequence[Registration]) -> list[None]:
        """What is told of many people at once is one statement."""
        async with self._database.statement() as connection:
            await connection.execute(_PERSON, registrations(people))
        return [None] * len(people)

    async def person(self, person: str) -> Person | None:
        """The person with this id."""
        query = "SELECT person, kind, school, name, born, guardians FROM person_v1 WHERE person = %s"
        async with self._database.statement() as connection:
            row = await (await connection.execute(query, (person,))).fetchone()
        if row is None:
            return None
        born = Sealed.model_validate(row[4]) if row[4] else None
        return Person(row[0], row[1], row[2], Sealed.model_validate(row[3]), born, tuple(row[5]))

    async def roles_at(self, person: str, school: str) -> frozenset[str]:
        """The roles that somebody holds where a case of this school is worked on; none for whoever is unknown, left, suspended, or no member
        of staff.
        """
        return frozenset(role for role, people in (await self.staff(school)).items() if person in people)

    async def staff(self, school: str) -> dict[str, list[str]]:
        """People by the role they hold at a school: its own, the district's, its cluster's counsellors where it has none. Nobody suspended."""
        async with self._database.statement() as connection:
            cursor = await connection.execute(_STAFF, {"school": school, "district": list(OF_THE_DISTRICT)})
            rows: list[tuple[str, str]] = await cursor.fetchall()
        found: dict[str, list[str]] = defaultdict(list)
        for person, role in rows:
            found[role].append(person)
        return dict(found)

    async def names(self, people: Sequence[str]) -> dict[str, Sealed]:
        """Sealed names of several people."""
        async with self._database.statement() as connection:
            rows = await (await connection.execute("SELECT person, name FROM person_v1 WHERE person = ANY(%s)", (list(people),))).fetchall()
        return {row[0]: Sealed.model_validate(row[1]) for row in rows}


_SCHOOL = (
    "INSERT INTO school_v1 (school, name, level, cluster, kind) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (school)"
    " DO UPDATE SET name = excluded.name, level = excluded.level, cluster = excluded.cluster, kind = excluded.kind"
)
_PERSON = registered(
    "INSERT INTO person_v1 (person, kind, school, name, born, guardians, position)"
    " SELECT person, kind, school, name, born, guardians, position FROM row ON CONFLICT (person) DO UPDATE"
    " SET kind = excluded.kind, school = excluded.school, name = excluded.name, born = excluded.born, guardians = excluded.guardians,"
    " position = excluded.position, name_key = NULL WHERE person_v1.position < excluded.position"
)
_APPOINTED = (
    "INSERT INTO person_v1 (person, kind, name, guardians, position) VALUES (%s, 'staff', %s, '{}', %s) ON CONFLICT (person) DO UPDATE"
    " SET name = excluded.name"
)


async def _keep_row(connection: Connection, told: Changed, position: int) -> None:
    """The person's own row. Whoever was appointed stays known when they leave the roster, until they are dismissed."""
    match told:
        case PersonAppointed(name=Sealed() as name):
            await connection.execute(_APPOINTED, (told.person, Jsonb(name.model_dump()), position))
        case PersonLeft():
            await connection.execute(LEFT_STAYS, (1, told.person))
            await connection.execute(LEFT, (1, told.person))
            await connection.execute("DELETE FROM name_token_v1 WHERE person = %s", (told.person,))
        case PersonDismissed():
            await connection.execute(DISMISSED, (1, told.person))
        case _:
            pass


# the case list ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the case list."""

    id: str
    school: str
    student: str | None
    state: State
    urgency: Urgency
    assignee: str | None
    acknowledged_by: str | None
    acknowledge_by: datetime | None
    desk: str
    opened_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list asks for; None is anything.

    holder: who was given the case, or else took it in hand. homeroom: of the students' class now. arriving_at: cases that are at another school, of
    students who are at these, or that these were asked to take; at any school where there are none.
    """

    school: str | None = None
    state: str | None = None
    urgency: str | None = None
    assignee: str | None = None
    holder: str | None = None
    student: str | None = None
    students: tuple[str, ...] | None = None
    overdue: bool | None = None
    unidentified: bool = False
    open: bool | None = None
    homeroom: str | None = None
    arriving_at: tuple[str, ...] | None = None


_CASES = sql.SQL(
    "SELECT case_id, school, student, state, urgency, assignee, acknowledged_by, acknowledge_by, desk, opened_at, changed_at, version"
    " FROM case_list_v1 WHERE {} ORDER BY opened_at DESC, case_id DESC LIMIT {}"
)
"""The limit is told to the planner: with one that it does not know it prepares for a tenth of the table."""


class CaseList:
    """Queries over the case list, under row-level security. They wait for the view: whoever just wrote reads what they wrote."""

    def __init__(self, view: Projection) -> None:
        self._view = view

    async def page(self, filters: Filters, *, schools: str, sight: Sight, reader: str, after: Sequence[Any] | None, limit: int) -> list[Listed]:
        """Newest first. schools: the wall, as `schools_of` says it. Cases that name the reader are never listed.

        Raises: StillBuilding, BehindWrite.
        """
        async with self._view.reading(schools) as (connection, generation):
            wanted = cases_wanted(generation, filters, schools, sight, reader, after)
            cursor = await connection.execute(_CASES.format(wanted.where, limit), wanted.values)
            return [Listed(*row) for row in await cursor.fetchall()]


def cases_wanted(
    generation: int, filters: Filters, schools: str, sight: Sight, reader: str, after: Sequence[Any] | None
) -> Conditions:  # fmt: skip
    """Which rows of the case list are asked for, as far as the reader may know of them. after: the place of the last one, newest first."""
    wanted = Conditions()
    wanted.add("generation = %s", generation)
    wanted.add("NOT %s = ANY (named)", reader)
    if filters.arriving_at is None:
        _of_schools(wanted, schools)
    else:
        _arriving_at(wanted, filters.arriving_at)
    wanted.add_if_asked("school = %s", filters.school)
    wanted.add_if_asked("student IN (SELECT student FROM whereabouts_v1 WHERE homeroom = %s)", filters.homeroom)
    wanted.add_if_asked("%s = (state NOT IN ('closed', 'merged'))", filters.open)
    wanted.add_if_asked("state = %s", filters.state)
    wanted.add_if_asked("urgency = %s", filters.urgency)
    wanted.add_if_asked("assignee = %s", filters.assignee)
    wanted.add_if_asked("coalesce(assignee, acknowledged_by) = %s", filters.holder)
    wanted.add_if_asked("student = %s", filters.student)
    wanted.add_if_asked("student = ANY (%s)", None if filters.students is None else list(filters.students))
    wanted.add_if_asked("%s = (acknowledged_by IS NULL AND acknowledge_by < clock_timestamp())", filters.overdue)
    if filters.unidentified:
        wanted.add("student IS NULL AND state NOT IN ('closed', 'merged')")
    if sight.late:
        wanted.add("(urgency = 'emergency' OR desk = 'district' OR school = ANY (%s))", list(sight.whole))
    if after:
        wanted.add("(opened_at, case_id) < (%s, %s)", *after)
    return wanted


def _arriving_at(wanted: Conditions, schools: tuple[str, ...]) -> None:
    wanted.add("state NOT IN ('closed', 'merged')")
    if schools:
        wanted.add("(student_at = ANY (%s) OR asked_of = ANY (%s))", list(schools), list(schools))
    else:
        wanted.add("(student_at IS NOT NULL OR asked_of IS NOT NULL)")


def _of_schools(wanted: Conditions, schools: str) -> None:
    """Repeats the school predicate: row-level security alone cannot use an index."""
    own = [each for each in schools.split(",") if not each.startswith("desk:")]
    if len(own) > 1:
        wanted.add("school = ANY (%s)", own)
    elif schools != "*":
        wanted.add("school = %s", *own)


# the lists of a working day ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """Something expected. expected_at: until when. step: how many rungs of the ladder have heard that it is late."""

    case: str
    key: str
    what: str
    school: str
    owner: str | None
    student: str | None
    urgency: Urgency
    expected_at: datetime
    step: int


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """A list's question. owner: of whom; what: its codes; before: expected until; climbed: only what climbed the ladder.

    nobodys: only what nobody has. taker: schools where the reader may take a case in hand, `*` for all. What may be taken there is on the list, too,
    and stands first: unacknowledged alerts, then the first thing expected of each case that nobody has. moving: only cases of students who are
    elsewhere or have left, which are to be transferred, kept or closed. sight: what of the schools is seen, everything where nothing is said.
    own: whose own things are seen beside it. nobodys_at: schools whose things without an owner are seen beside it.
    """

    owner: str | None = None
    what: Sequence[str] = ()
    before: datetime | None = None
    climbed: bool = False
    nobodys: bool = False
    taker: frozenset[str] = frozenset()
    moving: bool = False
    school: str | None = None
    sight: Sight | None = None
    own: str | None = None
    nobodys_at: frozenset[str] = frozenset()


_WORK = sql.SQL("SELECT case_id, key, what, school, owner, student, urgency, expected_at, step FROM worklist_v1 w WHERE {} ORDER BY {} LIMIT {}")
_ONE_OF = sql.SQL(
    "(SELECT {0}, row_number() OVER (), q.* FROM (SELECT case_id, key, what, school, owner, student, urgency, expected_at, step"
    " FROM worklist_v1 w WHERE {1} ORDER BY {2} LIMIT {3}) q)"
)
"""One list among several: its name and the place of each row."""

_RANK = "CASE WHEN what = 'acknowledge' THEN 0 WHEN owner IS NULL THEN 1 ELSE 2 END"
"""What stands first: an alert that nobody has acknowledged, then what nobody has."""

_MAY_BE_TAKEN = (
    "(what = 'acknowledge' OR owner IS NULL AND NOT EXISTS (SELECT FROM worklist_v1 e WHERE e.generation = w.generation AND e.case_id = w.case_id"
    " AND e.owner IS NULL AND (e.expected_at, e.key) < (w.expected_at, w.key)))"
)
_COUNT = sql.SQL("SELECT count(*) FROM worklist_v1 w WHERE {}")
_DUE = sql.SQL(
    "SELECT case_id, key, due, clock_timestamp() FROM worklist_v1 WHERE generation = {} AND due <= clock_timestamp() ORDER BY due LIMIT %s"
).format(answering(VIEW))


class WorkList:
    """Queries over what is expected, under row-level security. All but `due` wait for the view."""

    def __init__(self, database: Database, view: Projection) -> None:
        self._database, self._view = database.acting_as("clock"), view

    async def page(self, wanted: WorkFilter, *, schools: str, reader: str, after: Sequence[Any] | None, limit: int) -> list[Work]:
        """The earliest first. schools: ids with commas, or `*`. Cases that name the reader are never listed. Raises: StillBuilding, BehindWrite."""
        async with self._view.reading(_and_what_asks(reader, schools)) as (connection, generation):
            found = _work_wanted(generation, wanted, schools, reader, after)
            cursor = await connection.execute(_WORK.format(found.where, sql.SQL(_ranked(wanted)), limit), found.values)
            return [Work(*row) for row in await cursor.fetchall()]

    async def pages(self, wanted: Mapping[str, WorkFilter], *, schools: str, reader: str, limit: int) -> dict[str, list[Work]]:
        """The beginnings of several lists, asked for in one statement. Raises: StillBuilding, BehindWrite."""
        found: dict[str, list[Work]] = {name: [] for name in wanted}
        if not wanted:
            return found
        async with self._view.reading(_and_what_asks(reader, schools)) as (connection, generation):
            asked = [(name, each, _work_wanted(generation, each, schools, reader, None)) for name, each in wanted.items()]
            parts = [_ONE_OF.format(sql.Literal(name), found.where, sql.SQL(_ranked(each)), limit) for name, each, found in asked]
            values = [value for _, _, each in asked for value in each.values]
            rows = await (await connection.execute(sql.SQL(" UNION ALL ").join(parts), values)).fetchall()
        for name, _, *told in sorted(rows, key=lambda row: (row[0], row[1])):
            found[name].append(Work(*told))
        return found

    async def counts(self, wanted: Mapping[str, WorkFilter], *, schools: str, reader: str) -> dict[str, int]:
        """How much stands on each list, by its name. Raises: StillBuilding, BehindWrite."""
        async with self._view.reading(_and_what_asks(reader, schools)) as (connection, generation):
            return {name: await _count(connection, _work_wanted(generation, each, schools, reader, None)) for name, each in wanted.items()}

    async def due(self, limit: int = 100) -> list[tuple[str, str, datetime, datetime]]:
        """Case, key, due and the database's own time, of deadlines that have come. None while no generation answers: they come later."""
        async with self._database.connection() as connection:
            return await (await connection.execute(_DUE, (limit,))).fetchall()

    async def listed_with(self, concern: str) -> list[str]:
        """Cases that are known to share this concern, however far the view is behind. Raises: StillBuilding."""
        async with self._view.as_it_stands(acting="strands") as (connection, generation):
            query = "SELECT DISTINCT case_id FROM strand_v1 WHERE generation = %s AND concern = %s"
            return [row[0] for row in await (await connection.execute(query, (generation, concern))).fetchall()]

    async def cases_of_concerns(self, concerns: Sequence[str]) -> list[tuple[str, str, str]]:
        """Concern, case and the student's role in it, of every case that shares one of these concerns. Raises: StillBuilding, BehindWrite."""
        async with self._view.reading(acting="strands") as (connection, generation):
            query = "SELECT concern, case_id, role FROM strand_v1 WHERE generation = %s AND concern = ANY (%s)"
            return await (await connection.execute(query, (generation, list(concerns)))).fetchall()

    async def acts_of(self, person: str, kind: str, school: str, since: datetime) -> int:
        """How often somebody has done one kind of counted act at a school since then. Raises: StillBuilding, BehindWrite."""
        query = "SELECT count(*) FROM fact_v1 WHERE generation = %s AND school = %s AND happened_at >= %s AND kind = %s AND person = %s"
        async with self._view.reading(school) as (connection, generation):
            row = await (await connection.execute(query, (generation, school, since, kind, person))).fetchone()
        return int(row[0]) if row else 0


def _and_what_asks(reader: str, schools: str) -> str:
    """The wall shows everybody what they are asked for by name, also in a case of the district's desk."""
    return schools if schools == "*" else f"{schools},person:{reader}"


def _ranked(wanted: WorkFilter) -> LiteralString:
    return f"{_RANK}, expected_at, case_id, key" if wanted.taker else "expected_at, case_id, key"


async def _count(connection: Connection, wanted: Conditions) -> int:
    (row,) = await (await connection.execute(_COUNT.format(wanted.where), wanted.values)).fetchall()
    return int(row[0])


def _work_wanted(generation: int, wanted: WorkFilter, schools: str, reader: str, after: Sequence[Any] | None) -> Conditions:
    found = Conditions()
    found.add("w.generation = %s", generation)
    found.add("NOT %s = ANY (w.named)", reader)
    if reader in (wanted.owner, wanted.own):
        _of_schools_or_asked(found, schools, reader)
    else:
        _of_schools(found, schools)
    if wanted.taker:
        _or_to_be_taken(found, wanted)
    else:
        _of_the_list(found, wanted)
    found.add_if_asked("what = ANY (%s)", list(wanted.what) or None)
    found.add_if_asked("school = %s", wanted.school)
    if wanted.moving:
        found.add("what IN ('transfer', 'leaving')")
    if wanted.climbed:
        found.add("step > 0")
    if wanted.nobodys:
        found.add("owner IS NULL")
    if after:
        found.add(f"({_ranked(wanted)}) > ({', '.join(['%s'] * len(after))})", *after)
    return found


def _of_schools_or_asked(found: Conditions, schools: str, reader: str) -> None:
    at_school, asked = Conditions(), Conditions()
    at_school.add("true")
    _of_schools(at_school, schools)
    asked.add("asked AND owner = %s", reader)
    found.add_either(at_school, asked)


def _or_to_be_taken(found: Conditions, wanted: WorkFilter) -> None:
    """What the list is of, or what may be taken at one of the reader's schools."""
    mine, taken = Conditions(), Conditions()
    _of_the_list(mine, wanted)
    taken.add(_MAY_BE_TAKEN)
    if "*" not in wanted.taker:
        taken.add("school = ANY (%s)", list(wanted.taker))
    found.add_either(mine, taken)


def _of_the_list(found: Conditions, wanted: WorkFilter) -> None:
    found.add_if_asked("owner = %s", wanted.owner)
    found.add_if_asked("expected_at < %s", wanted.before)
    if wanted.sight:
        _in_sight(found, wanted.sight, wanted)


def _in_sight(found: Conditions, sight: Sight, wanted: WorkFilter) -> None:
    """As few conditions as there can be, so that each list is found over its own index."""
    if "*" in sight.whole:
        return
    seen: list[LiteralString] = []
    values: list[object] = []
    if sight.whole:
        seen, values = [*seen, "school = ANY (%s)"], [*values, list(sight.whole)]
    if wanted.own:
        seen, values = [*seen, "owner = %s"], [*values, wanted.own]
    if wanted.nobodys_at:
        seen, values = [*seen, "owner IS NULL AND school = ANY (%s)"], [*values, list(wanted.nobodys_at)]
    if sight.late and "*" not in sight.late and seen:
        seen, values = [*seen, "step > 0 AND school = ANY (%s)"], [*values, list(sight.late)]
    elif sight.late:
        seen = [*seen, "step > 0"]
    found.add(f"({' OR '.join(seen) or 'false'})", *values)


async def record_read(database: Database, reader: str, subject: str, what: str, version: int, reason: str | None = None) -> None:
    """Every read of content is itself recorded, before the content leaves (domain.md, Who is who).

    subject: id of the case or the group. reason: of whoever had to say why.
    """
    async with database.acting_as("reads").statement() as connection:
        await connection.execute(
            "INSERT INTO read_log (reader, case_id, what, version, reason) VALUES (%s, %s, %s, %s, %s)", (reader, subject, what, version, reason)
        )


async def record_reads(database: Database, reader: str, subjects: Mapping[str, int], what: str) -> None:
    """The same for many cases at once, such as a list that leaves as a file. subjects: ids of cases, each with its version."""
    async with database.acting_as("reads").statement() as connection:
        await connection.execute(
            "INSERT INTO read_log (reader, case_id, what, version)"
            " SELECT %s, t.case_id, %s, t.version FROM unnest(%s::text[], %s::int[]) t(case_id, version)",
            (reader, what, list(subjects), list(subjects.values())),
        )


async def reads_of(database: Database, subject: str, most: int) -> list[tuple[str, datetime, str | None]]:
    """Who read content, when last, and why if they had to say so: each person once, the newest first."""
    query = (
        "SELECT reader, read_at, reason FROM (SELECT DISTINCT ON (reader) reader, read_at, reason FROM read_log WHERE case_id = %s"
        " ORDER BY reader, read_at DESC) AS each ORDER BY read_at DESC LIMIT %s"
    )
    async with database.acting_as("reads").statement() as connection:
        cursor = await connection.execute(query, (subject, most))
        rows: list[tuple[str, datetime, str | None]] = await cursor.fetchall()
    return rows
