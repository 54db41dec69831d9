"""Notifications' part in an erasure: an agency's open task forbids it; afterwards links, contacts and what is queued are gone (ADR 50)."""

import pytest

from services.notifications.erasing import MessageErasures
from services.notifications.projecting import TABLES, VIEW, project
from shared.erasing import Answer, Asked, Ended, Obstacle
from shared.eventstore.projection import Projection
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.test_api import referred, running, say

__all__ = ["running"]

pytestmark = pytest.mark.anyio


def part(running) -> MessageErasures:
    kernel = running.kernel
    return MessageErasures(kernel, Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats))


async def test_a_task_that_an_agency_works_on_forbids_it_and_one_that_ended_does_not(running):
    task = await referred(running)

    async def listed() -> bool:
        return bool(await rows(running, "SELECT case_id FROM task_v1"))

    await eventually(listed)
    (case,) = {row[0] for row in await rows(running, "SELECT case_id FROM task_v1")}
    asked = Asked(erasure="e", person="siswa", cases=(case,))
    assert await part(running).claim(asked) == Answer(obstacles=(Obstacle(what="open-task", about=task),))
    assert await part(running).claim(asked.model_copy(update={"only_notes": True})) == Answer()
    await say(running, task, trigger="reject", reason="no-capacity")
    await say(running, task, trigger="decline", reason="no-capacity")
    answer = await part(running).claim(asked)  # waits for what was just said
    states = {row[0] for row in await rows(running, "SELECT state FROM task_v1")}
    assert (answer == Answer()) == (states <= {"rejected"})


async def test_what_is_left_of_somebody_goes_and_nothing_of_anybody_else(running):
    await referred(running)
    async with past_the_wall(running.kernel.database).connection() as connection:
        await connection.execute("UPDATE person_v1 SET phone = '{\"box\": \"kenari\"}' WHERE person = 'siswa'")
    people = await rows(running, "SELECT person, email IS NULL AND phone IS NULL FROM person_v1 ORDER BY person")
    done = await part(running).purge(Ended(erasure="e", person="siswa", cases=(), owners=("siswa",), purposes=("contact", "guardian-notice")))
    assert set(done.counts) == {"links", "queued", "own-links", "people"}
    after = await rows(running, "SELECT person, email IS NULL AND phone IS NULL FROM person_v1 ORDER BY person")
    assert after == [(person, gone or person == "siswa") for person, gone in people]
    again = await part(running).purge(Ended(erasure="e", person="siswa", cases=(), owners=("siswa",), purposes=("case",)))
    assert again.counts == {}


async def test_only_what_is_queued_of_the_cases_that_ended_is_cancelled_and_never_an_alert(running):
    """A guardian who is erased was to be told of another child's open case: whoever works on it learns that they were not reached."""
    await referred(running)
    await write(running, "DELETE FROM outbox_v1")
    queued = [("alert", "berakhir", "wali"), ("guardian", "berakhir", "wali"), ("guardian", "anak-lain", "wali"), ("referral", "anak-lain", "mitra")]
    for kind, case, receiver in queued:
        await write(
            running,
            "INSERT INTO outbox_v1 (generation, id, kind, stream, case_id, receiver, step, urgent, due_at)"
            f" SELECT generation, gen_random_uuid(), '{kind}', 'notice-x', '{case}', '{receiver}', 0, false, now() + interval '1 day'"
            " FROM (SELECT 1 AS generation) g",
        )
    await part(running).purge(Ended(erasure="e", person="wali", cases=("berakhir",), owners=("wali",), purposes=("contact", "guardian-notice")))
    left = await rows(running, "SELECT kind, case_id, receiver FROM outbox_v1 WHERE state = 'queued' ORDER BY kind, case_id")
    assert left == [("alert", "berakhir", "wali"), ("guardian", "anak-lain", "wali"), ("referral", "anak-lain", "mitra")]


async def write(running, query: str) -> None:
    async with past_the_wall(running.kernel.database).connection() as connection:
        await connection.execute(query)


async def rows(running, query: str) -> list[tuple]:

    async with past_the_wall(running.kernel.database).connection() as connection:
        return await (await connection.execute(query)).fetchall()
