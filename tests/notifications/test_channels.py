"""Messages over WhatsApp and SMS, with the providers played in another process (ADR 47)."""

import json

import pytest

from services.notifications.domain.preference import PREFERENCE, SetPreference, preference_stream
from shared.decider import execute
from shared.testing import eventually
from tests.notifications.desk import Mailbox, mail_server
from tests.notifications.scenes import in_states, staffed, to_be_told, triaged
from tests.notifications.telephones import telephone_desk

pytestmark = pytest.mark.anyio

ANI, CITRA, IBU, AYAH = "+6281234567801", "+6281234567802", "+6281234567803", "+6281234567804"


async def with_phones(running, *, addresses: bool = True) -> None:
    await staffed(running)
    address = None if addresses else ""
    await running.person("ani", "staff", "counsellor", phone=ANI, address=address)
    await running.person("citra", "staff", "coordinator", phone=CITRA, address=address)
    await running.person("ibu", "guardian", phone="0812-3456-7803", address=address)
    await running.person("ayah", "guardian", phone=AYAH, address=address)


async def kept(running) -> list[tuple[str, str]]:
    async with running.kernel.database.statement() as connection:
        rows = await (await connection.execute("SELECT channel, state FROM dispatch ORDER BY channel")).fetchall()
    return [(channel, state) for channel, state in rows]


async def comes_to(running, *wanted: tuple[str, str]) -> None:
    async def reached() -> bool:
        return await kept(running) == sorted(wanted)

    await eventually(reached)


async def test_an_emergency_takes_all_channels_of_a_person_at_once(database, redis_url, tmp_path):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, telephone_desk(database, redis_url, smtp, tmp_path) as (running, phones):
        await with_phones(running)
        await running.hear(triaged("case-1", excluded=("citra", "eka", "dewi")))
        await in_states(running, "case-1", "sent")
        received = await phones.received()
        assert sorted(each["channel"] for each in received) == ["sms", "whatsapp"]
        assert len(mailbox.messages) == 1
        text = next(each["body"]["text"] for each in received if each["channel"] == "sms")
        template = next(each["body"]["template"] for each in received if each["channel"] == "whatsapp")
        assert text.startswith("DARURAT Tanggap: perlu tindakan sekarang. Saya tangani: http://127.0.0.1:8000/notifications/a/")
        assert (template["name"], template["language"]) == ("tanggap_darurat", {"code": "id"})
        assert [each["parameters"] for each in template["components"]] == [
            [{"type": "text", "text": "Tanggap"}],
            [{"type": "text", "text": text.rpartition("8000/")[2]}],
        ]
        assert len(await running.told("staff-alerted")) == 1


async def test_a_channel_that_fails_in_an_emergency_is_tried_again_beside_the_one_that_took_it(database, redis_url, tmp_path):
    async with (
        mail_server(Mailbox()) as smtp,
        telephone_desk(database, redis_url, smtp, tmp_path, TANGGAP_RETRY_SECONDS="0.02," * 40 + "1") as desked,
    ):
        running, phones = desked
        await with_phones(running)
        await phones.behave(ANI, "busy")
        await running.hear(triaged("case-1", excluded=("citra", "eka", "dewi")))
        await comes_to(running, ("mail", "sent"), ("sms", "waiting"), ("whatsapp", "waiting"))
        await phones.behave(ANI, "silent")
        await comes_to(running, ("mail", "sent"), ("sms", "sent"), ("whatsapp", "sent"))
        assert len(await running.told("staff-alerted")) == 1


async def test_an_ordinary_message_takes_one_channel_and_the_next_where_that_can_never_arrive(database, redis_url, tmp_path):
    mailbox = Mailbox(refuse="550")
    async with mail_server(mailbox) as smtp, telephone_desk(database, redis_url, smtp, tmp_path) as (running, phones):
        await with_phones(running)
        await phones.behave(ANI, "not-there")
        await running.hear(triaged("case-1", "high"))
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "failed", "sent", "sent")
        received = [(each["channel"], each["to"]) for each in await phones.received()]
        assert sorted(received) == sorted([("whatsapp", ANI), ("sms", ANI), ("whatsapp", CITRA), ("whatsapp", IBU)])
        assert [json.loads(event.body)["person"] for event in await running.told("staff-alerted")] == ["citra"]


