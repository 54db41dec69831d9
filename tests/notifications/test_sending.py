"""Messages leave: over a real mail server and to a real agency, once each, with nothing in them, and never after a mark."""

import asyncio
import json
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from uuid import uuid4

import jsonschema
import pytest
from starlette.responses import Response

from services.notifications import sending
from services.notifications.domain.register import MarkUnsafe
from services.notifications.lanes import LINKS, Due, leave_together
from services.notifications.noting import Notes
from services.notifications.senders.mail import MailSender
from services.notifications.senders.signing import public_key, signing_key, verify
from shared.errors import HistoryBroken, Unavailable
from shared.events import CaseAcknowledged, CaseTriaged, ConcernRaised, GuardianToBeTold, NamedPerson, ReferralSent
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.unit import UnitOfWork
from shared.sealed import Sealed
from shared.testing import eventually
from tests.notifications.desk import SECRET, Agency, Mailbox, agency_server, desk, mail_server

pytestmark = pytest.mark.anyio

CANARY = "kanarikuning"
SEALED = Sealed(kid="k", context="c", box="Ym94")


def now() -> datetime:
    return datetime.now(UTC)


def triaged(case: str, urgency: str = "emergency", excluded: tuple[str, ...] = ()) -> CaseTriaged:
    soon = now() + timedelta(minutes=15)
    return CaseTriaged(
        case=case,
        student="siswa",
        school="school-1",
        concern="c1",
        urgency=urgency,
        desk="school",
        excluded=excluded,
        acknowledge_by=soon,
        decide_by=soon,
    )


def to_be_told(case: str, guardian: str = "ibu") -> GuardianToBeTold:
    return GuardianToBeTold(
        case=case, student="siswa", school="school-1", notice=str(uuid4()), guardian=guardian, not_before=now(), words=SEALED, by="ani"
    )


def sent(case: str, agency: str, package: Sealed = SEALED, priority: str = "routine", opens: str = "after-acceptance") -> ReferralSent:
    return ReferralSent(
        case=case, student="siswa", school="school-1", referral=str(uuid4()), agency=agency, priority=priority, respond_by=now() + timedelta(hours=1),
        package=package, package_opens=opens,
    )  # fmt: skip


async def staffed(running) -> None:
    await running.school()
    for person, role in (("ani", "counsellor"), ("citra", "coordinator"), ("eka", "principal"), ("dewi", "district-duty")):
        await running.person(person, "staff", role)
    await running.person("siswa", "student", guardians=("ibu", "ayah"))
    for guardian in ("ibu", "ayah"):
        await running.person(guardian, "guardian")


async def in_states(running, case: str, *states: str) -> None:
    async def reached() -> bool:
        return sorted(await running.states(case)) == sorted(states)

    await eventually(reached)


async def folded(running) -> None:
    """Until the outbox has every event: a late one would say again what a test has just undone."""

    async def reached() -> bool:
        query = "SELECT (SELECT position FROM view_checkpoint WHERE view = 'outbox_v1') >= (SELECT max(position) FROM event)"
        async with running.kernel.database.connection() as connection:
            row = await (await connection.execute(query)).fetchone()
        return bool(row[0])

    await eventually(reached)


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
        async with running.kernel.database.connection() as connection:
            waiting = await (await connection.execute("SELECT count(*) FROM deadline_v1")).fetchone()
        assert waiting == (0,)


def waiting(receiver: str, *, kind: str = "alert", urgent: bool = False, attempts: int = 0) -> Due:
    now = datetime.now(UTC)
    return Due(uuid4(), kind, "alert-x", "case-1", receiver, 0, urgent, attempts, 0.0, now, "school-1", None, None)


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
        async with running.kernel.database.connection() as connection:
            await connection.execute("UPDATE outbox_v1 SET state = 'queued' WHERE kind = 'alert'")
        for case in cases:
            await in_states(running, case, "sent")
        ((address, content),) = mailbox.messages[before:]
        assert message_from_bytes(content)["Message-ID"].strip("<>").split("@")[0] not in message_from_bytes(content)["X-Tanggap-Alerts"]
        text = message_from_bytes(content).get_payload(decode=True).decode()
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

    async def at_one_moment(self, message):
        outcome = await send(self, message)
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

    async def and_tells(self, message):
        outcome = await send(self, message)
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
    note, claim = Notes._note_together, sending.claim

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
        cases = [line for _, content in mailbox.messages for line in message_from_bytes(content).get_payload(decode=True).decode().split()]
        assert {case: sum(each.endswith(f"/cases/{case}") for each in cases) // 2 for case in ("case-1", "case-2", "case-3")} == {
            "case-1": 1,
            "case-2": 2,
            "case-3": 1,
        }


