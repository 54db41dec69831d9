"""Read models of notifications: the roster as far as sending needs it, agencies, tasks; and what is due (outbox and deadlines)."""

from __future__ import annotations

import hmac
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from services.notifications.domain.agency import AgencyRegistered, WebhookDisabled
from services.notifications.domain.alert import LAST_RESORT_STEP, AlertRaised, AlertStepTaken, AlertUndelivered
from services.notifications.domain.notice import NoticeDue
from services.notifications.domain.task import TaskRequested
from services.notifications.ladder import LAST_RESORT
from shared.database import Connection, Database
from shared.events import AlertExhausted, DutyChanged, GuardianTold, PersonLeft, PersonRegistered, SchoolRegistered, StaffAlerted, TaskMoved
from shared.message import Recorded, derived_id
from shared.sealed import Sealed

VIEW = "outbox_v1"
TABLES = ("agency_v1", "task_v1", "notice_v1", "outbox_v1", "deadline_v1", "conflict_v1")
"""Attempts are not folded from events and survive a rebuild: what was sent is not sent again."""


# the roster --------------------------------------------------------------------------------------------------------


REMEMBERED = 5.0
"""Seconds that a school's duty list may be used from memory: another process may have heard of a change."""


class Roster:
    """People and schools, kept from intake's events."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._staff: dict[str, tuple[float, dict[str, list[str]]]] = {}
        self._changes = 0

    async def keep(self, told: SchoolRegistered | PersonRegistered | PersonLeft | DutyChanged, position: int) -> None:
        """Keeps what intake said; an older event never overwrites a newer one."""
        try:
            await self._keep(told, position)
        finally:
            self._changes += 1
            self._staff.clear()

    async def _keep(self, told: SchoolRegistered | PersonRegistered | PersonLeft | DutyChanged, position: int) -> None:
        async with self._database.statement() as connection:
            match told:
                case SchoolRegistered():
                    await connection.execute(
                        "INSERT INTO school_v1 VALUES (%s, %s, %s) ON CONFLICT (school)"
                        " DO UPDATE SET level = excluded.level, cluster = excluded.cluster",
                        (told.school, told.level, told.cluster),
                    )
                case PersonRegistered():
                    email = Jsonb(told.email.model_dump()) if told.email else None
                    await connection.execute(
                        "INSERT INTO person_v1 VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (person) DO UPDATE SET kind = excluded.kind,"
                        " school = excluded.school, roles = excluded.roles, email = excluded.email, guardians = excluded.guardians,"
                        " position = excluded.position WHERE person_v1.position < excluded.position",
                        (told.person, told.kind, told.school, list(told.roles), email, list(told.guardians), position),
                    )
                case PersonLeft():
                    await connection.execute("DELETE FROM person_v1 WHERE person = %s AND position < %s", (told.person, position))
                case DutyChanged():
                    await connection.execute(
                        "INSERT INTO away_v1 VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (person, school) DO UPDATE SET away_from ="
                        " excluded.away_from, away_until = excluded.away_until, deputy = excluded.deputy, position = excluded.position"
                        " WHERE away_v1.position < excluded.position",
                        (told.person, told.school, told.away_from, told.away_until, told.deputy, position),
                    )

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
        """The person, or who stands in for them while they are away from the school; None where nobody does."""
        query = "SELECT deputy FROM away_v1 WHERE school = %s AND person = %s AND clock_timestamp() BETWEEN away_from AND away_until"
        async with self._database.statement() as connection:
            row = await (await connection.execute(query, (school, person))).fetchone()
        return row[0] if row else person

    async def email(self, person: str) -> Sealed | None:
        """A person's sealed address."""
        async with self._database.statement() as connection:
            row = await (await connection.execute("SELECT email FROM person_v1 WHERE person = %s", (person,))).fetchone()
        return Sealed.model_validate(row[0]) if row and row[0] else None

    async def emails(self, people: Sequence[str]) -> dict[str, Sealed]:
        """Sealed addresses of several people."""
        async with self._database.statement() as connection:
            cursor = await connection.execute("SELECT person, email FROM person_v1 WHERE person = ANY(%s) AND email IS NOT NULL", (list(people),))
            return {row[0]: Sealed.model_validate(row[1]) for row in await cursor.fetchall()}

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

    async def _read_staff(self, school: str) -> dict[str, list[str]]:
        async with self._database.statement() as connection:
            cursor = await connection.execute(
                "SELECT p.person, p.roles, p.school = %(school)s, coalesce(s.cluster = mine.cluster, false)"
                " FROM person_v1 p JOIN school_v1 s ON s.school = p.school LEFT JOIN school_v1 mine ON mine.school = %(school)s"
                " WHERE p.kind = 'staff' AND (p.school = %(school)s OR s.cluster = mine.cluster OR p.roles && %(district)s)"
                " ORDER BY p.person",
                {"school": school, "district": list(LAST_RESORT)},
            )
            rows = await cursor.fetchall()
            cursor = await connection.execute(
                "SELECT person, deputy FROM away_v1 WHERE school = %s AND clock_timestamp() BETWEEN away_from AND away_until", (school,)
            )
            away: dict[str, str | None] = dict(await cursor.fetchall())
        found: dict[str, list[str]] = defaultdict(list)
        nearby: list[str] = []
        for somebody, roles, own, same_cluster in rows:
            person = away.get(somebody, somebody)
            if person is None:
                continue  # absent, and nobody stands in: the rung is skipped at once
            for role in roles:
                if own or role in LAST_RESORT:
                    found[role].append(person)
                elif same_cluster and role == "counsellor":
                    nearby.append(person)
        if not found.get("counsellor"):
            found["counsellor"] = nearby  # a school without a counsellor is served by its cluster (gugus)
        return dict(found)


