"""Who may know of a case, kept from what cases tells: messages and tasks follow the case's rights (domain.md, Who is who; ADR 31)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from psycopg.types.json import Jsonb

from shared.access import Principal
from shared.database import Database
from shared.events import CasePeopleChanged, CaseTriaged
from shared.rights.matrix import Level, matrix
from shared.rights.people import CasePeople
from shared.rights.relations import standing

_KEEP = sql.SQL(
    "WITH kept AS (INSERT INTO case_people_v1 VALUES (%s, %s, %s, %s) ON CONFLICT (case_id) DO {} RETURNING case_id, school)"
    " INSERT INTO case_school_v1 SELECT case_id, school FROM kept ON CONFLICT (case_id) DO UPDATE SET school = excluded.school"
)
_CHANGED = _KEEP.format(
    sql.SQL(
        "UPDATE SET school = excluded.school, people = excluded.people, position = excluded.position"
        " WHERE case_people_v1.position < excluded.position"
    )
)
_OPENED = _KEEP.format(sql.SQL("NOTHING"))
_LEFT_OUT = "SELECT case_id, array_agg(DISTINCT person) FROM conflict_v1 WHERE case_id = ANY (%s) GROUP BY case_id"
_KNOWN = "SELECT case_id, people FROM case_people_v1 WHERE case_id = ANY (%s)"


@dataclass(frozen=True, slots=True)
class KeptPeople:
    """The people of every case that was told of."""

    database: Database

    async def keep(self, told: CasePeopleChanged | CaseTriaged, position: int) -> None:
        """Keeps what cases said; an older event never overwrites a newer one, and what opened the case overwrites nothing."""
        changed = told if isinstance(told, CasePeopleChanged) else _opened(told)
        query = _CHANGED if isinstance(told, CasePeopleChanged) else _OPENED
        async with self.database.acting_as("rights").statement() as connection:
            await connection.execute(query, (told.case, told.school, Jsonb(changed.model_dump(mode="json")), position))

    async def of(self, schools_by_case: Mapping[str, str]) -> dict[str, CasePeople]:
        """The people of these cases. schools_by_case: where each was when it was last heard of; a case of an earlier store is for its school, and
        for nobody whom an alert about it left out.
        """
        cases = list(schools_by_case)
        async with self.database.acting_as("rights").statement() as connection:
            rows = await (await connection.execute(_KNOWN, (cases,))).fetchall()
            left_out: dict[str, list[str]] = dict(await (await connection.execute(_LEFT_OUT, (cases,))).fetchall())
        known = {case: _people(CasePeopleChanged.model_validate(told)) for case, told in rows}
        before = {case: CasePeople(school, named=frozenset(left_out.get(case, ()))) for case, school in schools_by_case.items()}
        return before | known

    async def keeps_away(self, case: str, school: str, person: str) -> bool:
        """Whether somebody is named in a case or suspended from it, as it stands now. Raises: Unavailable."""
        people = (await self.of({case: school}))[case]
        return person in people.named or person in people.suspended


def _opened(told: CaseTriaged) -> CasePeopleChanged:
    """A case that nobody has yet; whoever a concern names is kept away."""
    return CasePeopleChanged(
        case=told.case, student=told.student, school=told.school, desk=told.desk, has=(), given=False, deputies=(), officers=(),
        named=told.excluded, suspended=(), elsewhere=None, receiving=None, escalated=told.urgency == "emergency" or told.desk == "district",
    )  # fmt: skip


def _people(told: CasePeopleChanged) -> CasePeople:
    return CasePeople(
        school=told.school,
        desk=told.desk,
        has=frozenset(told.has),
        given=told.given,
        deputies=tuple((each.person, each.until) for each in told.deputies),
        officers=frozenset(told.officers),
        named=frozenset(told.named),
        suspended=frozenset(told.suspended),
        elsewhere=told.elsewhere,
        receiving=told.receiving,
        escalated=told.escalated,
    )


def sees(principal: Principal, people: CasePeople, now: datetime) -> Level:
    """What the principal may know of the case; everything for one of our own services."""
    return "content" if principal.kind == "service" else standing(matrix(), principal, people, now).sees


def reads(level: Level) -> bool:
    """Whoever reads the case reads its tasks and every message about it."""
    return matrix().shows(level, "strands")


def knows_who_was_alerted(level: Level) -> bool:
    """Of a summary that is the staff who were alerted, and no guardian and no agency. An auditor sees who was told and who was not."""
    return matrix().shows(level, "summary")


def may_see(kind: str, level: Level) -> bool:
    """Whether a message of this kind is for somebody who may know this much of its case."""
    return reads(level) or level == "metadata" or (kind == "alert" and knows_who_was_alerted(level))


def cases_of(rows: Collection[Mapping[str, str]]) -> dict[str, str]:
    """Each case of some rows with the school that the row was written for."""
    return {row["case"]: row["school"] for row in rows if row["case"]}
