"""Filling the read models of notifications: what is to be sent, what is expected by when, tasks and agencies.

What comes often is gathered over a batch of events and written with one statement a table, before any event that changes what stands there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from services.notifications.domain.account_mail import AccountMailDue, AccountMailEnded
from services.notifications.domain.agency import AGENCY, AgencyDescribed, AgencyRegistered, WebhookDisabled
from services.notifications.domain.agency_correction import CorrectionWithdrawn, EntryCorrected
from services.notifications.domain.agency_entry import EntryAssured, EntryReminded
from services.notifications.domain.agency_room import RoomAsked, RoomTold
from services.notifications.domain.alert import LAST_RESORT_STEP, AlertRaised, AlertStepTaken, AlertUndelivered
from services.notifications.domain.arrival import ArrivalAnnounced, ArrivalAnswered, ArrivalBecameConcern, ArrivalCancelAsked, ArrivalPassed
from services.notifications.domain.notice import NOTICE, NoticeCalledOff, NoticeDue, NoticePassedOn, NoticeRepeated, NoticeTried
from services.notifications.domain.task.events import TaskQuestionAnswered, TaskRequested
from services.notifications.domain.task_link import TaskLinkRenewed
from services.notifications.families.patience import channel_at, phone_at, second_at
from shared.database import Connection
from shared.events import AlertExhausted, GuardianTold, StaffAlerted, TaskMoved
from shared.message import Recorded, derived_id

VIEW = "outbox_v1"
TABLES = ("agency_v1", "task_v1", "outbox_v1", "deadline_v1", "conflict_v1", "arrival_v1")
"""Attempts and links are not folded from events and survive a rebuild: what was sent is not sent again, and a link goes on leading somewhere."""

CANCEL_STEP = -1
"""Of a task's messages: *our school asks to cancel*. The referral itself is 0; the school's answers are counted from 1."""

NOTICE_STATES = {"sent": "sent", "acknowledged": "acknowledged", "unsafe": "cancelled", "no-longer-guardian": "cancelled", "unanswered": "sent"}
"""How a notice's outcome shows among the deliveries; any other one has failed."""