NOTICE_STATES = {"sent": "sent", "acknowledged": "acknowledged", "unsafe": "cancelled"}
"""How a notice's outcome shows among the deliveries; any other one has failed."""


# what is due -------------------------------------------------------------------------------------------------------


def notice_token(key: bytes, notice: str) -> str:
    """The 128-bit token of a guardian's link; only its hash is kept."""
    return hmac.digest(key, f"notice|{notice}".encode(), sha256).hex()[:32]


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Projector:
    """Fills the tables from the own events. key: makes a notice's token."""

    key: bytes

    async def __call__(self, connection: Connection, event: Recorded) -> None:  # noqa: C901 - one line per event that is folded
        match event.type:
            case "alert-raised":
                await _alert_raised(connection, event, AlertRaised.model_validate_json(event.body))
            case "alert-step-taken":
                await _alert_step(connection, event, AlertStepTaken.model_validate_json(event.body))
            case "staff-alerted":
                told = StaffAlerted.model_validate_json(event.body)
                await _sent(connection, event, told.person, told.step)
            case "alert-undelivered":
                await _missed(connection, event, AlertUndelivered.model_validate_json(event.body))
            case "alert-acknowledged":
                await _stop(connection, event)
            case "alert-exhausted":
                await _exhausted(connection, event, AlertExhausted.model_validate_json(event.body))
            case "notice-due":
                await self._notice_due(connection, event, NoticeDue.model_validate_json(event.body))
            case "guardian-told":
                await _guardian_told(connection, event, GuardianTold.model_validate_json(event.body))
            case "task-requested":
                await _task_requested(connection, event, TaskRequested.model_validate_json(event.body))
            case "task-moved":
                await _task_moved(connection, event, TaskMoved.model_validate_json(event.body))
            case "agency-registered":
                await _agency(connection, AgencyRegistered.model_validate_json(event.body))
            case "webhook-disabled":
                gone = WebhookDisabled.model_validate_json(event.body)
                await connection.execute("UPDATE agency_v1 SET url = NULL WHERE agency = %s", (gone.agency,))

    async def _notice_due(self, connection: Connection, event: Recorded, told: NoticeDue) -> None:
        token = token_hash(notice_token(self.key, told.notice))
        await connection.execute("INSERT INTO notice_v1 VALUES (%s, %s) ON CONFLICT DO NOTHING", (token, told.notice))
        await _queue(connection, event, "notice", told.case, told.guardian, due_at=told.not_before)


