"""What staff see of a referral that is on its way, and note for an agency without a system."""

import json
import re
from datetime import timedelta

import pytest

from services.notifications.domain.task import TASK
from services.notifications.domain.task_link import TRIES, TryLink
from shared.decider import execute
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.family import form_id
from tests.notifications.partner_answers import moves, openings
from tests.notifications.scenes import in_states, now

pytestmark = pytest.mark.anyio


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


async def test_a_counsellor_hands_an_agency_s_code_over_and_does_not_replace_it(partners):
    """It is one for all schools of the district."""
    async with partners() as partner:
        task, client = await partner.refer(), partner.running.client
        code, page = await partner.code(task), f"/notifications/rujukan/{task}/kode"
        assert (await client.post(page, data={"replaced": "1"}, headers=partner.counsellor)).status_code == 403
        assert await partner.code(task) == code
        assert await partner.code(task, replaced=True) != code


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
