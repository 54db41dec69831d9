"""An agency is told by a thin, signed webhook. If it stays silent, a person is told."""

import asyncio
import json

import jsonschema
import pytest
from starlette.responses import Response

from services.notifications import breaker
from services.notifications.breaker import FAILURES, LONGEST_REST
from services.notifications.senders.signing import public_key, signing_keys, verify
from shared.testing import eventually
from tests.notifications.desk import SECRET, Agency, agency_server, desk
from tests.notifications.scenes import in_states, question_answered, sent, staffed

pytestmark = pytest.mark.anyio


CANARY = "kanarikuning"
NOWHERE, HOUR = "smtp://127.0.0.1:9", "3600,3600,3600"


async def test_a_webhook_is_thin_signed_and_a_cloud_event(database, redis_url, vectors):
    schema = json.loads((vectors / "cloudevents" / "cloudevents.json").read_text(encoding="utf-8"))
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
        for key in (SECRET, "whsec_" + "REVG" * 12, *(public_key(each) for each in signing_keys(running.kernel.keys))):
            verify(key, headers, body, moment)
        assert set(told["data"]) == {"task", "priority", "respond_by"}
        for secret_word in (CANARY, "siswa", "case-1", "school-1", "upt"):
            assert secret_word not in body.decode()


async def test_the_answer_to_a_question_is_told_by_a_webhook_of_its_own(database, redis_url):
    agency = Agency()
    async with agency_server(agency) as url, desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        await running.register("upt", url)
        told = sent("case-1", "upt")
        await running.hear(told)
        await in_states(running, "case-1", "delivered")
        await running.hear(question_answered(told, await running.kernel.vault.seal("siswa", "package", CANARY, "a")))
        await in_states(running, "case-1", "delivered", "delivered")
        bodies = [json.loads(body) for _, body in agency.received]
        assert [each["type"] for each in bodies] == ["id.tanggap.referral.requested.v1", "id.tanggap.referral.answered.v1"]
        assert len({each["id"] for each in bodies}) == 2, "a receiver that keeps ids takes it for no repeat"
        assert {each["data"]["task"] for each in bodies} == {bodies[0]["data"]["task"]}
        assert CANARY not in agency.received[1][1].decode()
        path = bodies[1]["data"]["task"].partition("8000")[2]
        task = await running.client.get(path, headers=running.as_agency("upt"))
        assert task.json()["school_said"] == [CANARY]


async def test_a_busy_agency_is_asked_again_with_the_same_id_and_body(database, redis_url):
    agency = Agency(answers=[Response(status_code=503), Response(status_code=429), Response(status_code=204)])
    async with agency_server(agency) as url, desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "delivered")
        assert len({headers["webhook-id"] for headers, _ in agency.received}) == 1
        assert len({body for _, body in agency.received}) == 1
        outcomes = [attempt["outcome"] for attempt in (await running.deliveries("case-1"))[0]["attempts"]]
        assert outcomes == ["later:server-error:503", "later:busy:429", "accepted"]


async def test_an_endpoint_that_fails_again_and_again_is_left_alone_while_the_others_and_what_is_urgent_go_on(database, redis_url, monkeypatch):
    monkeypatch.setattr(breaker, "FIRST_REST", LONGEST_REST)
    down, up = Agency([Response(status_code=503)]), Agency()
    async with agency_server(down) as dead, agency_server(up) as alive, desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await running.register("down", dead)
        await running.register("up", alive)
        for number in range(FAILURES):
            await running.hear(sent(f"case-{number}", "down"))

        async def all_failed() -> bool:
            return [bool(each["attempts"]) for each in await running.deliveries()] == [True] * FAILURES

        await eventually(all_failed)  # they are counted a moment after the endpoint has answered
        for number in range(FAILURES, FAILURES + 3):
            await running.hear(sent(f"case-{number}", "down"))
            await running.hear(sent(f"case-up-{number}", "up"))
        await eventually(lambda: asyncio.sleep(0, len(up.received) == 3))
        assert len(down.received) == FAILURES
        await running.hear(sent("case-urgent", "down", priority="stat"))
        await eventually(lambda: asyncio.sleep(0, len(down.received) == FAILURES + 1))
        waiting = [each for each in await running.deliveries() if each["case"] in ("case-5", "case-6", "case-7")]
        assert [(each["state"], each["attempts"]) for each in waiting] == [("queued", [])] * 3, "what waits for it loses no attempt"


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
