"""Staff are alerted over a real mail server, once each, with no content in the mail, and never a person who is named."""

import asyncio
import json
from datetime import UTC, datetime
from email import message_from_bytes
from uuid import uuid4

import pytest

from services.notifications import lanes, sending
from services.notifications.lanes import LINKS, Due, leave_together
from services.notifications.noting import Notes
from services.notifications.senders.mail import MailSender
from shared.errors import HistoryBroken, Unavailable
from shared.events import CaseAcknowledged, CasePeopleChanged
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.unit import UnitOfWork
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import Agency, Mailbox, agency_server, desk, mail_server, text_of
from tests.notifications.scenes import folded, in_states, sent, staffed, to_be_told, triaged

pytestmark = pytest.mark.anyio


async def test_an_emergency_reaches_every_unconflicted_rung_and_stops_when_a_person_acts(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", excluded=("eka",)))
        await in_states(running, "case-1", "sent", "sent", "sent")
        assert sorted(address for address, _ in mailbox.messages) == ["ani@example.org", "citra@example.org", "dewi@example.org"]
        assert len(await running.told("staff-alerted")) == 3
        assert {event.school for event in await running.told("staff-alerted")} == {"school-1"}
        await running.hear(CaseAcknowledged(case="case-1", student="siswa", school="school-1", by="ani", concerns=("c1",)))
        await in_states(running, "case-1", "acknowledged", "acknowledged", "acknowledged")
        async with past_the_wall(running.kernel.database).connection() as connection:
            waiting = await (await connection.execute("SELECT count(*) FROM deadline_v1")).fetchone()
        assert waiting == (0,)


def waiting(receiver: str, *, kind: str = "alert", urgent: bool = False, attempts: int = 0) -> Due:
    now = datetime.now(UTC)
    return Due(uuid4(), kind, "alert-x", "case-1", receiver, 0, urgent, attempts, now, "school-1", None, None)


def test_ordinary_alerts_to_one_person_leave_together_but_never_an_emergency_a_notice_or_a_repeat():
    ani, budi, again = waiting("ani"), waiting("budi"), waiting("ani")
    alone = [waiting("ani", urgent=True), waiting("ani", urgent=True), waiting("ani", kind="notice"), waiting("ani", attempts=1)]
    assert leave_together([ani, alone[0], budi, again, *alone[1:]]) == [[ani, again], [alone[0]], [budi], *([each] for each in alone[1:])]
    flood = [waiting("ani") for _ in range(LINKS + 1)]
    assert leave_together(flood) == [flood[:LINKS], flood[LINKS:]]


async def test_alerts_that_wait_together_leave_in_one_mail_and_each_is_recorded(database, redis_url):
    mailbox = Mailbox()
    cases = ("case-1", "case-2", "case-3")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        for case in cases:
            await running.hear(triaged(case, "high"))
        for case in cases:
            await in_states(running, case, "sent")
        assert len(await running.told("staff-alerted")) == 3
        before = len(mailbox.messages)
        await folded(running)
        async with past_the_wall(running.kernel.database).connection() as connection:
            await connection.execute("UPDATE outbox_v1 SET state = 'queued' WHERE kind = 'alert'")
        for case in cases:
            await in_states(running, case, "sent")
        ((address, content),) = mailbox.messages[before:]
        assert message_from_bytes(content)["Message-ID"].strip("<>").split("@")[0] not in message_from_bytes(content)["X-Tanggap-Alerts"]
        text = text_of(content)
        assert address == "ani@example.org"
        assert all(text.count(f"/cases/cases/{case}") == 2 for case in cases)
        assert len(message_from_bytes(content)["X-Tanggap-Alerts"].split()) == 3
        assert len(await running.told("staff-alerted")) == 3


async def test_receivers_of_one_alert_who_are_reached_together_are_noted_with_one_append(database, redis_url, monkeypatch):
    mailbox, noted, all_reached = Mailbox(), [], asyncio.Barrier(3)
    append, send = PostgresEventStore.append, MailSender.send

    async def watched(self, item):
        told = [event.type for write in item.writes for event in write.events]
        noted.extend([told] if "staff-alerted" in told else [])
        return await append(self, item)

    async def at_one_moment(self, *given):
        outcome = await send(self, *given)
        await all_reached.wait()
        return outcome

    monkeypatch.setattr(PostgresEventStore, "append", watched)
    monkeypatch.setattr(MailSender, "send", at_one_moment)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", excluded=("eka",)))
        await in_states(running, "case-1", "sent", "sent", "sent")
    assert noted == [["staff-alerted"] * 3]


async def test_a_planned_stop_notes_what_has_left(database, redis_url, monkeypatch):
    mailbox, left, send = Mailbox(), asyncio.Event(), MailSender.send

    async def and_tells(self, *given):
        outcome = await send(self, *given)
        left.set()
        return outcome

    monkeypatch.setattr(MailSender, "send", and_tells)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await left.wait()
        await asyncio.sleep(0)
        (sender,) = (task for task in asyncio.all_tasks() if task.get_name() == "sender")
        sender.cancel()
        await asyncio.wait((sender,))
        assert len(await running.told("staff-alerted")) == 1
        assert await running.states("case-1") == ["sent"]


async def test_what_left_before_the_database_went_away_is_noted_when_the_sender_works_again(database, redis_url, monkeypatch):
    mailbox, away = Mailbox(), [True]
    note, claim = Notes._note_together, lanes.claim

    async def note_unless_away(self, delivered):
        if away:
            raise Unavailable("planted")
        await note(self, delivered)

    async def claim_unless_away(*lanes):
        if away and mailbox.messages:
            away.clear()  # back when the sender starts again
            raise Unavailable("planted")
        return await claim(*lanes)

    monkeypatch.setattr(Notes, "_note_together", note_unless_away)
    monkeypatch.setattr(sending, "claim", claim_unless_away)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "sent")
        assert not away
        assert len(await running.told("staff-alerted")) == 1
        assert len(mailbox.messages) == 1