async def test_a_message_that_came_back_goes_over_the_next_channel_and_then_to_a_person(database, redis_url, tmp_path):
    order = ("whatsapp", "sms", "mail")
    async with mail_server(Mailbox()) as smtp, telephone_desk(database, redis_url, smtp, tmp_path, families=order) as (running, phones):
        await with_phones(running, addresses=False)
        await phones.behave(IBU, "lost")
        await running.hear(to_be_told("case-1", second="ayah"))

        async def told() -> list[tuple[str, str]]:
            return [(each["guardian"], each["outcome"]) for each in (json.loads(event.body) for event in await running.told("guardian-told"))]

        async def ended() -> bool:
            return await told() == [("ibu", "sent"), ("ibu", "undeliverable"), ("ayah", "sent")]

        await eventually(ended)

        async def received() -> list[tuple[str, str]]:
            return [(each["channel"], each["to"]) for each in await phones.received()]

        async def who_chose_it_heard() -> bool:
            return ("whatsapp", ANI) in await received()

        await eventually(who_chose_it_heard)
        assert [each for each in await received() if each[1] != ANI] == [("whatsapp", IBU), ("sms", IBU), ("whatsapp", AYAH)]


async def test_an_alert_that_came_back_everywhere_is_followed_by_the_next_rung(database, redis_url, tmp_path):
    async with mail_server(Mailbox()) as smtp, telephone_desk(database, redis_url, smtp, tmp_path, staff=("sms",)) as (running, phones):
        await with_phones(running)
        await phones.behave(ANI, "lost")
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "failed", "sent")
        assert [json.loads(event.body)["person"] for event in await running.told("alert-undelivered")] == ["ani"]
        assert [json.loads(event.body)["person"] for event in await running.told("staff-alerted")] == ["ani", "citra"]


@pytest.mark.parametrize(("behaviour", "state"), [("normal", "read"), ("reordered", "read"), ("doubled", "delivered"), ("late", "delivered")])
async def test_reports_in_any_order_come_to_the_best_and_forged_ones_to_nothing(database, redis_url, tmp_path, behaviour, state):
    order = ("whatsapp", "sms")
    async with mail_server(Mailbox()) as smtp, telephone_desk(database, redis_url, smtp, tmp_path, families=order) as (running, phones):
        await with_phones(running)
        await phones.behave(IBU, behaviour)
        await phones.behave("*", "silent")
        await running.hear(to_be_told("case-1"))

        async def reached() -> bool:
            return dict(await kept(running)).get("whatsapp") == state

        await eventually(reached)
        answers = (await phones.log())["answers"]
        assert (answers[::2], answers[1::2]) == ([401] * len(answers[::2]), [200] * len(answers[1::2]))


async def test_a_guardian_is_reached_as_they_asked_and_never_on_a_shared_telephone(database, redis_url, tmp_path):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, telephone_desk(database, redis_url, smtp, tmp_path) as (running, phones):
        await with_phones(running)
        asked = SetPreference(person="ibu", channels=("sms",), language="en", shared_phone=False, by="ani")
        await execute(running.kernel.store, PREFERENCE, preference_stream("ibu"), asked, running.occasion())
        shared = SetPreference(person="ayah", channels=("sms",), language="id", shared_phone=True, by="ani")
        await execute(running.kernel.store, PREFERENCE, preference_stream("ayah"), shared, running.occasion())
        await running.hear(to_be_told("case-1"))
        await running.hear(to_be_told("case-2", "ayah"))
        await in_states(running, "case-1", "sent")
        await in_states(running, "case-2", "sent")
        (received,) = await phones.received()
        assert (received["channel"], received["to"]) == ("sms", IBU)
        assert received["body"]["text"].startswith("Tanggap: there is a message for you from school. Open http://127.0.0.1:8000/notifications/n/")
        assert [address for address, _ in mailbox.messages] == ["ayah@example.org"]


async def test_a_telephone_that_an_unsafe_guardian_has_too_gets_nothing(database, redis_url, tmp_path):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, telephone_desk(database, redis_url, smtp, tmp_path, families=("whatsapp", "mail")) as (running, phones):
        await with_phones(running)
        await running.person("ayah", "guardian", phone="0812 3456 7803")
        body = {"student": "siswa", "guardian": "ayah", "school": "school-1"}
        await running.client.post("/notifications/api/do-not-contact", json=body, headers=running.as_person("ani", "counsellor", "school-1"))
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "sent")
        assert await phones.received() == []
        assert [address for address, _ in mailbox.messages] == ["ibu@example.org"]
