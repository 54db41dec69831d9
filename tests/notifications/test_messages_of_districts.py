"""What another district's message may bring about here: only what it says itself, about what is its own, once and now (ADR 66, ADR 86).

The attacker is a district that is registered here like every other, with a secret and a key of its own, and hears everything on the wire.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.notifications.districts.receiving import arrival_of
from services.notifications.districts.verifying import KIND
from services.notifications.domain.arrival import ARRIVAL, Answer, PassOn, arrival_stream
from services.notifications.domain.task.moving import Move
from services.notifications.senders.signing import TOLERANCE, public_key, sign
from services.notifications.subscribers import task_of
from shared.decider import execute
from shared.events import ReferralCancelRequested, ReferralSent
from shared.testing import eventually
from tests.notifications.desk import Desk, Mailbox, desk, mail_server
from tests.notifications.partner import PACKAGE, Partner
from tests.notifications.scenes import now, staffed

pytestmark = pytest.mark.anyio

ANSWERED, CANCEL_ASKED, REQUESTED, PACKAGE_WANTED, SAID_WANTED, SCHOOL_ANSWERED = (
    f"id.tanggap.{each}.v1"
    for each in (
        "arrival.answered", "referral.cancel-asked", "referral.requested", "referral.package-wanted", "referral.said-wanted", "referral.answered",
    )
)  # fmt: skip
ASKED = {"priority": "stat", "respond_by": "2026-11-30T08:00:00+07:00"}


@dataclass
class District:
    """An installation elsewhere, as far as its messages go."""

    running: Desk
    name: str
    secret: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    async def introduced(self) -> "District":
        """Registered here, with its secret and its key."""
        await self.running.register(self.name, None, kind=KIND, secret=self.secret)
        path, keys = f"/notifications/api/districts/{self.name}/keys", {"keys": [public_key(self.key)]}
        trusted = await self.running.client.put(path, json=keys, headers=self.running.as_service())
        assert trusted.status_code == 200, trusted.text
        return self

    def signed(self, kind: str, task: str, identifier: str = "evt_1", *, late: int = 0, **data: Any) -> tuple[bytes, dict[str, str]]:
        told = {"specversion": "1.0", "id": identifier, "source": "x", "type": kind, "subject": f"tasks/{task}", "data": data}
        body = json.dumps(told).encode()
        return body, self.headers(body, identifier, int(now().timestamp()) - late)

    def headers(self, body: bytes, identifier: str, stamp: int, secret: str = "", key: Ed25519PrivateKey | None = None) -> dict[str, str]:
        signature = sign([secret or self.secret], [key or self.key], identifier, stamp, body)
        return {"webhook-id": identifier, "webhook-timestamp": str(stamp), "webhook-signature": signature}

    async def send(self, message: tuple[bytes, dict[str, str]], name: str = "") -> httpx.Response:
        """name: in whose name; its own where nothing is said."""
        body, headers = message
        return await self.running.client.post(f"/notifications/api/districts/{name or self.name}/messages", content=body, headers=headers)

    async def says(self, kind: str, task: str, **data: Any) -> tuple[int, str]:
        answer = await self.send(self.signed(kind, task, **data))
        return answer.status_code, answer.json().get("type", "")


@dataclass
class Three:
    """Ours, and two neighbours: *barat*, to whom a child of ours was referred, and *timur*, who would like to know more."""

    running: Desk
    barat: District
    timur: District
    sent: ReferralSent

    @property
    def task(self) -> str:
        return task_of(self.sent.referral)

    async def kept(self) -> list[str]:
        """What our store says of tasks and arrivals, without who was told of it."""
        events = await self.running.kernel.store.read_after(0, limit=10_000)
        return [event.type for event in events if event.stream.startswith(("task-", "arrival-"))]

    async def moved(self) -> list[str]:
        return [json.loads(event.body)["trigger"] for event in await self.running.told("task-moved")]


@asynccontextmanager
async def three(database: str, redis_url: str, **more: Any) -> AsyncIterator[Three]:
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        barat, timur = [await District(running, name, f"whsec_{sign * 16}").introduced() for name, sign in (("barat", "QUJD"), ("timur", "REVG"))]
        partner = Partner(running, mailbox)
        task = await partner.refer(agency="barat", **more)

        async def known_to_be_unreachable() -> bool:
            return bool(await running.told("task-unanswered"))

        await eventually(known_to_be_unreachable)  # barat has no address here, and nothing else is under way
        yield Three(running, barat, timur, partner.told[task])


ACCEPTS: dict[str, Any] = {"answers": [{"id": "a-1", "trigger": "accept"}]}
NOT_VERIFIED, NOT_THERE = (401, "/problems/not-verified"), (404, "/problems/not-found")


async def test_nobody_speaks_in_the_name_of_another_district(database, redis_url):
    """Each part of a signature that timur can make or has overheard, and each change to what barat itself signed."""
    async with three(database, redis_url) as world:
        barat, timur, before = world.barat, world.timur, await world.kept()
        body, of_barat = barat.signed(ANSWERED, world.task, **ACCEPTS)
        stamp = int(of_barat["webhook-timestamp"])
        other, of_other = barat.signed(ANSWERED, world.task, answers=[{"id": "a-1", "trigger": "decline", "reason": "age"}])
        forged = {
            "with its own secret and key": timur.headers(body, "evt_1", stamp),
            "with barat's secret and its own key": timur.headers(body, "evt_1", stamp, secret=barat.secret),
            "with its own secret and barat's key": timur.headers(body, "evt_1", stamp, key=barat.key),
            "with barat's signature of another body": of_other,
            "with barat's signature under another id": {**of_barat, "webhook-id": "evt_2"},
            "with barat's signature at another time": {**of_barat, "webhook-timestamp": str(stamp + 1)},
            "with half of barat's signature": {**of_barat, "webhook-signature": of_barat["webhook-signature"].split()[1]},
            "with nothing": {},
        }
        assert other != body
        for told, headers in forged.items():
            answer = await timur.send((body, headers), "barat")
            assert (told, answer.status_code, answer.json()["type"]) == (told, *NOT_VERIFIED)
        for late in (TOLERANCE + 5, -TOLERANCE - 5):
            answer = await barat.send(barat.signed(ANSWERED, world.task, late=late, **ACCEPTS))
            assert (late, answer.status_code, answer.json()["type"]) == (late, *NOT_VERIFIED)
        assert await world.kept() == before
        assert await barat.says(ANSWERED, world.task, **ACCEPTS) == (200, "")


async def test_a_district_does_nothing_about_a_referral_to_another_one_and_learns_nothing_of_it(database, redis_url):
    """Also one that heard the task's id: every message of its own that could be about it."""
    async with three(database, redis_url, opens="at-once") as world:
        before, task = await world.kept(), world.task
        assert await world.timur.says(ANSWERED, task, **ACCEPTS) == NOT_THERE
        for kind in (PACKAGE_WANTED, SAID_WANTED):
            answer = await world.timur.send(world.timur.signed(kind, task))
            assert (kind, answer.status_code, PACKAGE in answer.text) == (kind, 404, False)
        for kind in (CANCEL_ASKED, SCHOOL_ANSWERED):
            assert await world.timur.says(kind, task) == (404, "/problems/no-such-arrival")
        assert await world.kept() == before