async def _queue(
    connection: Connection, event: Recorded, kind: str, case: str, receiver: str, *, step: int = 0, due_at: datetime, urgent: bool = False
) -> None:
    message = derived_id(event.id, "outbox", receiver)
    row = (message, kind, event.stream, case, receiver, step, urgent, due_at, event.recorded_at, event.school, event.correlation)
    await connection.execute(
        "INSERT INTO outbox_v1 (id, kind, stream, case_id, receiver, step, urgent, due_at, queued_at, school, correlation, state)"
        " SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
        " CASE WHEN EXISTS (SELECT FROM attempt a WHERE a.outbox = %s AND a.outcome = 'accepted')"
        " THEN CASE WHEN %s = 'webhook' THEN 'delivered' ELSE 'sent' END ELSE 'queued' END"
        " ON CONFLICT DO NOTHING",
        (*row, message, kind),
    )


async def _expect(connection: Connection, event: Recorded, kind: str, step: int, due_at: datetime) -> None:
    row = (derived_id(event.id, "deadline", kind, step), event.stream, kind, step, due_at, event.school, event.correlation)
    await connection.execute("INSERT INTO deadline_v1 VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", row)


async def _alert_raised(connection: Connection, event: Recorded, told: AlertRaised) -> None:
    for person in told.excluded:
        await connection.execute("INSERT INTO conflict_v1 VALUES (%s, %s) ON CONFLICT DO NOTHING", (told.case, person))
    if told.plain:
        return  # nothing is expected of a plain message
    for step, each in enumerate(told.steps[1:], start=1):
        await _expect(connection, event, "climb", step, event.recorded_at + timedelta(minutes=each.minutes))
    await _expect(connection, event, "climb", len(told.steps), event.recorded_at + timedelta(minutes=told.give_up))


async def _alert_step(connection: Connection, event: Recorded, told: AlertStepTaken) -> None:
    for person in told.people:
        urgent = told.urgency == "emergency"
        await _queue(connection, event, "alert", told.case, person, step=told.step, due_at=event.recorded_at, urgent=urgent)


async def _sent(connection: Connection, event: Recorded, receiver: str, step: int) -> None:
    await connection.execute(
        "UPDATE outbox_v1 SET state = 'sent', sent_at = coalesce(sent_at, %s) "
        "WHERE stream = %s AND receiver = %s AND step = %s AND state <> 'acknowledged'",
        (event.recorded_at, event.stream, receiver, step),
    )


async def _missed(connection: Connection, event: Recorded, told: AlertUndelivered) -> None:
    await connection.execute(
        "UPDATE outbox_v1 SET state = 'failed' WHERE stream = %s AND receiver = %s AND step = %s AND state IN ('queued', 'sending')",
        (event.stream, told.person, told.step),
    )


async def _exhausted(connection: Connection, event: Recorded, told: AlertExhausted) -> None:
    """Nobody took it in hand: the last resort hears that it is theirs now."""
    await _stop(connection, event)
    if told.person:
        due = event.recorded_at
        await _queue(connection, event, "alert", told.case, told.person, step=LAST_RESORT_STEP, due_at=due, urgent=True)


async def _stop(connection: Connection, event: Recorded) -> None:
    """The ladder ended: nothing more is sent, nothing more is expected."""
    await connection.execute("UPDATE outbox_v1 SET state = 'cancelled' WHERE stream = %s AND state IN ('queued', 'sending')", (event.stream,))
    if event.type == "alert-acknowledged":
        await connection.execute("UPDATE outbox_v1 SET state = 'acknowledged' WHERE stream = %s AND state = 'sent'", (event.stream,))
    await connection.execute("DELETE FROM deadline_v1 WHERE stream = %s", (event.stream,))


async def _guardian_told(connection: Connection, event: Recorded, told: GuardianTold) -> None:
    state = NOTICE_STATES.get(told.outcome, "failed")
    await connection.execute(
        "UPDATE outbox_v1 SET state = %s, sent_at = CASE WHEN %s = 'sent' THEN %s ELSE sent_at END WHERE stream = %s",
        (state, state, event.recorded_at, event.stream),
    )


