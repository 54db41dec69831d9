"""The case list, and which of its rows a reader asks for and may know of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from services.cases.domain.case.stage import State
from services.cases.rights import Sight
from shared.conditions import Conditions
from shared.events import Urgency
from shared.eventstore.projection import Projection


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

    async def page(self, filters: Filters, *, schools: str, sight: Sight, reader: str, after: Sequence[object] | None, limit: int) -> list[Listed]:
        """Newest first. schools: the wall, as `schools_of` says it. Cases that name the reader are never listed.

        Raises: StillBuilding, BehindWrite.
        """
        async with self._view.reading(schools) as (connection, generation):
            wanted = cases_wanted(generation, filters, schools, sight, reader, after)
            cursor = await connection.execute(_CASES.format(wanted.where, limit), wanted.values)
            return [Listed(*row) for row in await cursor.fetchall()]


def cases_wanted(
    generation: int, filters: Filters, schools: str, sight: Sight, reader: str, after: Sequence[object] | None
) -> Conditions:  # fmt: skip
    """Which rows of the case list are asked for, as far as the reader may know of them. after: the place of the last one, newest first."""
    wanted = Conditions()
    wanted.add("generation = %s", generation)
    wanted.add("NOT %s = ANY (named)", reader)
    if filters.arriving_at is None:
        of_schools(wanted, schools)
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


def of_schools(wanted: Conditions, schools: str) -> None:
    """Repeats the school predicate: row-level security alone cannot use an index."""
    own = [each for each in schools.split(",") if not each.startswith("desk:")]
    if len(own) > 1:
        wanted.add("school = ANY (%s)", own)
    elif schools != "*":
        wanted.add("school = %s", *own)