async def test_a_partner_that_is_no_district_says_nothing_as_one(database, redis_url):
    async with three(database, redis_url) as world:
        office = District(world.running, "kantor", "whsec_" + "R0hJ" * 16)
        await office.introduced()
        await world.running.register("kantor", None, kind="psychologist", secret=office.secret)
        assert await office.says(REQUESTED, "t-1", **ASKED) == NOT_VERIFIED
        assert await world.running.told("arrival-announced") == []


async def test_what_is_said_again_changes_nothing_and_a_question_is_answered_once(database, redis_url):
    async with three(database, redis_url) as world:
        barat, task = world.barat, world.task
        for kind, of, data in ((ANSWERED, task, ACCEPTS), (REQUESTED, "t-1", ASKED), (CANCEL_ASKED, "t-1", {})):
            message = barat.signed(kind, of, **data)
            first, before = await barat.send(message), await world.kept()
            again = await asyncio.gather(*(barat.send(message) for _ in range(3)))
            assert [kind, first.status_code, *(each.status_code for each in again)] == [kind, 200, 200, 200, 200]
            assert await world.kept() == before
        for kind, key in ((PACKAGE_WANTED, "package"), (SAID_WANTED, "said")):
            message = barat.signed(kind, task, f"evt_{key}")
            told, repeated = await barat.send(message), await barat.send(message)
            assert (told.status_code, key in told.json(), repeated.status_code, repeated.json()["type"]) == (200, True, 409, "/problems/asked-before")