async def test_one_alert_that_cannot_be_noted_stops_no_other(database, redis_url, monkeypatch):
    mailbox, failing = Mailbox(), [2]
    note = Notes._note

    async def fails_for_one_case(self, store, delivered):
        if failing[0] and any(due.case == "case-2" for due in delivered):
            failing[0] -= 1
            raise HistoryBroken("planted")
        await note(self, store, delivered)

    monkeypatch.setattr(Notes, "_note", fails_for_one_case)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        for case in ("case-1", "case-2", "case-3"):
            await running.hear(triaged(case, "high"))
        for case in ("case-1", "case-2", "case-3"):
            await in_states(running, case, "sent")
        assert failing == [0]
        assert len(await running.told("staff-alerted")) == 3
        cases = [line for _, content in mailbox.messages for line in text_of(content).split()]
        assert {case: sum(each.endswith(f"/cases/{case}") for each in cases) // 2 for case in ("case-1", "case-2", "case-3")} == {
            "case-1": 1,
            "case-2": 2,
            "case-3": 1,
        }


async def test_who_takes_the_alert_in_hand_while_it_is_noted_is_not_overlooked(database, redis_url, monkeypatch):
    mailbox, acted = Mailbox(), list[bool]()
    commit = UnitOfWork.commit

    async def after_somebody_acted(self, checkpoint=None, *, quiet=False):
        if quiet and not acted:
            acted.append(True)
            await running.hear(CaseAcknowledged(case="case-1", student="siswa", school="school-1", by="bk", concerns=("c1",)))
        return await commit(self, checkpoint, quiet=quiet)

    monkeypatch.setattr(UnitOfWork, "commit", after_somebody_acted)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await eventually(lambda: asyncio.sleep(0, bool(mailbox.messages)))

        async def noted() -> bool:
            return len(await running.told("staff-alerted")) == 1 and len(await running.told("alert-acknowledged")) == 1

        await eventually(noted)
        assert len(mailbox.messages) == 1


