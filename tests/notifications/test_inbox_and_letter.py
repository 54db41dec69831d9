"""Kotak masuk, the letter with a slip to tear off, how a guardian wants to be reached, and the clock of another channel."""

import json
import re
from datetime import datetime
from io import BytesIO

import pikepdf
import pytest

from services.notifications.domain.notice import ClimbNotice
from shared.events import CasePeopleChanged
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.family import Family, form_id
from tests.notifications.scenes import in_states, staffed, to_be_told, triaged
from tests.notifications.telephones import telephone_desk
from tests.notifications.test_channels import IBU, with_phones

pytestmark = pytest.mark.anyio


def named(case: str, person: str) -> CasePeopleChanged:
    return CasePeopleChanged(
        case=case, student="siswa", school="school-1", desk="school", has=(), given=False, deputies=(), officers=(), named=(person,), suspended=(),
        elsewhere=None, receiving=None, escalated=False,
    )  # fmt: skip


async def test_the_inbox_shows_what_somebody_was_told_and_nothing_of_a_case_that_names_them(database, redis_url):
    async with mail_server(Mailbox()) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await running.hear(triaged("case-2", "emergency"))
        await in_states(running, "case-1", "sent")
        await in_states(running, "case-2", "sent", "sent", "sent", "sent")
        ani = running.as_person("ani", "counsellor", "school-1")
        page = await running.client.get("/notifications/kotak-masuk", headers=ani)
        assert page.status_code == 200
        assert page.text.count("/cases/cases/case-") == 2
        assert ("darurat" in page.text, "siswa" in page.text) == (True, False)
        shown = [datetime.fromisoformat(each) for each in re.findall(r'<time class="due" datetime="([^"]+)"', page.text)]
        emergency, ordinary = shown[:2]
        assert (emergency.microsecond > 0, (ordinary.minute, ordinary.second, ordinary.microsecond)) == (True, (0, 0, 0))
        await running.hear(named("case-2", "ani"))
        page = await running.client.get("/notifications/kotak-masuk", headers=ani)
        assert ("/case-1" in page.text, "/case-2" in page.text) == (True, False)
        other = await running.client.get("/notifications/kotak-masuk", headers=running.as_person("budi", "counsellor", "school-1"))
        assert "Belum ada pemberitahuan" in other.text
        asked = await running.client.get("/notifications/kotak-masuk", headers=running.as_person("ani", "homeroom", "school-1"))
        assert ("/cases/cases/" in asked.text, 'href="/cases/menunggu"' in asked.text) == (False, True), "a teacher reads no case"


async def test_a_guardian_without_any_address_gets_a_letter_whose_link_opens_and_whose_slip_is_noted(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("ibu", "guardian", address="")
        family = Family(running, mailbox)
        told = await family.tell()

        async def ended() -> bool:
            return [json.loads(event.body)["outcome"] for event in await running.told("guardian-told")] == ["no-contact"]

        await eventually(ended)
        path = f"/notifications/keluarga/{told.notice}"
        letter = await running.client.post(f"{path}/surat", data={"guardian": "ibu"}, headers=family.counsellor)
        assert (letter.status_code, letter.headers["content-type"]) == (200, "application/pdf")
        with pikepdf.open(BytesIO(letter.content)) as document:
            assert len(document.pages) == 1
        assert b"Rani" not in letter.content
        token = await link_of(running)
        code = await family.code(told)
        async with family.browser() as phone:
            page = await phone.get(f"/notifications/n/{token}")
            assert page.status_code == 200
            await phone.post(f"/notifications/n/{token}", data={"code": code})
            opened = await phone.get(f"/notifications/n/{token}")
            assert "Rani" in opened.text
            assert form_id(opened)
        page = await running.client.get(path, headers=family.counsellor)
        assert "Lembar balasan kembali" in page.text
        pressed = {"guardian": "ibu", "answer": "read", "form": re.findall(r'/lembar".*?name="form" value="([^"]+)"', page.text, re.DOTALL)[0]}
        for _ in range(2):
            noted = await running.client.post(f"{path}/lembar", data=pressed, headers=family.counsellor)
            assert noted.status_code == 303
        assert [json.loads(event.body)["answer"] for event in await running.told("guardian-answered")] == ["read"]


async def link_of(running) -> str:
    """The token of the letter's link, made again as the page made it."""
    from services.notifications.links import Links

    async with past_the_wall(running.kernel.database).connection() as connection:
        notice, guardian, until = await (await connection.execute("SELECT notice, guardian, until FROM notice_v1")).fetchone()
    return await Links(running.kernel.database, running.kernel.keys).make(notice, guardian, until)


async def test_no_letter_is_made_for_a_guardian_who_is_not_safe_to_contact(database, redis_url):
    async with mail_server(Mailbox()) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        family = Family(running, Mailbox())
        told = await family.tell()
        await in_states(running, "case-1", "sent")
        body = {"student": "siswa", "guardian": "ibu", "school": "school-1"}
        await running.client.post("/notifications/api/do-not-contact", json=body, headers=family.counsellor)
        for guardian in ("ibu", "ayah", "nobody"):
            answer = await running.client.post(f"/notifications/keluarga/{told.notice}/surat", data={"guardian": guardian}, headers=family.counsellor)
            assert answer.status_code == 409, guardian
        assert await running.told("notice-lettered") == []


async def test_how_a_guardian_wants_to_be_reached_is_kept_from_the_page_and_a_wrong_one_changes_nothing(database, redis_url):
    async with mail_server(Mailbox()) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        family = Family(running, Mailbox())
        told = await family.tell()
        path = f"/notifications/keluarga/{told.notice}"
        wanted = {"guardian": "ibu", "channel": "sms", "language": "en", "shared": "1"}
        assert (await running.client.post(f"{path}/cara", data=wanted, headers=family.counsellor)).status_code == 303
        assert (await running.client.post(f"{path}/cara", data={**wanted, "guardian": "budi"}, headers=family.counsellor)).status_code == 404
        (event,) = await running.told("contact-preference-set")
        assert {name: json.loads(event.body)[name] for name in ("person", "channels", "language", "shared_phone", "by")} == {
            "person": "ibu", "channels": ["sms"], "language": "en", "shared_phone": True, "by": "ani",
        }  # fmt: skip


async def test_a_message_that_nobody_answers_goes_over_another_channel_once(database, redis_url, tmp_path):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, telephone_desk(database, redis_url, smtp, tmp_path) as (running, phones):
        await with_phones(running)
        told = to_be_told("case-1")
        await running.hear(told)
        await in_states(running, "case-1", "sent")
        async with past_the_wall(running.kernel.database).connection() as connection:
            await connection.execute("UPDATE deadline_v1 SET due_at = clock_timestamp() WHERE kind = 'notice' AND step = 0")
        await in_states(running, "case-1", "sent", "sent")
        assert [(each["channel"], each["to"]) for each in await phones.received()] == [("whatsapp", IBU)]
        from services.notifications.noticing import Notices

        await Notices(running.kernel.store, running.roster).decide(f"notice-{told.notice}", ClimbNotice(step=0), running.occasion())
        assert len(await running.told("notice-repeated")) == 1


async def test_where_there_is_no_other_channel_nothing_leaves_twice(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "sent")
        async with past_the_wall(running.kernel.database).connection() as connection:
            await connection.execute("UPDATE deadline_v1 SET due_at = clock_timestamp() WHERE kind = 'notice' AND step = 0")
        await in_states(running, "case-1", "cancelled", "sent")
        assert len(mailbox.messages) == 1
