"""A rebuild of the outbox beside the one that is sent from: nothing leaves twice, nothing is forgotten, and every list is whole meanwhile."""

import asyncio
import threading
from uuid import uuid4

import pytest

from services.notifications.domain.arrival import ARRIVAL, Announce, arrival_stream
from services.notifications.lanes import Lane, claim
from services.notifications.noting import Attempted, Notes
from services.notifications.projecting import TABLES
from shared.decider import execute
from shared.eventstore import filling, generations
from shared.message import Occasion
from shared.running import ended
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.scenes import in_states, now, sent, staffed, triaged

pytestmark = pytest.mark.anyio


async def rebuilt(running) -> None:
    answer = await running.client.post("/notifications/api/views/outbox_v1/rebuild", headers=running.as_service())
    assert answer.status_code == 200, answer.text


async def rows(running, query: str, *values: object) -> list[tuple]:
    async with past_the_wall(running.kernel.database).connection() as connection:
        return await (await connection.execute(query, values)).fetchall()


async def arrived(running) -> None:
    """Another district sent a child here."""
    about = {"arrival": "a", "district": "b", "task": "t", "purpose": "referral", "priority": "routine", "respond_by": now()}
    occasion = Occasion("b", None, now(), uuid4(), uuid4())
    await execute(running.kernel.store, ARRIVAL, arrival_stream("a"), Announce(**about), occasion)


ANSWERS = "generation = (SELECT generation FROM view_checkpoint WHERE state = 'answering')"


async def test_what_is_under_way_when_the_new_generation_answers_is_sent_once_and_recorded_there(database, redis_url):
    mailbox = Mailbox(held=threading.Event())
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))

        async def under_way() -> bool:
            return mailbox.arrived == 1

        await eventually(under_way)
        await rebuilt(running)
        assert await running.states("case-1") == ["sending"]
        assert mailbox.held is not None
        mailbox.held.set()
        await in_states(running, "case-1", "sent")
        assert (mailbox.arrived, len(mailbox.messages)) == (1, 1)


async def test_what_waits_for_its_next_attempt_goes_on_waiting(database, redis_url):
    mailbox = Mailbox(refuse="451")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS="600") as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))

        async def tried() -> bool:
            return any(each["attempts"] for each in await running.deliveries("case-1"))

        await eventually(tried)
        query = f"SELECT id, state, attempts, due_at FROM outbox_v1 WHERE {ANSWERS}"
        before = await rows(running, query)
        await rebuilt(running)
        assert await rows(running, query) == before
        assert before[0][1:3] == ("queued", 1)


async def test_a_rebuild_gives_what_was_live_in_every_table(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as running:
        await staffed(running)
        await running.register("upt", None)
        for number in range(4):
            await running.hear(triaged(f"case-{number}", "high", excluded=("eka",)))
        await running.hear(sent("case-1", "upt"))
        await arrived(running)

        async def tried() -> bool:
            arrivals = await rows(running, f"SELECT arrival FROM arrival_v1 WHERE {ANSWERS}")
            return bool(arrivals) and all(each["attempts"] for each in await running.deliveries() if each["kind"] == "alert")

        await eventually(tried)
        await in_states(running, "case-1", "queued", "failed")
        live = {table: await rows(running, f"SELECT to_jsonb(t) - 'generation' FROM {table} t WHERE {ANSWERS} ORDER BY 1") for table in TABLES}
        await rebuilt(running)
        for table in TABLES:
            assert await rows(running, f"SELECT to_jsonb(t) - 'generation' FROM {table} t WHERE {ANSWERS} ORDER BY 1") == live[table], table
        assert all(live.values())


async def test_a_record_that_comes_while_the_generations_change_lands_in_the_new_one(database, redis_url):
    """Whoever writes waits for the change, and only then looks for the generation that answers."""
    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "queued")
        notes, view = Notes(running.kernel), "outbox_v1"
        ((message, old),) = await rows(running, f"SELECT id, generation FROM outbox_v1 WHERE {ANSWERS}")
        for number in range(5):  # the statement is prepared by now, with a plan of its own
            await notes._recording.submit(Attempted(message, number, "x", "queued"))
        async with past_the_wall(running.kernel.database).connection() as connection:
            new = await generations.begin(connection, view)
            await connection.execute("LOCK TABLE outbox_v1 IN SHARE ROW EXCLUSIVE MODE")
            recording = asyncio.create_task(notes._recording.submit(Attempted(message, 9, "accepted", "sent")))
            await eventually(lambda: _waits_for_a_lock(running))
            await connection.execute(
                "INSERT INTO outbox_v1 SELECT o.* FROM outbox_v1 p, jsonb_populate_record(p, jsonb_build_object('generation', %s::int)) o"
                " WHERE p.generation = %s", (new, old),
            )  # fmt: skip
            await generations.move(connection, old, 0, "leaving")
            await generations.move(connection, new, await running.kernel.store.head(), "answering")
        await recording
        assert await rows(running, "SELECT state FROM outbox_v1 WHERE generation = %s", new) == [("sent",)]


async def _waits_for_a_lock(running) -> bool:
    return bool(await rows(running, "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'outbox_v1'::regclass"))


async def test_no_delivery_and_no_task_is_missing_while_it_is_rebuilt_under_load(database, redis_url, monkeypatch):
    monkeypatch.setattr(filling, "BATCH", 4)
    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as running:
        await staffed(running)
        await running.register("upt", None)
        known: dict[str, int] = {"deliveries": 0, "tasks": 0}
        refused, gaps = 0, []

        async def work() -> None:
            for number in range(25):
                await running.hear(triaged(f"case-{number}", "high"))
                await running.hear(sent(f"case-{number}", "upt"))
                known["deliveries"] += 2
                known["tasks"] += 1

        async def read() -> None:
            nonlocal refused
            while True:
                for path, wanted in tuple(known.items()):
                    answer = await running.client.get(f"/notifications/api/{path}", headers=running.as_service())
                    refused += answer.status_code == 503
                    if answer.status_code == 200 and len(answer.json()["items"]) < wanted:
                        gaps.append((path, len(answer.json()["items"]), wanted))

        reading, working = asyncio.create_task(read()), asyncio.create_task(work())
        for _ in range(3):
            await rebuilt(running)
        await working
        await rebuilt(running)
        await ended(reading)
        print(f"deliveries and tasks while the outbox was rebuilt four times: {refused} times 503")
        assert gaps == []
        assert known == {"deliveries": 50, "tasks": 25}


async def test_the_sender_takes_nothing_from_a_generation_that_does_not_answer(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9", TANGGAP_RETRY_SECONDS="600") as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "queued")
        async with past_the_wall(running.kernel.database).connection() as connection:
            await connection.execute("UPDATE outbox_v1 SET generation = generation + 7, due_at = clock_timestamp(), attempts = 0")
        assert await claim(running.kernel.database, Lane(8), Lane(8)) == []
