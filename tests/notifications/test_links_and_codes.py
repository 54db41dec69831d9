"""The links and codes of agencies: unknown, ended, locked and replaced (people.md, By link)."""

import json
import re
from datetime import timedelta

import pytest

from services.notifications.domain.task_link import TRIES
from services.notifications.partners.links import TaskLinks
from services.notifications.subscribers import task_of
from tests.logins import past_the_wall
from tests.notifications.partner import PACKAGE
from tests.notifications.partner_answers import moves, say
from tests.notifications.scenes import in_states, now, sent

pytestmark = pytest.mark.anyio

UNKNOWN = "/notifications/r/" + "0" * 32


async def test_without_the_code_nothing_is_answered_and_the_words_come_back(partners):
    async with partners() as partner:
        await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        async with partner.browser() as phone:
            refused = await phone.post(f"{partner.link()}/jawab", data={"answer": "accept", "words": "tulisan-saya"})
            assert (refused.status_code, "tulisan-saya" in refused.text) == (403, True)
        assert await moves(partner) == []


async def test_unknown_expired_replaced_and_locked_links_answer_the_same_and_are_never_kept(partners):
    async with partners() as partner:
        links = []
        for case in ("expired", "replaced", "locked"):
            task = await partner.refer(case)
            await in_states(partner.running, case, "sent")
            links.append((task, partner.link()))
        code, client = await partner.code(links[0][0]), partner.running.client
        async with past_the_wall(partner.running.kernel.database).connection() as connection:
            gone = "DELETE FROM task_link_v1 WHERE task = %s RETURNING token_hash, task, number"
            (row,) = await (await connection.execute(gone, (links[0][0],))).fetchall()
            await connection.execute("INSERT INTO task_link_v1 VALUES (%s, %s, %s, clock_timestamp())", row)
        renewed = await client.post(f"/notifications/rujukan/{links[1][0]}/tautan", data={"form": "f1"}, headers=partner.counsellor)
        assert renewed.status_code == 303
        for _ in range(TRIES):
            await client.post(links[2][1], data={"code": "x"})
        for method in ("GET", "POST"):
            unknown = await client.request(method, UNKNOWN, data={"code": code})
            for _, link in links:
                answer = await client.request(method, link, data={"code": code})
                assert (answer.status_code, answer.text.replace(link, UNKNOWN)) == (404, unknown.text)
                held = {name: answer.headers[name] for name in ("cache-control", "referrer-policy", "x-robots-tag")}
                assert held == {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


async def test_a_locked_link_is_replaced_by_staff_and_the_form_sent_twice_mails_once(partners):
    async with partners() as partner:
        task = await partner.refer()
        await in_states(partner.running, "case-1", "sent")
        code, client = await partner.code(task), partner.running.client
        for _ in range(TRIES):
            await client.post(partner.link(), data={"code": "000"})
        page = await client.get(f"/notifications/rujukan/{task}", headers=partner.counsellor)
        assert "terkunci" in page.text
        assert [json.loads(event.body)["reason"] for event in await partner.running.told("task-unanswered")] == ["unreachable"]
        (form,) = set(re.findall(r'name="form" value="([^"]+)">\s*<button class="button second"', page.text))
        for _ in range(2):
            await client.post(f"/notifications/rujukan/{task}/tautan", data={"form": form}, headers=partner.counsellor)
        await in_states(partner.running, "case-1", "sent", "sent")
        async with partner.browser() as phone:
            assert (await phone.post(partner.link(), data={"code": code})).status_code == 303


async def test_a_letter_that_is_followed_again_after_its_link_ended_leads_somewhere(partners):
    async with partners() as partner:
        task, running = await partner.refer(), partner.running
        links = TaskLinks(running.kernel.database, running.kernel.keys)
        token = await links.make_for_letter(task, now() - timedelta(days=200))
        gone = await links.find(token)
        assert (await links.make_for_letter(task, now()), gone and gone.until < now()) == (token, True)
        holds = await links.find(token)
        assert holds
        assert holds.until > now() + timedelta(days=170)
        await links.make_for_letter(task, now() - timedelta(days=100))
        assert await links.find(token) == holds, "nothing makes it end earlier"


async def test_another_code_for_all_schools_is_made_by_a_coordinator_or_the_district_and_by_no_counsellor(partners):
    async with partners() as partner:
        task, client = await partner.refer(), partner.running.client
        path = f"/notifications/rujukan/{task}"
        coordinator = partner.running.as_person("kori", "coordinator", "school-1") | {"accept": "text/html"}
        told = "kode berubah untuk semua sekolah"
        assert (told in (await client.get(path, headers=partner.counsellor)).text, told in (await client.get(path, headers=coordinator)).text) == (
            False,
            True,
        )
        assert (await client.post(f"{path}/kode", data={"replaced": "1"}, headers=partner.counsellor)).status_code == 403
        assert await partner.running.told("agency-code-handed-over") == []
        assert (await client.post(f"{path}/kode", headers=partner.counsellor)).status_code == 200
        assert (await client.post(f"{path}/kode", data={"replaced": "1"}, headers=coordinator)).status_code == 200


async def test_the_code_is_one_for_all_referrals_of_an_agency_and_can_be_replaced(partners):
    async with partners() as partner:
        first, second = await partner.refer("case-1"), await partner.refer("case-2")
        await in_states(partner.running, "case-2", "sent")
        code = await partner.code(first)
        assert await partner.code(second) == code
        link, fresh = partner.link(), await partner.code(first, replaced=True)
        async with partner.browser() as phone:
            assert fresh == code or (await phone.post(link, data={"code": code})).status_code == 422
            assert (await phone.post(link, data={"code": fresh})).status_code == 303
        told = [json.loads(event.body)["by"] for event in await partner.running.told("agency-code-handed-over")]
        assert told == ["ani", "ani", "kori"]


async def test_a_letter_s_code_opens_the_same_task_and_no_other_mail_ends_it(partners):
    """Cases asks for the path when somebody follows the letter's QR code; anybody else may not."""
    async with partners() as partner:
        told = sent("case-1", "upt", await partner.running.kernel.vault.seal("siswa", "package", PACKAGE, "p"))
        await partner.running.hear(told)
        task, client = task_of(told.referral), partner.running.client
        ask = f"/notifications/api/referrals/{told.referral}/letter-link"
        paths = [(await client.post(ask, headers=partner.running.as_service())).json()["path"] for _ in range(2)]
        await client.post(f"/notifications/rujukan/{task}/tautan", data={"form": "f"}, headers=partner.counsellor)
        async with partner.browser() as phone:
            assert (await phone.post(paths[0], data={"code": await partner.code(task)})).status_code == 303
            await say(phone, paths[0], "accept")
        assert (paths[0] == paths[1], await moves(partner)) == (True, [("fetch", "received", "letter"), ("accept", "accepted", "letter")])
        assert (await client.post(ask, headers=partner.counsellor)).status_code == 403
        unknown = await client.post("/notifications/api/referrals/none/letter-link", headers=partner.running.as_service())
        assert unknown.status_code == 404
