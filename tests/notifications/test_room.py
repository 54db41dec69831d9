"""Whether an agency has room: asked by mail or webhook without a word about anybody, answered in any way, and told with its age (ADR 57)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.notifications.domain.agency_room import has_waited_too_long
from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.senders.signing import verify
from services.notifications.upkeep.links import AgencyLinks
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import SECRET, Agency, Desk, Mailbox, agency_server, desk, mail_server, text_of
from tests.notifications.family import form_id
from tests.notifications.partner import PACKAGE, Partner
from tests.notifications.scenes import in_states, now, staffed

pytestmark = pytest.mark.anyio

UNKNOWN = "/notifications/k/" + "0" * 32
OF_UPT = "/notifications/mitra/lembaga?agency=upt"


async def ask(partner: Partner, agency: str = "upt") -> httpx.Response:
    return await partner.running.client.post("/notifications/mitra/tanya", data={"agency": agency}, headers=partner.counsellor)


async def answers(running: Desk) -> list[tuple[bool, str, str]]:
    """Whether there is room, over which channel, and who said it."""
    told = [json.loads(event.body) for event in await running.told("room-told")]
    return [(each["has_room"], each["channel"], each["by"]) for each in told]


async def link_of(partner: Partner) -> str:
    """The path of the link in the mail that asks."""

    async def has_come() -> bool:
        return bool(partner.mailbox.messages)

    await eventually(has_come)
    return next(word for word in text_of(partner.mailbox.messages[-1][1]).split() if "/notifications/k/" in word).partition("8000")[2]


async def reasons(running: Desk, agency: str = "upt") -> list[tuple[str, str]]:
    found = await running.client.post("/notifications/api/agencies/search", json={}, headers=running.as_service())
    (hit,) = [each for each in found.json()["items"] if each["id"] == agency]
    return [(each["code"], each["fit"]) for each in hit["reasons"]]


async def test_an_office_is_asked_by_mail_answers_by_link_and_the_search_tells_it(partners):
    async with partners() as partner:
        assert (await ask(partner)).headers["location"] == OF_UPT
        assert await reasons(partner.running) == [("room-waits", "unknown")]
        link = await link_of(partner)
        async with partner.browser() as phone:
            page = await phone.get(link)
            assert (page.status_code, "UPT" in page.text, page.headers["referrer-policy"]) == (200, True, "no-referrer")
            assert (await phone.post(link, data={"form": form_id(page), "room": "full"})).headers["location"] == link
            assert "sedang penuh" in (await phone.get(link)).text
        assert await answers(partner.running) == [(False, "link", "link:upt")]
        assert await reasons(partner.running) == [("room-now", "against")]
        listed = await partner.running.client.get("/notifications/mitra", headers=partner.counsellor)
        assert "sedang penuh" in listed.text and "hari ini" in listed.text


async def test_a_scanner_that_opens_the_link_changes_nothing(partners):
    async with partners() as partner:
        await ask(partner)
        link = await link_of(partner)
        async with partner.browser() as scanner:
            for method in ("GET", "HEAD", "GET"):
                await scanner.request(method, link)
        assert await answers(partner.running) == []


async def test_a_form_that_is_sent_twice_at_once_is_one_answer_and_a_change_of_mind_is_another(partners):
    async with partners() as partner:
        await ask(partner)
        link = await link_of(partner)
        async with partner.browser() as phone:
            form = form_id(await phone.get(link))
            both = await asyncio.gather(*(phone.post(link, data={"form": form, "room": "yes"}) for _ in range(2)))
            assert [each.status_code for each in both] == [303, 303]
            await phone.post(link, data={"form": form, "room": "full"})
        assert await answers(partner.running) == [(True, "link", "link:upt"), (False, "link", "link:upt")]


async def test_counsellors_who_ask_at_the_same_moment_send_one_mail(partners):
    async with partners() as partner:
        await asyncio.gather(*(ask(partner) for _ in range(4)))
        await link_of(partner)
        assert [json.loads(each.body)["number"] for each in await partner.running.told("room-asked")] == [1]
        assert [receiver for receiver, _ in partner.mailbox.messages] == ["kantor@upt.example"]


@pytest.mark.parametrize("body", [{}, {"room": ""}, {"room": "perhaps"}, {"form": "x" * 200, "room": "1"}])
async def test_an_answer_that_says_nothing_comes_back_and_keeps_nothing(partners, body):
    async with partners() as partner:
        await ask(partner)
        link = await link_of(partner)
        async with partner.browser() as phone:
            assert (await phone.post(link, data=body)).status_code == 422
        assert await answers(partner.running) == []


async def test_a_link_that_is_unknown_or_has_ended_leads_nowhere(partners):
    async with partners() as partner:
        await ask(partner)
        link = await link_of(partner)
        async with past_the_wall(partner.running.kernel.database).connection() as connection:
            gone = await connection.execute("DELETE FROM agency_link_v1 RETURNING token_hash, agency")
            (row,) = await gone.fetchall()
            await connection.execute("INSERT INTO agency_link_v1 VALUES (%s, %s, clock_timestamp())", row)
        async with partner.browser() as phone:
            for path in (link, UNKNOWN):
                assert (await phone.get(path)).status_code == 404
                assert (await phone.post(path, data={"room": "yes"})).status_code == 404
        assert await answers(partner.running) == []


async def test_the_link_of_one_agency_opens_no_referral_and_no_other_agency(partners):
    async with partners() as partner:
        await partner.running.register("lain", None, mail="kantor@lain.example")
        task = await partner.refer()
        token = await AgencyLinks(partner.running.kernel.database, partner.running.kernel.keys).make("upt", uuid4(), now())
        async with partner.browser() as phone:
            assert (await phone.get(f"/notifications/r/{token}")).status_code == 404
            await phone.post(f"/notifications/k/{token}", data={"room": "yes", "agency": "lain", "task": task})
        assert await answers(partner.running) == [(True, "link", "link:upt")]


async def test_staff_note_what_an_agency_without_any_mailbox_says_by_phone(partners):
    async with partners() as partner:
        client = partner.running.client
        await partner.running.register("lain", None)
        assert (await ask(partner, "lain")).status_code == 409
        page = await client.get("/notifications/mitra/lembaga?agency=lain", headers=partner.counsellor)
        told = {"agency": "lain", "form": form_id(page), "room": "yes"}
        assert (await client.post("/notifications/mitra/catat", data=told, headers=partner.counsellor)).status_code == 303
        assert await answers(partner.running) == [(True, "phone", "ani")]
        for wrong in ("", "nobody"):
            assert (await client.get(f"/notifications/mitra/lembaga?agency={wrong}", headers=partner.counsellor)).status_code == 404
            assert (await ask(partner, wrong)).status_code == 404
        assert (await client.post("/notifications/mitra/catat", data={"agency": "lain"}, headers=partner.counsellor)).status_code == 422


async def test_an_officer_says_it_in_the_portal_of_the_own_agency_alone(partners):
    async with partners() as partner:
        client, path = partner.running.client, "/notifications/lembaga-saya/tempat"
        await partner.running.register("lain", None)
        officer = partner.running.as_person("tuti", "agency-officer", "upt") | {"accept": "text/html"}
        page = await client.get(path, headers=officer)
        assert (page.status_code, "UPT" in page.text, "LAIN" in page.text) == (200, True, False)
        assert (await client.post(path, data={"agency": "upt", "form": form_id(page), "room": "yes"}, headers=officer)).status_code == 303
        assert (await client.post(path, data={"agency": "upt"}, headers=officer)).status_code == 422
        assert (await client.post(path, data={"agency": "lain", "room": "full"}, headers=officer)).status_code == 404
        assert await answers(partner.running) == [(True, "portal", "tuti")]


async def test_an_answer_calls_off_a_question_that_has_not_left(partners):
    async with partners() as partner:
        partner.mailbox.refuse = "450"
        await ask(partner)
        told = {"agency": "upt", "form": "f", "room": "full"}
        await partner.running.client.post("/notifications/mitra/catat", data=told, headers=partner.counsellor)
        assert [each["state"] for each in await partner.running.deliveries("") if each["kind"] == "room"] in (["cancelled"], ["failed"])


async def test_a_question_that_reaches_nobody_stands_first_on_the_list_and_whoever_asked_is_told_to_phone(partners):
    async with partners() as partner:
        client, running = partner.running.client, partner.running
        await running.register("aaa", None)
        partner.mailbox.refuse = "550"
        await ask(partner)

        async def told() -> bool:
            return bool(await running.told("alert-raised"))

        await eventually(told)
        (raised,) = [json.loads(each.body) for each in await running.told("alert-raised")]
        assert ([each["people"] for each in raised["steps"]], raised["case"], raised["plain"]) == ([["ani"], ["dewi"]], "", True)

        async def first() -> bool:
            page = (await client.get("/notifications/mitra", headers=partner.counsellor)).text
            return "pertanyaan tidak sampai: teleponlah" in page and page.index(">UPT<") < page.index(">AAA<")

        await eventually(first)
        noted = {"agency": "upt", "form": "f", "room": "full"}
        await client.post("/notifications/mitra/catat", data=noted, headers=partner.counsellor)
        page = (await client.get("/notifications/mitra", headers=partner.counsellor)).text
        assert ("tidak sampai" in page, page.index(">UPT<") < page.index(">AAA<")) == (False, False)


@pytest.mark.parametrize(
    ("outcome", "phones"),
    [
        (Accepted(), False), (Never("gone"), True), (Later("busy"), False), (Later("busy", when=now()), False),
        (Later("busy", when=now() + timedelta(hours=9)), True),
    ],
)  # fmt: skip
async def test_somebody_phones_what_never_arrives_or_is_not_tried_again_within_a_working_day(outcome, phones):
    assert has_waited_too_long(outcome, now()) == phones


# a system ----------------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def with_a_system(database: str, redis_url: str, agency: Agency) -> AsyncIterator[Partner]:
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, agency_server(agency) as url, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.register("upt", url)
        yield Partner(running, mailbox)


async def test_a_system_is_asked_by_a_signed_webhook_and_answers_with_its_token(database, redis_url):
    agency = Agency()
    async with with_a_system(database, redis_url, agency) as partner:
        await ask(partner)

        async def has_come() -> bool:
            return bool(agency.received)

        await eventually(has_come)
        ((headers, body),) = agency.received
        verify(SECRET, headers, body, int(headers["webhook-timestamp"]))
        told = json.loads(body)
        assert (told["type"], told["subject"], told["id"]) == ("id.tanggap.room.asked.v1", "room", headers["webhook-id"])
        await answered(partner, {"room": True}, 200)
        assert await answers(partner.running) == [(True, "api", "upt")]
        assert await reasons(partner.running) == [("room-now", "fits")]


async def answered(partner: Partner, body: Any, status: int) -> None:
    path, as_agency = "/notifications/api/agencies/room", partner.running.as_agency("upt")
    answer = await partner.running.client.post(path, json=body, headers=as_agency)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("body", [{}, {"room": "yes"}, {"room": 1}, {"room": None}, {"room": True, "student": "siswa"}, [], "room"])
async def test_what_a_system_says_wrongly_is_refused_and_keeps_nothing(database, redis_url, body):
    async with with_a_system(database, redis_url, Agency()) as partner:
        await answered(partner, body, 422)
        assert await answers(partner.running) == []


# whom it is about is never said ------------------------------------------------------------------------------------------------


CANARIES = ("siswa", "case-1", "school-1", "ani", "Rani", PACKAGE)


async def test_no_value_of_any_child_is_in_the_question_whatever_cases_there_are(database, redis_url):
    """A referral to the agency is under way, and whoever has its case asks: neither the webhook, nor the mail, nor the event says so."""
    agency = Agency()
    async with with_a_system(database, redis_url, agency) as partner:
        await partner.running.register("lain", None, mail="kantor@lain.example")
        task = await partner.refer()
        await in_states(partner.running, "case-1", "delivered")
        more = {"case": "case-1", "student": "siswa", "words": PACKAGE}
        for name in ("upt", "lain"):
            await partner.running.client.post("/notifications/mitra/tanya", data={"agency": name, **more}, headers=partner.counsellor)

        async def both_left() -> bool:
            return len(agency.received) == 2 and bool(partner.mailbox.messages)

        await eventually(both_left)
        mail = partner.mailbox.messages[-1][1]
        (webhook,) = [body for _, body in agency.received if b"room.asked" in body]
        left = [mail, text_of(mail).encode(), webhook, *json.dumps(agency.received[-1][0]).encode().splitlines()]
        words = [b'"' + each.encode() + b'"' if len(each) < 4 else each.encode() for each in (*CANARIES, task)]
        assert [word for word in words if any(word in octets for octets in left)] == []
        kept = [each.body for each in await partner.running.told("room-asked")]
        assert [word for word in ("siswa", "case-1", "school-1", PACKAGE) if any(word in body for body in kept)] == []
        assert [each.school for each in await partner.running.told("room-asked")] == [None, None]
