"""Filling the read models of notifications: what is to be sent, what is expected by when, tasks and agencies.

What comes often is gathered over a batch of events and written with one statement a table, before any event that changes what stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from services.notifications.directory.projecting import AGENCIES
from services.notifications.districts.projecting import ARRIVALS
from services.notifications.domain.account_mail import AccountMailDue, AccountMailEnded
from services.notifications.domain.alert import LAST_RESORT_STEP, AlertRaised, AlertRepeated, AlertStepTaken, AlertUndelivered
from services.notifications.domain.notice import NOTICE, NoticeCalledOff, NoticeDue, NoticePassedOn, NoticeRepeated, NoticeTried
from services.notifications.domain.task.events import TaskQuestionAnswered, TaskRequested
from services.notifications.domain.task_link import TaskLinkRenewed
from services.notifications.families.patience import channel_at, phone_at, second_at
from services.notifications.gathered import Change, Gathered
from shared.database import Connection
from shared.events import AlertExhausted, GuardianTold, StaffAlerted, TaskMoved
from shared.message import Recorded

VIEW = "outbox_v1"
TABLES = ("agency_v1", "task_v1", "outbox_v1", "deadline_v1", "conflict_v1", "arrival_v1")
"""Attempts and links are not folded from events and survive a rebuild: what was sent is not sent again, and a link goes on leading somewhere."""

CANCEL_STEP = -1
"""Of a task's messages: *our school asks to cancel*. The referral itself is 0; the school's answers are counted from 1."""

NOTICE_STATES = {"sent": "sent", "acknowledged": "acknowledged", "unsafe": "cancelled", "no-longer-guardian": "cancelled", "unanswered": "sent"}
"""How a notice's outcome shows among the deliveries; any other one has failed."""


async def project(connection: Connection, generation: int, events: Sequence[Recorded]) -> None:
    """Fills the tables of a generation from the own events."""
    rows = Gathered(generation)
    for event in await by_this_clock(connection, events):
        gather, change = _GATHERS.get(event.type), _CHANGES.get(event.type)
        if gather:
            gather(rows, event)
        elif change:
            await rows.write(connection)
            await change(connection, rows, event)
    await rows.write(connection)


async def by_this_clock(connection: Connection, events: Sequence[Recorded]) -> Sequence[Recorded]:
    """The events, none of them from a moment that is still to come.

    What is stored after a clock that ran ahead was set right has the moment up to which it ran, because a history never goes back. Nothing may wait
    for that moment, and no step of a ladder may be counted from it.
    """
    if not events or events[-1].recorded_at <= datetime.now(UTC):
        return events
    ((now,),) = await (await connection.execute("SELECT clock_timestamp()")).fetchall()
    return [each._replace(recorded_at=min(each.recorded_at, now)) for each in events]


# what is gathered --------------------------------------------------------------------------------------------------


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


def _alert_repeated(rows: Gathered, event: Recorded) -> None:
    told = AlertRepeated.model_validate_json(event.body)
    for person in told.people:
        rows.queue(event, "alert", told.case, person, step=told.step, due_at=event.recorded_at, urgent=told.urgency == "emergency")
    rows.expect(event, "climb", told.step + 1, event.recorded_at + timedelta(minutes=told.again_after))


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
    "alert-repeated": _alert_repeated,
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


async def _question_answered(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """The agency hears that something was written: its system by webhook, else its office by mail, with the link that it has."""
    told = TaskQuestionAnswered.model_validate_json(event.body)
    found = await connection.execute("SELECT url IS NOT NULL FROM agency_v1 WHERE generation = %s AND agency = %s", (rows.generation, told.agency))
    row = await found.fetchone()
    kind, step = ("webhook", told.number) if row and row[0] else ("referral", told.link)
    rows.queue(event, kind, told.case, told.agency, step=step, due_at=event.recorded_at)


_CHANGES: Mapping[str, Change] = {
    "alert-undelivered": _missed,
    "alert-acknowledged": _acknowledged,
    "alert-exhausted": _exhausted,
    "guardian-told": _guardian_told,
    "notice-tried": _notice_tried,
    "notice-revoked": _stop,
    "account-mail-ended": _account_mail_ended,
    "task-moved": _task_moved,
    "task-question-answered": _question_answered,
    **ARRIVALS,
    **AGENCIES,
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