async def test_two_districts_with_the_same_id_of_a_task_send_two_children(database, redis_url):
    async with three(database, redis_url) as world:
        for each in (world.barat, world.timur):
            assert await each.says(REQUESTED, "t-1", **ASKED) == (200, "")
        assert [json.loads(event.body)["district"] for event in await world.running.told("arrival-announced")] == ["barat", "timur"]
        assert await world.timur.says(CANCEL_ASKED, "t-1") == (200, "")
        (asked,) = await world.running.told("arrival-cancel-asked")
        (_, of_timur) = await world.running.told("arrival-announced")
        assert asked.stream == of_timur.stream


async def test_who_sees_a_child_that_was_sent_here(database, redis_url):
    """The district's duty, until it is passed on; then the school to which it was, too."""
    async with three(database, redis_url) as world:
        running = world.running
        assert await world.barat.says(REQUESTED, "t-1", **ASKED) == (200, "")
        arrival = arrival_of("barat", "t-1")
        readers = {
            "duty": running.as_person("dewi", "district-duty"), "there": running.as_person("ani", "counsellor", "school-1"),
            "elsewhere": running.as_person("budi", "counsellor", "school-2"),
        }  # fmt: skip

        async def sees() -> set[str]:
            found = set[str]()
            for who, headers in readers.items():
                listed, page = [await running.client.get(f"/notifications/kiriman{path}", headers=headers) for path in ("", f"/{arrival}")]
                assert (listed.status_code, arrival in listed.text) == (200, page.status_code == 200)
                found |= {who} if page.status_code == 200 else set()
            return found

        assert await sees() == {"duty"}
        accepts = Answer(move=Move(transition="m", actor="R", trigger="accept", by="dewi"))
        for command in (accepts, PassOn(school="school-1", by="dewi")):
            await execute(running.kernel.store, ARRIVAL, arrival_stream(arrival), command, running.occasion())

        async def passed_on() -> bool:
            return await sees() == {"duty", "there"}

        await eventually(passed_on)


async def test_an_answer_that_can_never_be_taken_is_kept_for_a_person_and_keeps_no_later_one_away(database, redis_url):
    """There they accepted before our message came; here that is refused for good. Its words are read, somebody hears of it once, and what follows counts."""
    async with three(database, redis_url) as world:
        running, words = world.running, "Kami terima; Bu Sari yang mendampingi."
        before = len(await running.told("alert-raised"))
        told = ReferralCancelRequested(case=world.sent.case, student="siswa", school="school-1", referral=world.sent.referral)
        await running.hear(told)
        crossed, later = {"id": "a-1", "trigger": "accept", "words": words}, {"id": "a-2", "trigger": "offer-another-day"}
        confirms = {"id": "a-3", "trigger": "confirm-cancel"}
        for answers in ([crossed], [crossed], [crossed, later], [crossed, later, confirms]):
            assert await world.barat.says(ANSWERED, world.task, answers=answers) == (200, "")
        assert await world.moved() == ["request-cancel", "confirm-cancel"]
        aside = [json.loads(event.body) for event in await running.told("task-answer-set-aside")]
        assert [(each["trigger"], each["by"], each["note"] is None) for each in aside] == [
            ("accept", "barat", False),
            ("offer-another-day", "barat", True),
        ]
        assert len(await running.told("alert-raised")) - before == 2, "once for each"
        page = await running.client.get(f"/notifications/rujukan/{world.task}", headers=running.as_person("ani", "counsellor", "school-1"))
        assert [page.text.count(each) for each in (words, "Jawaban yang belum dikenal di sini", "offer-another-day")] == [1, 1, 0]


