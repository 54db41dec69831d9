"""A guardian is told only when a person chose it, and never after a mark in the register."""

import asyncio
import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.domain.notice import NOTICE, NoticeDue
from services.notifications.domain.register import MarkUnsafe
from shared.events import ConcernRaised, NamedPerson
from shared.eventstore.store import NEW, Item, Write
from shared.testing import eventually
from tests.notifications.desk import Mailbox, desk, mail_server, text_of
from tests.notifications.scenes import SEALED, in_states, now, staffed, to_be_told, triaged

pytestmark = pytest.mark.anyio


async def test_a_guardian_is_told_only_when_chosen(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "low"))
        await in_states(running, "case-1", "sent")
        assert [address for address, _ in mailbox.messages] == ["ani@example.org"]
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "sent", "sent")
        text = text_of(mailbox.messages[-1][1])
        assert "/notifications/n/" in text
        assert [json.loads(event.body)["outcome"] for event in await running.told("guardian-told")] == ["sent"]


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
        mailbox.let_go()
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


async def test_a_notice_that_an_earlier_release_asked_for_is_told_to_the_case_s_ladder_where_it_cannot_arrive(database, redis_url):
    """Its event does not say who chose it; also a rebuild of the outbox reads it."""
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("ibu", "guardian", address="")
        due = NoticeDue(
            case="case-1", student="siswa", school="school-1", notice="n", guardian="ibu", second=None, not_before=now(), words=None, asks="reading",
            about=None, meet_at=None, by=None,
        )  # fmt: skip
        event = NOTICE.codec.encode(due, "notice-n", running.occasion(), 0)
        body = due.model_dump_json(exclude={"second", "words", "asks", "about", "meet_at", "by"}).replace('"version":3', '"version":1')
        await running.hear(triaged("case-1", "high", excluded=("ani",)))
        await in_states(running, "case-1", "sent")
        await running.kernel.store.append(Item((Write("notice-n", NEW, (replace(event, body=body, schema_version=1),)),)))
        await in_states(running, "case-1", "failed", "sent", "sent")
        answer = await running.client.post("/notifications/api/views/outbox_v1/rebuild", headers=running.as_service())
        assert answer.status_code == 200
        await in_states(running, "case-1", "failed", "sent", "sent")
        assert [address for address, _ in mailbox.messages] == ["citra@example.org", "citra@example.org"]


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