async def test_of_alerts_that_fail_together_none_is_forgotten(database, redis_url, monkeypatch):
    mailbox, failing = Mailbox(), [True]
    send = MailSender.send

    async def fails_for_several(self, receiver, message):
        if failing and len(message["X-Tanggap-Alerts"].split()) > 1:
            failing.clear()
            raise HistoryBroken("planted")
        return await send(self, receiver, message)

    monkeypatch.setattr(MailSender, "send", fails_for_several)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        for case in ("case-1", "case-2"):
            await running.hear(triaged(case, "high"))
            await in_states(running, case, "sent")
        await folded(running)
        async with past_the_wall(running.kernel.database).connection() as connection:
            await connection.execute("UPDATE outbox_v1 SET state = 'queued' WHERE kind = 'alert'")
        await eventually(lambda: asyncio.sleep(0, not failing))
        for case in ("case-1", "case-2"):
            await in_states(running, case, "sent")
        assert len(mailbox.messages) == 4


async def test_a_mail_says_nothing_and_a_repeat_has_the_same_id(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "sent", "sent")
        await folded(running)
        async with past_the_wall(running.kernel.database).connection() as connection:  # as after a kill between the server's yes and our record
            await connection.execute("UPDATE outbox_v1 SET state = 'queued' WHERE kind = 'alert'")
        await eventually(lambda: asyncio.sleep(0, len(mailbox.messages) == 3))
        await in_states(running, "case-1", "sent", "sent")
        mails = [message_from_bytes(content) for _, content in mailbox.messages]
        alerts = [mail for mail in mails if "ani" in mail["To"]]
        assert alerts[0]["Message-ID"] == alerts[1]["Message-ID"]
        assert len(await running.told("staff-alerted")) == 1
        for mail in mails:
            assert mail["Auto-Submitted"] == "auto-generated"
            text = (mail["Subject"] + text_of(mail.as_bytes())).lower()
            for word in ("siswa", "bk", "konsel", "psikolog", "polisi", "kekerasan", "bully", "nisn", "kelas", "rujuk", "counsel"):
                assert word not in text.replace("case-1", ""), word


async def test_a_refused_address_is_followed_by_the_next_rung_and_never_by_silence(database, redis_url):
    mailbox = Mailbox(refuse="550")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))

        async def exhausted() -> bool:
            return len(await running.told("alert-exhausted")) == 2

        await eventually(exhausted)
        told = [json.loads(each.body)["person"] for each in await running.told("alert-exhausted")]
        assert told == ["dewi", None], "the district's duty hears of it, and then it is known that nobody could be reached"
        assert len(await running.told("alert-step-taken")) == 4
        assert set(await running.states("case-1")) <= {"failed", "queued", "sending"}


async def test_whoever_is_kept_away_since_the_alert_began_hears_nothing_more_of_it_and_the_next_rung_does(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        known = {"student": "siswa", "school": "school-1", "desk": "school", "has": (), "given": False, "deputies": (), "officers": (), "named": ()}
        now_known = CasePeopleChanged(case="case-1", **known, suspended=("ani",), elsewhere=None, receiving=None, escalated=False)
        await running.hear(now_known)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "failed", "sent")
        assert [address for address, _ in mailbox.messages] == ["citra@example.org"]
        outcomes = {each["receiver"]: each["attempts"][-1]["outcome"] for each in await running.deliveries("case-1")}
        assert outcomes == {"ani": "never:kept-away", "citra": "accepted"}


async def test_a_mail_server_that_is_away_for_a_moment_costs_a_retry(database, redis_url):
    mailbox = Mailbox(refuse="451")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS="0.05," * 30 + "0.05") as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))

        async def tried() -> bool:
            return any(each["attempts"] for each in await running.deliveries("case-1"))

        await eventually(tried)
        mailbox.refuse = ""
        await in_states(running, "case-1", "sent")
        outcomes = [attempt["outcome"] for attempt in (await running.deliveries("case-1"))[0]["attempts"]]
        assert outcomes[0] == "later:mail-server-busy:451"
        assert outcomes[-1] == "accepted"


async def test_a_rebuild_of_the_outbox_sends_nothing_again(database, redis_url):
    mailbox, agency = Mailbox(), Agency()
    async with mail_server(mailbox) as smtp, agency_server(agency) as url, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(triaged("case-1", "high"))
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "sent", "delivered")
        answer = await running.client.post("/notifications/api/views/outbox_v1/rebuild", headers=running.as_service())
        assert answer.status_code == 200
        await in_states(running, "case-1", "sent", "delivered")
        assert (len(mailbox.messages), len(agency.received)) == (1, 1)