LATER: dict[str, dict[str, Any]] = {
    "a reason of a later release": {"id": "a-1", "trigger": "decline", "reason": "on-strike", "words": "Kami sedang pindah gedung."},
    "the end of all years": {"id": "a-1", "trigger": "accept", "at": "9999-12-31T23:59:00Z", "words": "Kami sedang pindah gedung."},
}


@pytest.mark.parametrize("unknown", LATER.values(), ids=LATER)
async def test_a_reason_or_a_moment_that_nobody_knows_here_is_set_aside_and_keeps_no_later_answer_away(database, redis_url, unknown: dict[str, Any]):
    async with three(database, redis_url) as world:
        running, accepts = world.running, {"id": "a-2", "trigger": "accept"}
        before = len(await running.told("alert-raised"))
        for answers in ([unknown], [unknown], [unknown, accepts]):
            assert await world.barat.says(ANSWERED, world.task, answers=answers) == (200, "")
        assert await world.moved() == ["accept"]
        (aside,) = [json.loads(event.body) for event in await running.told("task-answer-set-aside")]
        assert (aside["trigger"], aside["reason"], aside["at"], aside["note"] is None) == (unknown["trigger"], None, None, False)
        assert len(await running.told("alert-raised")) - before == 1, "somebody hears of it once"
        page = await running.client.get(f"/notifications/rujukan/{world.task}", headers=running.as_person("ani", "counsellor", "school-1"))
        assert (page.status_code, page.text.count(unknown["words"])) == (200, 1)


async def test_the_answers_about_a_child_who_was_erased_are_kept_without_words_and_each_is_told_once(database, redis_url):
    async with three(database, redis_url) as world:
        running, before = world.running, len(await world.running.told("alert-raised"))
        assert await world.barat.says(ANSWERED, world.task, answers=[{"id": "a-1", "trigger": "accept", "words": "Kami terima."}]) == (200, "")
        erased(database, "siswa", "answer")
        running.kernel.vault.forget()
        answers = [
            {"id": "a-2", "trigger": "ask", "words": "Usianya?"},
            {"id": "a-3", "trigger": "offer-another-day", "words": "Senin?"},
            {"id": "a-4", "trigger": "fail"},
        ]
        for _ in range(2):
            assert await world.barat.says(ANSWERED, world.task, answers=answers) == (200, "")
        aside = [json.loads(event.body) for event in await running.told("task-answer-set-aside")]
        assert [(each["trigger"], each["note"]) for each in aside] == [("ask", None), ("offer-another-day", None)]
        assert await world.moved() == ["accept", "fail"], "what has no words goes on"
        assert len(await running.told("alert-raised")) - before == 2


def erased(database: str, person: str, purpose: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("SELECT keyring.destroy(%s, %s)", ([person], [purpose]))


UNHEARD_OF: dict[str, tuple[str, dict[str, Any]]] = {
    "a wish of the school's": (ANSWERED, {"answers": [{"id": "a-1", "trigger": "request-cancel"}]}),
    "what two people of the school say": (ANSWERED, {"answers": [{"id": "a-1", "trigger": "enter-in-error"}]}),
    "no answer": (ANSWERED, {"answers": []}),
    "an id that leads elsewhere": (ANSWERED, {"answers": [{"id": "../a", "trigger": "accept"}]}),
    "a referral without a day": (REQUESTED, {"priority": "stat"}),
    "a referral until the end of all years": (REQUESTED, {"priority": "stat", "respond_by": "9999-12-31T23:59:00Z"}),
    "what is asked of an office": ("id.tanggap.room.asked.v1", {}),
}


async def test_what_no_district_may_say_is_refused_and_keeps_nothing(database, redis_url):
    async with three(database, redis_url) as world:
        before = await world.kept()
        for told, (kind, data) in UNHEARD_OF.items():
            assert (told, (await world.barat.says(kind, world.task, **data))[0]) == (told, 422)
        assert await world.kept() == before
