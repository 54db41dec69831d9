"""Agencies by link: exactly the package behind a second factor, and an answer that ends in the same command as any other (people.md, By link)."""

import html
import json
import re

import httpx
import pytest

from services.notifications.domain.task import TASK
from services.notifications.domain.task.moving import Move
from shared.decider import execute
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import text_of
from tests.notifications.family import form_id
from tests.notifications.partner import PACKAGE
from tests.notifications.partner_answers import moves, openings, say
from tests.notifications.scenes import in_states

pytestmark = pytest.mark.anyio


async def test_an_agency_without_a_system_accepts_reads_exactly_the_package_and_tells_its_outcome(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        receiver, mail = partner.mailbox.messages[-1]
        assert (receiver, "Rani" in text_of(mail)) == ("kantor@upt.example", False)
        code, link = await partner.code(task), partner.link()
        async with partner.browser() as phone:
            closed = await phone.get(link)
            assert (closed.status_code, "Tingkat" in closed.text) == (200, False)
            assert (await phone.post(link, data={"code": f"{code[:3]} {code[3:]}"})).headers["location"] == link
            assert PACKAGE not in (await phone.get(link)).text, "it opens after acceptance"
            assert (await say(phone, link, "accept")).status_code == 303
            assert PACKAGE in (await phone.get(link)).text
            assert (await say(phone, link, "schedule", at="2026-12-07T09:30")).status_code == 303
            assert (await say(phone, link, "outcome", words="Sudah didampingi.")).status_code == 303
        expected = [("fetch", "received"), ("accept", "accepted"), ("schedule", "in-progress"), ("outcome", "completed")]
        assert await moves(partner) == [(*each, "portal") for each in expected]
        assert await openings(partner) == ["link:upt"]
        kept = [json.loads(event.body) for event in await partner.running.told("task-moved")]
        assert (kept[2]["at"], "didampingi" in json.dumps(kept)) == ("2026-12-07T09:30:00+07:00", False)
        await in_states(partner.running, "case-1", "acknowledged")


async def test_an_emergency_s_package_opens_at_once_and_each_visit_is_on_record(partners):
    async with partners() as partner:
        task = await partner.refer(priority="stat", opens="at-once")
        await in_states(partner.running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        for _ in range(2):
            async with partner.browser() as phone:
                await phone.post(link, data={"code": code})
                assert PACKAGE in (await phone.get(link)).text
        assert await openings(partner) == ["link:upt", "link:upt"]


async def test_a_decline_has_its_reason_and_closes_the_package(partners):
    async with partners() as partner:
        task = await partner.refer(priority="stat", opens="at-once")
        await in_states(partner.running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            assert (await say(phone, link, "decline")).status_code == 422
            assert (await say(phone, link, "decline", reason="other")).status_code == 422
            assert (await say(phone, link, "decline", reason="no-capacity", words="Penuh sampai Maret.")).status_code == 303
            page = await phone.get(link)
            assert (PACKAGE in page.text, "sudah berakhir" in page.text) == (False, True)
        assert (await moves(partner))[-1] == ("decline", "rejected", "portal")


async def test_an_agency_that_needs_more_asks_and_the_referral_stays_without_an_answer(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            assert (await say(phone, link, "ask")).status_code == 422
            assert (await say(phone, link, "ask", words="Berapa usianya?")).status_code == 303
        assert (await moves(partner))[-1] == ("ask", "received", "portal")
        listed = await partner.running.client.get("/notifications/rujukan", headers=partner.counsellor)
        assert "belum dijawab" in listed.text


async def test_the_school_s_answer_reaches_the_agency_by_mail_and_stands_behind_the_link_that_it_has(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            await say(phone, link, "ask", words="Berapa usianya?")
            for _ in range(2):
                await partner.school_answers(task, "Lima belas tahun.")
            await in_states(partner.running, "case-1", "read", "sent")
            assert (len(partner.mailbox.messages), partner.link()) == (2, link)
            page = (await phone.get(link)).text
            assert (page.count("Lima belas tahun."), PACKAGE in page) == (1, False), "the package opens after acceptance, as before"
        assert "Lima belas" not in text_of(partner.mailbox.messages[-1][1])


async def test_the_agency_sees_what_it_asked_itself_and_the_answer_beneath_by_link_and_in_the_portal(partners):
    async with partners() as partner:
        task, running = await partner.refer(), partner.running
        await in_states(running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        officer = running.as_person("tuti", "agency-officer", "upt") | {"accept": "text/html"}
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            await say(phone, link, "ask", words="Berapa usianya?")
            assert words_of(await phone.get(link)) == ["Berapa usianya?"]
            assert "Sekolah belum menjawab." in (await phone.get(link)).text
            await partner.school_answers(task, "Lima belas tahun.")
            await say(phone, link, "ask", words="Siapa <yang> mendampingi?")
            for page in (await phone.get(link), await running.client.get(f"/notifications/lembaga/{task}", headers=officer)):
                assert words_of(page) == ["Berapa usianya?", "Lima belas tahun.", "Siapa <yang> mendampingi?"]
        async with partner.browser() as stranger:
            assert "usianya" not in (await stranger.get(link)).text, "before the second factor nothing is shown"


def words_of(page: httpx.Response) -> list[str]:
    """What somebody wrote, in the order of the page."""
    return [html.unescape(each) for each in re.findall(r'<blockquote class="words">(.*?)</blockquote>', page.text, re.DOTALL)]


async def test_a_form_sent_twice_is_one_answer_and_what_is_not_possible_any_more_changes_nothing(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            first = await phone.get(link)
            said = {"form": form_id(first), "answer": "accept"}
            answers = [await phone.post(f"{link}/jawab", data=said) for _ in range(2)]
            assert [each.status_code for each in answers] == [303, 303], "the second press shows the first result"
            for wrong in (
                {"answer": "fetch"},
                {"answer": "enter-in-error"},
                {"answer": "schedule", "at": "besok"},
                {"answer": "hold", "words": "x" * 20_001},
            ):
                assert (await phone.post(f"{link}/jawab", data={"form": "f", **wrong})).status_code == 422
        assert [each[0] for each in await moves(partner)] == ["fetch", "accept"]


async def test_whoever_only_looks_changes_nothing(partners):
    """Mail programs and link scanners open links by themselves, with GET and HEAD."""
    async with partners() as partner:
        await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        before = await partner.running.kernel.store.head()
        async with partner.browser() as scanner:
            for path in (partner.link(), f"{partner.link()}/jawab", f"{partner.link()}/selesai"):
                for method in ("GET", "HEAD", "OPTIONS"):
                    await scanner.request(method, path)
        assert await partner.running.kernel.store.head() == before


async def test_a_corrected_answer_is_another_answer_or_is_refused_and_never_dropped(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            await say(phone, link, "accept")
            form = form_id(await phone.get(link))
            for words in ("Anak mulai tenang.", "Anak mulai tenang.", "Anak belum tenang."):
                said = {"form": form, "answer": "interim-note", "words": words}
                assert (await phone.post(f"{link}/jawab", data=said)).status_code == 303
            declined = await phone.post(f"{link}/jawab", data={"form": form, "answer": "accept", "words": "Senin."})
            assert (declined.status_code, "Senin." in declined.text) == (422, True)
            for _ in range(2):
                assert (await phone.post(f"{link}/jawab", data={"answer": "interim-note", "words": "Tanpa nomor."})).status_code == 303
        assert [each[0] for each in await moves(partner)] == ["fetch", "accept", *["interim-note"] * 4]


async def test_where_the_school_asks_to_cancel_the_page_says_nothing_of_an_answer_and_the_agency_is_waited_for(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        code, link, running = await partner.code(task), partner.link(), partner.running
        cancel = Move(transition="c", actor="I", trigger="request-cancel", by="ani")
        await execute(running.kernel.store, TASK, f"task-{task}", cancel, running.occasion())

        async def cancelled() -> bool:
            async with past_the_wall(running.kernel.database).connection() as connection:
                return await (await connection.execute("SELECT state FROM task_v1 WHERE task = %s", (task,))).fetchone() == ("in-progress",)

        await eventually(cancelled)
        async with past_the_wall(running.kernel.database).connection() as connection:
            expected = await (await connection.execute("SELECT kind FROM deadline_v1 WHERE stream = %s", (f"task-{task}",))).fetchall()
        assert (expected, await running.states("case-1")) == ([("answer",)], ["sent"])
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            assert "sudah sampai di sekolah" not in (await phone.get(link)).text
            await say(phone, link, "confirm-cancel")
            assert "sudah sampai di sekolah" in (await phone.get(link)).text


async def test_nothing_in_the_store_or_the_tables_holds_package_answer_code_or_link(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        code, link = await partner.code(task), partner.link()
        async with partner.browser() as phone:
            await phone.post(link, data={"code": code})
            await say(phone, link, "accept", words="jawaban-rahasia")
        async with past_the_wall(partner.running.kernel.database).connection() as connection:
            names = await (await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).fetchall()
            for (name,) in names:
                kept = " ".join(row[0] for row in await (await connection.execute(f'SELECT t::text FROM "{name}" t')).fetchall())
                secrets = (PACKAGE, "Rani", "jawaban-rahasia", link.rpartition("/")[2], "kantor@upt")
                assert not any(secret in kept for secret in secrets), name
                assert code not in {word.strip('",') for word in kept.split()}, name