async def test_who_takes_the_alert_in_hand_while_it_is_noted_is_not_overlooked(database, redis_url, monkeypatch):
    mailbox, acted = Mailbox(), []
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

    async def fails_for_several(self, message):
        if failing and len(message["X-Tanggap-Alerts"].split()) > 1:
            failing.clear()
            raise HistoryBroken("planted")
        return await send(self, message)

    monkeypatch.setattr(MailSender, "send", fails_for_several)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        for case in ("case-1", "case-2"):
            await running.hear(triaged(case, "high"))
            await in_states(running, case, "sent")
        await folded(running)
        async with running.kernel.database.connection() as connection:
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
        async with running.kernel.database.connection() as connection:  # as after a kill between the server's yes and our record
            await connection.execute("UPDATE outbox_v1 SET state = 'queued' WHERE kind = 'alert'")
        await eventually(lambda: asyncio.sleep(0, len(mailbox.messages) == 3))
        await in_states(running, "case-1", "sent", "sent")
        mails = [message_from_bytes(content) for _, content in mailbox.messages]
        alerts = [mail for mail in mails if "ani" in mail["To"]]
        assert alerts[0]["Message-ID"] == alerts[1]["Message-ID"]
        assert len(await running.told("staff-alerted")) == 1
        for mail in mails:
            assert mail["Auto-Submitted"] == "auto-generated"
            text = (mail["Subject"] + mail.get_payload(decode=True).decode()).lower()
            for word in ("siswa", "bk", "konsel", "psikolog", "polisi", "kekerasan", "bully", "nisn", "kelas", "rujuk", "counsel"):
                assert word not in text.replace("case-1", ""), word


async def test_a_refused_address_is_followed_by_the_next_rung_and_never_by_silence(database, redis_url):
    mailbox = Mailbox(refuse="550")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))

        async def exhausted() -> bool:
            return len(await running.told("alert-exhausted")) == 1

        await eventually(exhausted)
        told = json.loads((await running.told("alert-exhausted"))[0].body)
        assert told["person"] == "dewi"
        assert len(await running.told("alert-step-taken")) == 4
        assert set(await running.states("case-1")) <= {"failed", "queued", "sending"}


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
        assert outcomes[0] == "rejected:451"
        assert outcomes[-1] == "accepted"


# guardians ---------------------------------------------------------------------------------------------------------


async def test_a_guardian_is_told_only_when_chosen_and_confirms_by_an_act(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "low"))
        await in_states(running, "case-1", "sent")
        assert [address for address, _ in mailbox.messages] == ["ani@example.org"]
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "sent", "sent")
        text = message_from_bytes(mailbox.messages[-1][1]).get_payload(decode=True).decode()
        link = next(word for word in text.split() if "/notifications/n/" in word).partition("8000")[2]
        looked = await running.client.get(link)
        assert looked.status_code == 200
        assert looked.headers["cache-control"] == "no-store"
        assert len(await running.told("guardian-told")) == 1  # looking changes nothing
        assert (await running.client.post(link)).status_code == 200
        assert (await running.client.post(link)).status_code == 200
        outcomes = [json.loads(event.body)["outcome"] for event in await running.told("guardian-told")]
        assert outcomes == ["sent", "acknowledged"]
        assert (await running.client.get("/notifications/n/" + "0" * 32)).status_code == 404


async def test_no_sending_begins_after_a_mark_was_acknowledged(database, redis_url):
    """Marks race with notices: whatever reaches the mail server had reached it before the mark was answered."""
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        for round_ in range(12):
            student, guardian = f"siswa-{round_}", f"wali-{round_}"
            await running.person(student, "student", guardians=(guardian,))
            await running.person(guardian, "guardian")
            await running.hear(to_be_told(f"case-{round_}", guardian).model_copy(update={"student": student}))
            await asyncio.sleep(0.002 * round_)
            body = {"student": student, "guardian": guardian, "school": "school-1"}
            answer = await running.client.post(
                "/notifications/api/do-not-contact", json=body, headers=running.as_person("ani", "counsellor", "school-1")
            )
            assert answer.status_code == 200
            by_then = mailbox.arrived
            case = f"case-{round_}"

            async def ended(case: str = case) -> bool:
                return (await running.states(case))[:1] in (["sent"], ["cancelled"])

            await eventually(ended)
            assert mailbox.arrived == by_then, f"round {round_}: a mail left after the mark"


async def test_a_mark_waits_for_the_mail_that_is_leaving(database, redis_url):
    mailbox = Mailbox(held=threading.Event())
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(to_be_told("case-1"))
        await eventually(lambda: asyncio.sleep(0, mailbox.arrived == 1))
        body = {"student": "siswa", "guardian": "ibu", "school": "school-1"}
        counsellor = running.as_person("ani", "counsellor", "school-1")
        marking = asyncio.create_task(running.client.post("/notifications/api/do-not-contact", json=body, headers=counsellor))
        done, _ = await asyncio.wait((marking,), timeout=0.3)
        assert not done
        mailbox.held.set()
        assert (await marking).json()["unsafe"] == ["ibu"]