async def _task_requested(connection: Connection, event: Recorded, told: TaskRequested) -> None:
    await connection.execute(
        "INSERT INTO task_v1 VALUES (%s, %s, %s, %s, 'requested', %s, %s, %s) ON CONFLICT DO NOTHING",
        (told.task, told.agency, told.case, told.priority, told.respond_by, event.recorded_at, told.school),
    )
    await _queue(connection, event, "webhook", told.case, told.agency, due_at=event.recorded_at, urgent=told.priority == "stat")
    await _expect(connection, event, "answer", 0, told.respond_by)


async def _task_moved(connection: Connection, event: Recorded, told: TaskMoved) -> None:
    await connection.execute("UPDATE task_v1 SET state = %s WHERE task = %s", (told.state, told.task))
    if told.state not in ("requested", "received"):
        await connection.execute("DELETE FROM deadline_v1 WHERE stream = %s", (event.stream,))


async def _agency(connection: Connection, told: AgencyRegistered) -> None:
    secrets = [Jsonb(secret.model_dump()) if secret else None for secret in (told.secret, told.old_secret)]
    await connection.execute(
        "INSERT INTO agency_v1 VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (agency) DO UPDATE SET name = excluded.name, kind = excluded.kind,"
        " services = excluded.services, url = excluded.url, secret = excluded.secret, old_secret = excluded.old_secret",
        (told.agency, told.name, told.kind, list(told.services), told.url, *secrets),
    )


# queries -----------------------------------------------------------------------------------------------------------


async def rows(database: Database, query: Any, wanted: Sequence[object], names: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    async with database.statement() as connection:
        found = await (await connection.execute(query, wanted)).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks. schools: whose messages and tasks they see, empty for all; never those of a case whose concern names them."""

    person: str
    schools: tuple[str, ...]

    @property
    def wanted(self) -> tuple[list[str], list[str], str]:
        """The parameters of `_VISIBLE`."""
        return list(self.schools), list(self.schools), self.person


_VISIBLE: LiteralString = (
    " (%s::text[] = '{}' OR o.school = ANY (%s)) AND NOT EXISTS (SELECT FROM conflict_v1 c WHERE c.case_id = o.case_id AND c.person = %s)"
)


async def deliveries(database: Database, reader: Reader, case: str | None) -> list[dict[str, Any]]:
    """Each message and each of its attempts, as far as the reader may know."""
    names = ("id", "kind", "case", "receiver", "step", "state", "queued_at", "sent_at", "attempts")
    return await rows(
        database,
        "SELECT o.id, o.kind, o.case_id, o.receiver, o.step, o.state, o.queued_at, o.sent_at,"
        " coalesce((SELECT jsonb_agg(jsonb_build_object('at', a.at, 'outcome', a.outcome) ORDER BY a.number)"
        " FROM attempt a WHERE a.outbox = o.id), '[]')"
        " FROM outbox_v1 o WHERE (%s::text IS NULL OR o.case_id = %s) AND" + _VISIBLE + " ORDER BY o.queued_at, o.id",
        (case, case, *reader.wanted),
        names,
    )


async def tasks(database: Database, reader: Reader, agency: str | None) -> list[dict[str, Any]]:
    """Tasks, newest first; of one agency where asked."""
    return await rows(
        database,
        "SELECT o.task, o.agency, o.priority, o.state, o.respond_by, o.requested_at FROM task_v1 o"
        " WHERE (%s::text IS NULL OR o.agency = %s) AND" + _VISIBLE + " ORDER BY o.requested_at DESC",
        (agency, agency, *reader.wanted),
        ("id", "agency", "priority", "state", "respond_by", "requested_at"),
    )


async def agencies(database: Database) -> list[dict[str, Any]]:
    """The directory, without secrets."""
    return await rows(
        database,
        "SELECT agency, name, kind, services, url IS NOT NULL FROM agency_v1 ORDER BY name",
        (),
        ("id", "name", "kind", "services", "has_webhook"),
    )