Row = dict[str, Any]


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Fills the tables of a generation from the own events."""
    rows = Gathered(generation)
    for event in events:
        gather, change = _GATHERS.get(event.type), _CHANGES.get(event.type)
        if gather:
            gather(rows, event)
        elif change:
            await rows.write(connection)
            await change(connection, rows, event)
    await rows.write(connection)


# what is gathered --------------------------------------------------------------------------------------------------

_QUEUE = (
    "INSERT INTO outbox_v1 (generation, id, kind, stream, case_id, receiver, step, urgent, due_at, queued_at, school, correlation, state)"
    " SELECT w.generation, r.id, w.kind, r.stream, r.case_id, r.receiver, r.step, r.urgent, r.due_at, r.queued_at, r.school, r.correlation,"
    " CASE WHEN EXISTS (SELECT FROM attempt a WHERE a.outbox = r.id AND a.outcome = 'accepted')"
    " THEN CASE WHEN w.kind = 'webhook' THEN 'delivered' ELSE 'sent' END ELSE 'queued' END"
    " FROM json_populate_recordset(NULL::outbox_v1, %s::json) r, LATERAL (SELECT g.generation, CASE WHEN r.kind = 'webhook' AND EXISTS"
    " (SELECT FROM agency_v1 a WHERE a.generation = g.generation AND a.agency = r.receiver AND a.url IS NULL AND a.mail IS NOT NULL)"
    " THEN 'referral' ELSE r.kind END AS kind FROM (SELECT %s AS generation) g) w ON CONFLICT DO NOTHING"
)
"""An agency without a webhook and with a mailbox gets a link by mail instead (ADR 48)."""

_EXPECT = (
    "INSERT INTO deadline_v1 (generation, id, stream, kind, step, due_at, school, correlation)"
    " SELECT %s, r.id, r.stream, r.kind, r.step, r.due_at, r.school, r.correlation"
    " FROM json_populate_recordset(NULL::deadline_v1, %s::json) r ON CONFLICT DO NOTHING"
)
_ASK = (
    "INSERT INTO task_v1 (generation, task, agency, case_id, priority, state, respond_by, requested_at, school)"
    " SELECT %s, r.task, r.agency, r.case_id, r.priority, r.state, r.respond_by, r.requested_at, r.school"
    " FROM json_populate_recordset(NULL::task_v1, %s::json) r ON CONFLICT DO NOTHING"
)
_EXCLUDE = (
    "INSERT INTO conflict_v1 (generation, case_id, person)"
    " SELECT %s, r.case_id, r.person FROM json_populate_recordset(NULL::conflict_v1, %s::json) r ON CONFLICT DO NOTHING"
)
# The streams are said again, because a join alone would walk through the whole index. A row that the sender holds is recorded by the sender itself.
_SENT = (
    "UPDATE outbox_v1 o SET state = 'sent', sent_at = coalesce(o.sent_at, r.sent_at) FROM json_populate_recordset(NULL::outbox_v1, %s::json) r"
    ", (SELECT id FROM outbox_v1 WHERE generation = %s AND stream = ANY (%s) AND state NOT IN ('sent', 'acknowledged') FOR UPDATE SKIP LOCKED) free"
    " WHERE o.generation = %s AND o.stream = ANY (%s) AND o.id = free.id AND o.stream = r.stream AND o.receiver = r.receiver AND o.step = r.step"
)


@dataclass
class Gathered:
    """Rows of a generation that wait to be written together, in the order in which they depend on each other."""

    generation: int
    asked: list[Row] = field(default_factory=list)
    queued: list[Row] = field(default_factory=list)
    expected: list[Row] = field(default_factory=list)
    excluded: list[Row] = field(default_factory=list)
    sent: list[Row] = field(default_factory=list)

    def queue(self, event: Recorded, kind: str, case: str, receiver: str, *, step: int = 0, due_at: datetime, urgent: bool = False) -> None:
        """A message to one receiver."""
        self.queued.append(
            {
                "id": derived_id(event.id, "outbox", receiver), "kind": kind, "stream": event.stream, "case_id": case, "receiver": receiver,
                "step": step, "urgent": urgent, "due_at": due_at, "queued_at": event.recorded_at, "school": event.school,
                "correlation": event.correlation,
            }
        )  # fmt: skip

    def expect(self, event: Recorded, kind: str, step: int, due_at: datetime) -> None:
        """Something must happen by then."""
        self.expected.append(
            {
                "id": derived_id(event.id, "deadline", kind, step), "stream": event.stream, "kind": kind, "step": step, "due_at": due_at,
                "school": event.school, "correlation": event.correlation,
            }
        )  # fmt: skip

    async def write(self, connection: Connection) -> None:
        """One statement a table; nothing waits afterwards."""
        for statement, rows in ((_ASK, self.asked), (_QUEUE, self.queued), (_EXPECT, self.expected), (_EXCLUDE, self.excluded)):
            if rows:
                told = orjson.dumps(rows).decode()
                await connection.execute(statement, (told, self.generation) if statement is _QUEUE else (self.generation, told))
                rows.clear()
        if self.sent:
            streams = [row["stream"] for row in self.sent]
            await connection.execute(_SENT, (orjson.dumps(self.sent).decode(), self.generation, streams, self.generation, streams))
            self.sent.clear()


def _alert_raised(rows: Gathered, event: Recorded) -> None:
    told = AlertRaised.model_validate_json(event.body)
    rows.excluded += [{"case_id": told.case, "person": person} for person in told.excluded]
    if told.plain:
        return  # nothing is expected of a plain message
    for step, each in enumerate(told.steps[1:], start=1):
        rows.expect(event, "climb", step, event.recorded_at + timedelta(minutes=each.minutes))
    rows.expect(event, "climb", len(told.steps), event.recorded_at + timedelta(minutes=told.give_up))


def _alert_step(rows: Gathered, event: Recorded) -> None:
    told = AlertStepTaken.model_validate_json(event.body)
    for person in told.people:
        rows.queue(event, "alert", told.case, person, step=told.step, due_at=event.recorded_at, urgent=told.urgency == "emergency")


def _staff_alerted(rows: Gathered, event: Recorded) -> None:
    told = StaffAlerted.model_validate_json(event.body)
    rows.sent.append({"stream": event.stream, "receiver": told.person, "step": told.step, "sent_at": event.recorded_at})


def _notice_due(rows: Gathered, event: Recorded) -> None:
    told = NOTICE.codec.decode(event)
    assert isinstance(told, NoticeDue)
    rows.queue(event, "notice", told.case, told.guardian, due_at=told.not_before)
    rows.expect(event, "notice", 0, channel_at(told))
    if told.second:
        rows.expect(event, "notice", 1, second_at(told))
    rows.expect(event, "notice", 2, phone_at(told))


def _notice_passed_on(rows: Gathered, event: Recorded) -> None:
    told = NoticePassedOn.model_validate_json(event.body)
    rows.queue(event, "notice", told.case, told.guardian, due_at=event.recorded_at)


def _notice_repeated(rows: Gathered, event: Recorded) -> None:
    told = NoticeRepeated.model_validate_json(event.body)
    rows.queue(event, "notice", told.case, told.guardian, step=1, due_at=event.recorded_at)


def _called_off(rows: Gathered, event: Recorded) -> None:
    told = NoticeCalledOff.model_validate_json(event.body)
    for guardian in told.guardians:
        rows.queue(event, "calendar", told.case, guardian, due_at=event.recorded_at)


def _account_mail_due(rows: Gathered, event: Recorded) -> None:
    """It is about no case."""
    told = AccountMailDue.model_validate_json(event.body)
    rows.queue(event, "account", "", told.person, due_at=event.recorded_at)


def _task_requested(rows: Gathered, event: Recorded) -> None:
    told = TaskRequested.model_validate_json(event.body)
    rows.asked.append(
        {
            "task": told.task, "agency": told.agency, "case_id": told.case, "priority": told.priority, "state": "requested",
            "respond_by": told.respond_by, "requested_at": event.recorded_at, "school": told.school,
        }
    )  # fmt: skip
    rows.queue(event, "webhook", told.case, told.agency, due_at=event.recorded_at, urgent=told.priority == "stat")
    rows.expect(event, "answer", 0, told.respond_by)


def _link_renewed(rows: Gathered, event: Recorded) -> None:
    told = TaskLinkRenewed.model_validate_json(event.body)
    rows.queue(event, "referral", told.case, told.agency, step=told.number, due_at=event.recorded_at)


_GATHERS: Mapping[str, Callable[[Gathered, Recorded], None]] = {
    "alert-raised": _alert_raised,
    "alert-step-taken": _alert_step,
    "staff-alerted": _staff_alerted,
    "notice-due": _notice_due,
    "notice-passed-on": _notice_passed_on,
    "notice-repeated": _notice_repeated,
    "notice-called-off": _called_off,
    "account-mail-due": _account_mail_due,
    "task-requested": _task_requested,
    "task-link-renewed": _link_renewed,
}


# what changes rows -------------------------------------------------------------------------------------------------


async def _missed(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = AlertUndelivered.model_validate_json(event.body)
    await connection.execute(
        "UPDATE outbox_v1 SET state = 'failed' WHERE generation = %s AND stream = %s AND receiver = %s AND step = %s"
        " AND state IN ('queued', 'sending')",
        (rows.generation, event.stream, told.person, told.step),
    )


async def _acknowledged(connection: Connection, rows: Gathered, event: Recorded) -> None:
    await _stop(connection, rows, event)
    await connection.execute(
        "UPDATE outbox_v1 SET state = 'acknowledged' WHERE generation = %s AND stream = %s AND state = 'sent'", (rows.generation, event.stream)
    )


async def _exhausted(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """Nobody took it in hand: the last resort hears that it is theirs now."""
    told = AlertExhausted.model_validate_json(event.body)
    await _stop(connection, rows, event)
    if told.person:
        rows.queue(event, "alert", told.case, told.person, step=LAST_RESORT_STEP, due_at=event.recorded_at, urgent=True)


async def _stop(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """The ladder ended: nothing more is sent, nothing more is expected."""
    await connection.execute(
        "UPDATE outbox_v1 SET state = 'cancelled' WHERE generation = %s AND stream = %s AND state IN ('queued', 'sending')",
        (rows.generation, event.stream),
    )
    await _nothing_expected(connection, rows, event)


async def _nothing_expected(connection: Connection, rows: Gathered, event: Recorded) -> None:
    await connection.execute("DELETE FROM deadline_v1 WHERE generation = %s AND stream = %s", (rows.generation, event.stream))


async def _guardian_told(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = GuardianTold.model_validate_json(event.body)
    if told.outcome == "unanswered":
        return  # what left has left; that a person phones is the case's
    state = NOTICE_STATES.get(told.outcome, "failed")
    await connection.execute(
        "UPDATE outbox_v1 SET state = %s, sent_at = CASE WHEN %s = 'sent' THEN %s ELSE sent_at END"
        " WHERE generation = %s AND stream = %s AND receiver = %s",
        (state, state, event.recorded_at, rows.generation, event.stream, told.guardian),
    )
    if told.outcome == "acknowledged":
        await _nothing_expected(connection, rows, event)


async def _notice_tried(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """Who showed that they are the guardian has the words before them."""
    told = NoticeTried.model_validate_json(event.body)
    if told.right:
        await connection.execute(
            "UPDATE outbox_v1 SET state = 'read' WHERE generation = %s AND stream = %s AND receiver = %s AND state IN ('sent', 'delivered')",
            (rows.generation, event.stream, told.guardian),
        )


async def _account_mail_ended(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = AccountMailEnded.model_validate_json(event.body)
    state = "sent" if told.outcome == "sent" else "failed"
    await connection.execute(
        "UPDATE outbox_v1 SET state = %s, sent_at = CASE WHEN %s = 'sent' THEN %s ELSE sent_at END WHERE generation = %s AND stream = %s",
        (state, state, event.recorded_at, rows.generation, event.stream),
    )


async def _task_moved(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = TaskMoved.model_validate_json(event.body)
    await connection.execute("UPDATE task_v1 SET state = %s WHERE generation = %s AND task = %s", (told.state, rows.generation, told.task))
    if told.trigger == "request-cancel":
        await _cancel_told(connection, rows, event, told)
        return  # the school asks: the agency has read nothing by that, and is waited for
    over = told.state not in ("requested", "received")
    await connection.execute(
        "UPDATE outbox_v1 SET state = %s WHERE generation = %s AND stream = %s AND kind = 'referral' AND state IN ('sent', 'read')",
        ("acknowledged" if over else "read", rows.generation, event.stream),
    )
    if over:
        await _nothing_expected(connection, rows, event)


async def _cancel_told(connection: Connection, rows: Gathered, event: Recorded, told: TaskMoved) -> None:
    """Another district hears it at once: nobody there looks into our list."""
    found = await connection.execute(
        "SELECT FROM agency_v1 WHERE generation = %s AND agency = %s AND kind = 'district'", (rows.generation, told.agency)
    )  # fmt: skip
    if await found.fetchone():
        rows.queue(event, "webhook", told.case, told.agency, step=CANCEL_STEP, due_at=event.recorded_at)


async def _arrival_announced(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalAnnounced.model_validate_json(event.body)
    await connection.execute(
        "INSERT INTO arrival_v1 (generation, arrival, district, purpose, priority, state, respond_by, announced_at)"
        " VALUES (%s, %s, %s, %s, %s, 'requested', %s, %s)",
        (rows.generation, told.arrival, told.district, told.purpose, told.priority, told.respond_by, event.recorded_at),
    )


async def _arrival_answered(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalAnswered.model_validate_json(event.body)
    query = "UPDATE arrival_v1 SET state = %s WHERE generation = %s AND arrival = %s"
    await connection.execute(query, (told.state, rows.generation, told.arrival))
    rows.queue(event, "webhook", "", told.district, step=told.number, due_at=event.recorded_at)


async def _arrival_passed(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalPassed.model_validate_json(event.body)
    query = "UPDATE arrival_v1 SET school = %s WHERE generation = %s AND arrival = %s"
    await connection.execute(query, (told.school, rows.generation, told.arrival))


async def _arrival_became_concern(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalBecameConcern.model_validate_json(event.body)
    await connection.execute("UPDATE arrival_v1 SET waits = false WHERE generation = %s AND arrival = %s", (rows.generation, told.arrival))


async def _arrival_cancelling(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalCancelAsked.model_validate_json(event.body)
    query = "UPDATE arrival_v1 SET state = %s WHERE generation = %s AND arrival = %s"
    await connection.execute(query, (told.state, rows.generation, told.arrival))


async def _agency(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = AGENCY.codec.decode(event)
    assert isinstance(told, AgencyRegistered)
    secrets = [Jsonb(secret.model_dump()) if secret else None for secret in (told.secret, told.old_secret, told.mail)]
    await connection.execute(
        "INSERT INTO agency_v1 (generation, agency, name, kind, services, url, secret, old_secret, mail, listed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (generation, agency) DO UPDATE SET name = excluded.name, kind = excluded.kind, services = excluded.services,"
        " url = excluded.url, secret = excluded.secret, old_secret = excluded.old_secret, mail = excluded.mail",
        (rows.generation, told.agency, told.name, told.kind, list(told.services), told.url, *secrets, event.recorded_at),
    )


async def _agency_described(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = AgencyDescribed.model_validate_json(event.body)
    described = Jsonb(told.model_dump(mode="json", include={"description", "offers"}))
    await connection.execute(
        "UPDATE agency_v1 SET described = %s, listed_at = %s WHERE generation = %s AND agency = %s",
        (described, event.recorded_at, rows.generation, told.agency),
    )


async def _room_asked(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """By webhook where the agency has one, else by mail. Whatever becomes of the message, the search says that no answer came yet."""
    told = RoomAsked.model_validate_json(event.body)
    found = await connection.execute(
        "UPDATE agency_v1 SET room_asked_at = %s WHERE generation = %s AND agency = %s RETURNING url IS NOT NULL",
        (told.at, rows.generation, told.agency),
    )
    row = await found.fetchone()
    kind = "webhook" if row and row[0] else "room"
    rows.queue(event, kind, "", told.agency, step=told.number, due_at=event.recorded_at)


async def _question_answered(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """The agency hears that something was written: its system by webhook, else its office by mail, with the link that it has."""
    told = TaskQuestionAnswered.model_validate_json(event.body)
    found = await connection.execute("SELECT url IS NOT NULL FROM agency_v1 WHERE generation = %s AND agency = %s", (rows.generation, told.agency))
    row = await found.fetchone()
    kind, step = ("webhook", told.number) if row and row[0] else ("referral", told.link)
    rows.queue(event, kind, told.case, told.agency, step=step, due_at=event.recorded_at)


async def _room_told(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """Nobody is asked any more what was answered."""
    told = RoomTold.model_validate_json(event.body)
    await connection.execute(
        "UPDATE agency_v1 SET has_room = %s, room_told_at = %s WHERE generation = %s AND agency = %s",
        (told.has_room, told.at, rows.generation, told.agency),
    )
    await connection.execute(
        "UPDATE outbox_v1 SET state = CASE WHEN state IN ('queued', 'sending') THEN 'cancelled' ELSE 'acknowledged' END WHERE generation = %s"
        " AND stream = %s AND (kind = 'room' OR kind = 'webhook') AND state IN ('queued', 'sending', 'sent', 'delivered')",
        (rows.generation, event.stream),
    )


async def _entry_reminded(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = EntryReminded.model_validate_json(event.body)
    await connection.execute("UPDATE agency_v1 SET reminded_at = %s WHERE generation = %s AND agency = %s", (told.at, rows.generation, told.agency))
    rows.queue(event, "reminder", "", told.agency, step=told.number, due_at=event.recorded_at)


async def _entry_assured(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = EntryAssured.model_validate_json(event.body)
    await connection.execute("UPDATE agency_v1 SET assured_at = %s WHERE generation = %s AND agency = %s", (told.at, rows.generation, told.agency))


async def _entry_corrected(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = EntryCorrected.model_validate_json(event.body)
    await connection.execute(
        "UPDATE agency_v1 SET corrections = corrections || jsonb_build_object(%s::text, %s::jsonb) WHERE generation = %s AND agency = %s",
        (told.service, Jsonb(told.model_dump(mode="json")), rows.generation, told.agency),
    )


async def _correction_withdrawn(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = CorrectionWithdrawn.model_validate_json(event.body)
    await connection.execute(
        "UPDATE agency_v1 SET corrections = corrections - %s::text WHERE generation = %s AND agency = %s",
        (told.service, rows.generation, told.agency),
    )


async def _webhook_disabled(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = WebhookDisabled.model_validate_json(event.body)
    await connection.execute("UPDATE agency_v1 SET url = NULL WHERE generation = %s AND agency = %s", (rows.generation, told.agency))


_CHANGES: Mapping[str, Callable[[Connection, Gathered, Recorded], Awaitable[None]]] = {
    "alert-undelivered": _missed,
    "alert-acknowledged": _acknowledged,
    "alert-exhausted": _exhausted,
    "guardian-told": _guardian_told,
    "notice-tried": _notice_tried,
    "notice-revoked": _stop,
    "account-mail-ended": _account_mail_ended,
    "task-moved": _task_moved,
    "arrival-announced": _arrival_announced,
    "arrival-answered": _arrival_answered,
    "arrival-passed": _arrival_passed,
    "arrival-became-concern": _arrival_became_concern,
    "arrival-cancel-asked": _arrival_cancelling,
    "task-question-answered": _question_answered,
    "agency-registered": _agency,
    "agency-described": _agency_described,
    "webhook-disabled": _webhook_disabled,
    "room-asked": _room_asked,
    "room-told": _room_told,
    "entry-reminded": _entry_reminded,
    "entry-assured": _entry_assured,
    "entry-corrected": _entry_corrected,
    "correction-withdrawn": _correction_withdrawn,
}


# from one generation to the next -------------------------------------------------------------------------------------


async def carry(connection: Connection, old: int, new: int) -> None:
    """What the sender did with a message since it was queued: no event tells that it is under way, was tried, or waits for its next attempt.

    Whoever changes the outbox waits meanwhile, and finds the new generation afterwards.
    """
    await connection.execute("LOCK TABLE outbox_v1 IN SHARE ROW EXCLUSIVE MODE")
    await connection.execute(
        "UPDATE outbox_v1 n SET state = o.state, attempts = o.attempts, due_at = o.due_at, sent_at = o.sent_at FROM outbox_v1 o"
        " WHERE n.generation = %s AND n.state = 'queued' AND o.generation = %s AND o.id = n.id",
        (new, old),
    )