async def test_an_accused_guardian_and_an_unsafe_home_are_marked_by_the_concern(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        about = {"concern": "c1", "school": "school-1", "student": "siswa", "role": "affected", "kind": "incident", "categories": ("neglect",)}
        accused = (NamedPerson(person="ayah", relation="guardian", role="accused"),)
        await running.hear(ConcernRaised(**about, text=SEALED, channel="api", reporter_kind="staff", people=accused))
        marked = [json.loads(event.body)["guardian"] for event in await running.told("guardian-marked-unsafe")]
        assert marked == ["ayah"]
        await running.hear(ConcernRaised(**about, text=SEALED, channel="api", reporter_kind="staff", guardians_unsafe=True))
        await running.person("paman", "guardian")
        await running.hear(to_be_told("case-1", "paman"))
        assert json.loads((await running.told("guardian-told"))[0].body)["outcome"] == "unsafe"
        assert not mailbox.messages


async def test_the_register_is_asked_again_when_sending_begins(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        later = to_be_told("case-1").model_copy(update={"not_before": now() + timedelta(seconds=0.6)})
        await running.hear(later)
        from services.notifications.contacting import Turns, mark_unsafe

        command = MarkUnsafe(student="siswa", school="school-1", guardians=("ibu",))
        await mark_unsafe(running.kernel.store, Turns(running.kernel.database), command, running.occasion())
        await in_states(running, "case-1", "cancelled")
        assert not mailbox.messages


# agencies ----------------------------------------------------------------------------------------------------------


async def test_a_webhook_is_thin_signed_and_a_cloud_event(database, redis_url, shared_data):
    schema = json.loads((shared_data / "cloudevents" / "cloudevents.json").read_text(encoding="utf-8"))
    agency = Agency()
    async with agency_server(agency) as url, desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        await running.register("upt", url, old_secret="whsec_" + "REVG" * 12)
        package = await running.kernel.vault.seal("siswa", "package", CANARY, "p")
        await running.hear(sent("case-1", "upt", package))
        await in_states(running, "case-1", "delivered")
        headers, body = agency.received[0]
        told = json.loads(body)
        jsonschema.validate(told, schema)
        assert headers["content-type"] == "application/cloudevents+json"
        assert headers["webhook-id"] == told["id"]
        moment = int(headers["webhook-timestamp"])
        for key in (SECRET, "whsec_" + "REVG" * 12, public_key(signing_key(running.settings.key("token_key")))):
            verify(key, headers, body, moment)
        assert set(told["data"]) == {"task", "priority", "respond_by"}
        for secret_word in (CANARY, "siswa", "case-1", "school-1", "upt"):
            assert secret_word not in body.decode()


async def test_a_busy_agency_is_asked_again_with_the_same_id_and_body(database, redis_url):
    agency = Agency(
        answers=[Response(status_code=503), Response(status_code=302, headers={"location": "http://127.0.0.1:9/"}), Response(status_code=204)]
    )
    async with agency_server(agency) as url, desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "delivered")
        assert len({headers["webhook-id"] for headers, _ in agency.received}) == 1
        assert len({body for _, body in agency.received}) == 1
        outcomes = [attempt["outcome"] for attempt in (await running.deliveries("case-1"))[0]["attempts"]]
        assert outcomes == ["refused:503", "refused:302", "accepted"]


async def test_two_agencies_cannot_compare_ids(database, redis_url):
    agency = Agency()
    async with agency_server(agency) as url, desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        for name in ("upt", "rumah-sakit"):
            await running.register(name, url)
            await running.hear(sent("case-1", name))
        await in_states(running, "case-1", "delivered", "delivered")
        first, second = ([json.loads(body)[field] for field in ("id", "subject")] for _, body in agency.received)
        assert not set(first) & set(second)


async def test_an_agency_that_cannot_be_reached_is_told_to_a_person(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        await running.register("upt", "http://127.0.0.1:9/hook")
        await running.register("surat", None)
        await running.hear(sent("case-1", "upt"))
        await running.hear(sent("case-1", "surat"))
        await in_states(running, "case-1", "failed", "failed")
        reasons = [json.loads(event.body)["reason"] for event in await running.told("task-unanswered")]
        assert reasons == ["unreachable", "unreachable"]


async def test_a_webhook_that_is_gone_is_not_called_again_until_registered_anew(database, redis_url):
    agency = Agency(answers=[Response(status_code=410), Response(status_code=202)])
    async with agency_server(agency) as url, desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "failed")
        await running.hear(sent("case-2", "upt"))
        await in_states(running, "case-2", "failed")
        assert len(agency.received) == 1
        await running.register("upt", url)
        await running.hear(sent("case-3", "upt"))
        await in_states(running, "case-3", "delivered")


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


async def test_a_deadline_fires_once_though_two_clockworks_see_it(database, redis_url):
    from services.notifications.clocks import Clockwork

    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "sent")
        async with running.kernel.database.connection() as connection:
            await connection.execute("UPDATE deadline_v1 SET due_at = clock_timestamp() WHERE step = 1")
        first, second = Clockwork(running.kernel), Clockwork(running.kernel)
        due = await first._due()
        await asyncio.gather(*(clock._fire_one(*each) for clock in (first, second) for each in due))
        await in_states(running, "case-1", "sent", "sent")
        assert [json.loads(event.body)["step"] for event in await running.told("alert-step-taken")] == [0, 1]
