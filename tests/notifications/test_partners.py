"""Agencies by link: exactly the package behind a second factor, and an answer that ends in the same command as any other (people.md, By link)."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from services.notifications.domain.task import TASK, Move
from services.notifications.domain.task_link import TRIES, TryLink
from services.notifications.partners.links import TaskLinks
from services.notifications.subscribers import task_of
from shared.decider import execute
from shared.events import CasePeopleChanged
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import Mailbox, desk, mail_server, text_of
from tests.notifications.family import form_id
from tests.notifications.partner import PACKAGE, Partner
from tests.notifications.scenes import in_states, now, sent, staffed

pytestmark = pytest.mark.anyio

UNKNOWN = "/notifications/r/" + "0" * 32


@pytest.fixture
def partners(database, redis_url):
    @asynccontextmanager
    async def of() -> AsyncIterator[Partner]:
        mailbox = Mailbox()
        async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
            await staffed(running)
            await running.register("upt", None, mail="kantor@upt.example")
            yield Partner(running, mailbox)

    return of


async def moves(partner: Partner) -> list[tuple[str, str, str]]:
    """Trigger, state and channel of each transition."""
    told = [json.loads(event.body) for event in await partner.running.told("task-moved")]
    return [(each["trigger"], each["state"], each["channel"]) for each in told]


async def openings(partner: Partner) -> list[str]:
    return [json.loads(event.body)["by"] for event in await partner.running.told("package-opened")]


async def say(phone: httpx.AsyncClient, link: str, answer: str, **more: str) -> httpx.Response:
    page = await phone.get(link)
    return await phone.post(f"{link}/jawab", data={"form": form_id(page), "answer": answer, **more})


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


async def test_a_locked_link_stands_first_among_the_referrals_that_wait(partners):
    async with partners() as partner:
        waits, locked = await partner.refer("case-1"), await partner.refer("case-2")
        await in_states(partner.running, "case-1", "sent")
        await in_states(partner.running, "case-2", "sent")
        wrong = TryLink(number=None, right=False)
        for _ in range(TRIES):
            await execute(partner.running.kernel.store, TASK, f"task-{locked}", wrong, partner.running.occasion())
        page = await partner.running.client.get("/notifications/rujukan", headers=partner.counsellor)
        found = re.findall(r'href="/notifications/rujukan/([^"]+)"', page.text)
        assert (found, page.text.count("tautan terkunci")) == ([locked, waits], 1)


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


# staff ------------------------------------------------------------------------------------------------------------------


async def test_a_call_that_staff_note_ends_in_the_same_command(partners):
    async with partners() as partner:
        task, client = await partner.refer(), partner.running.client
        page = await client.get(f"/notifications/rujukan/{task}", headers=partner.counsellor)
        form = form_id(page)
        missing = await client.post(f"/notifications/rujukan/{task}/jawab", data={"form": form, "answer": "accept"}, headers=partner.counsellor)
        assert missing.status_code == 422
        for _ in range(2):
            noted = {"form": form, "answer": "accept", "how": "phone", "words": "Ibu Tuti menerima."}
            await client.post(f"/notifications/rujukan/{task}/jawab", data=noted, headers=partner.counsellor)
        assert await moves(partner) == [("accept", "accepted", "phone")]
        assert await openings(partner) == [], "staff read the package in the case"


async def test_the_list_has_what_waits_first_with_its_days_and_only_for_whoever_reads_the_case(partners):
    async with partners() as partner:
        running = partner.running
        old, answered = await partner.refer("case-1"), await partner.refer("case-2")
        accept = {"trigger": "accept", "channel": "phone"}
        await running.client.post(f"/notifications/api/tasks/{answered}/transitions", json=accept, headers=partner.counsellor)
        async with past_the_wall(running.kernel.database).connection() as connection:
            await connection.execute(
                "UPDATE task_v1 SET requested_at = requested_at - interval '4 days', respond_by = %s WHERE task = %s",
                (now() - timedelta(days=1), old),
            )

        async def listed() -> bool:
            page = await running.client.get("/notifications/rujukan", headers=partner.counsellor)
            found = re.findall(r'href="/notifications/rujukan/([^"]+)"', page.text)
            return found == [old, answered] and "4 hari" in page.text and "lewat waktu" in page.text

        await eventually(listed)
        elsewhere = running.as_person("budi", "counsellor", "school-2") | {"accept": "text/html"}
        page = await running.client.get("/notifications/rujukan", headers=elsewhere)
        assert old not in page.text
        for method, path in (("GET", ""), ("POST", "/kode"), ("POST", "/tautan"), ("POST", "/jawab")):
            refused = await running.client.request(method, f"/notifications/rujukan/{old}{path}", headers=elsewhere)
            assert refused.status_code == 404, path


async def test_a_mailbox_that_is_none_is_refused_where_it_is_entered(partners):
    async with partners() as partner:
        for wrong in ("a@x.example; b@x.example", "kantor", "Kantor <a@x.example>"):
            body = {"id": "lain", "name": "Lain", "mail": wrong}
            answer = await partner.running.client.post("/notifications/api/agencies", json=body, headers=partner.running.as_service())
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/mail")


async def test_an_agency_whose_mailbox_refuses_is_told_to_the_case(partners):
    async with partners() as partner:
        partner.mailbox.refuse = "550"
        await partner.refer()
        await in_states(partner.running, "case-1", "failed")
        told = [json.loads(event.body)["reason"] for event in await partner.running.told("task-unanswered")]
        assert told == ["unreachable"]


# officers with accounts -----------------------------------------------------------------------------------------------------


def officer(partner: Partner, agency: str = "upt") -> dict[str, str]:
    return partner.running.as_person("tuti", "agency-officer", agency) | {"accept": "text/html"}


async def test_an_officer_sees_the_referrals_of_the_own_agency_alone_and_answers_by_the_same_command(partners):
    async with partners() as partner:
        client = partner.running.client
        mine, other = await partner.refer("case-1"), await partner.refer("case-2", "lain")

        async def listed() -> bool:
            page = await client.get("/notifications/lembaga", headers=officer(partner))
            return re.findall(r'href="/notifications/lembaga/([^"]+)"', page.text) == [mine]

        await eventually(listed)
        page = await client.get(f"/notifications/lembaga/{mine}", headers=officer(partner))
        assert (page.status_code, PACKAGE in page.text) == (200, False)
        said = {"form": form_id(page), "answer": "accept"}
        for _ in range(2):
            assert (await client.post(f"/notifications/lembaga/{mine}/jawab", data=said, headers=officer(partner))).status_code == 303
        assert PACKAGE in (await client.get(f"/notifications/lembaga/{mine}", headers=officer(partner))).text
        assert await moves(partner) == [("fetch", "received", "portal"), ("accept", "accepted", "portal")]
        for _ in range(3):
            assert PACKAGE in (await client.get(f"/notifications/lembaga/{mine}", headers=officer(partner))).text
        assert await openings(partner) == ["tuti"], "one page, loaded again and again, is one reading"
        wrong = await client.post(f"/notifications/lembaga/{mine}/jawab", data={"form": "f", "answer": "schedule"}, headers=officer(partner))
        assert (wrong.status_code, "hari dan jam" in wrong.text) == (422, True)
        before = await partner.running.kernel.store.head()
        for path in (f"/notifications/lembaga/{other}", "/notifications/lembaga/none"):
            assert (await client.get(path, headers=officer(partner))).status_code == 404
            assert (await client.post(f"{path}/jawab", data=said, headers=officer(partner))).status_code == 404
        assert await partner.running.kernel.store.head() == before


async def test_an_officer_s_post_opens_nothing_of_a_school_and_a_school_s_post_nothing_of_an_agency(partners):
    async with partners() as partner:
        client, task = partner.running.client, await partner.refer()
        for path in ("/notifications/rujukan", f"/notifications/rujukan/{task}", "/notifications/api/tasks", "/notifications/api/deliveries"):
            assert (await client.get(path, headers=officer(partner) | {"accept": "application/json"})).status_code == 403, path
        for headers in (partner.counsellor, partner.running.as_agency("upt")):
            assert (await client.get(f"/notifications/lembaga/{task}", headers=headers | {"accept": "application/json"})).status_code == 403
        elsewhere = await client.get(f"/notifications/lembaga/{task}", headers=officer(partner, "lain"))
        assert elsewhere.status_code == 404


async def test_an_officer_whom_the_case_names_or_suspended_neither_reads_nor_answers_its_referral(partners):
    async with partners() as partner:
        client, running = partner.running.client, partner.running
        nobody = {
            "student": "siswa", "school": "school-1", "desk": "school", "has": ("ani",), "given": True, "deputies": (), "officers": (),
            "named": (), "suspended": (), "elsewhere": None, "receiving": None, "escalated": False,
        }  # fmt: skip
        kept_out = [await partner.refer("named", opens="at-once"), await partner.refer("suspended", opens="at-once")]
        mine = await partner.refer("case-1")
        await running.hear(CasePeopleChanged(case="named", **(nobody | {"named": ("tuti",)})))
        await running.hear(CasePeopleChanged(case="suspended", **(nobody | {"suspended": ("tuti",)})))

        async def listed() -> bool:
            page = await client.get("/notifications/lembaga", headers=officer(partner))
            return re.findall(r'href="/notifications/lembaga/([^"]+)"', page.text) == [mine]

        await eventually(listed)
        for task in kept_out:
            page = await client.get(f"/notifications/lembaga/{task}", headers=officer(partner))
            answer = await client.post(f"/notifications/lembaga/{task}/jawab", data={"form": "f", "answer": "accept"}, headers=officer(partner))
            assert (page.status_code, PACKAGE in page.text, answer.status_code) == (404, False, 404)
        assert (await moves(partner), await openings(partner)) == ([], [])
