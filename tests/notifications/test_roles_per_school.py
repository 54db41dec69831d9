"""Messages, tasks and alerts are for those who hold the role at their school now (security, rows 9 and 10; district-life, rows 3 and 14)."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.access import Identity, issue_token
from shared.clock import SystemClock
from shared.events import CaseTriaged, PersonLeft, PersonRegistered, Post, SchoolRegistered
from shared.keys import Keys
from shared.sealed import Sealed
from tests.notifications.desk import Desk, desk

pytestmark = pytest.mark.anyio

NAME = Sealed(kid="k", context="c", box="nama")


@pytest.fixture
async def running(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as found:
        for school in ("a", "b"):
            await found.hear(SchoolRegistered(school=school, npsn=None, name="SMP", level="smp"))
            await registered(found, f"{school}-kepala", Post("principal", school))
        yield found


async def registered(running: Desk, person: str, *posts: Post) -> dict[str, str]:
    """Headers as the person has them: who, and nothing else."""
    await running.hear(PersonRegistered(person=person, kind="staff", school="a", posts=posts, name=NAME))
    keys = Keys("district", running.settings.secret_source(), SystemClock())
    return {"authorization": f"Bearer {issue_token(keys, Identity(person, 'person'), datetime.now(UTC) + timedelta(hours=1))}"}


async def alerted(running: Desk, school: str) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=15)
    await running.hear(
        CaseTriaged(
            case=f"case-{school}", student=None, school=school, concern="c", urgency="emergency", desk="school", excluded=(),
            acknowledge_by=soon, decide_by=soon,
        )
    )  # fmt: skip


async def seen(running: Desk, who: dict[str, str]) -> set[str]:
    answer = await running.client.get("/notifications/api/deliveries", headers=who)
    assert answer.status_code == 200, answer.text
    return {each["case"] for each in answer.json()["items"]}


async def test_security_9_and_row_3_somebody_sees_the_messages_of_the_school_where_they_counsel(running):
    ani = await registered(running, "ani", Post("subject-teacher", "a"), Post("counsellor", "b"))
    for school in ("a", "b"):
        await alerted(running, school)
    assert await seen(running, ani) == {"case-b"}


async def test_security_10_somebody_without_a_post_sees_nothing_and_an_agencys_token_is_no_persons(running):
    await alerted(running, "a")
    keys = Keys("district", running.settings.secret_source(), SystemClock())
    for who in (Identity("a-kepala-lama", "person"), Identity("a-kepala", "agency")):
        token = issue_token(keys, who, datetime.now(UTC) + timedelta(hours=1))
        answer = await running.client.get("/notifications/api/deliveries", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 403


async def test_row_14_whoever_left_or_moved_acknowledges_no_alert_of_the_old_school(running):
    ani = await registered(running, "ani", Post("counsellor", "a"))
    await alerted(running, "a")
    (told,) = await running.told("alert-raised")
    path = f"/notifications/api/alerts/{told.stream.removeprefix('alert-')}/acknowledge"
    await registered(running, "ani", Post("counsellor", "b"))
    assert (await running.client.post(path, json={}, headers=ani)).status_code == 404
    await running.hear(PersonLeft(person="ani", school="a"))
    assert (await running.client.post(path, json={}, headers=ani)).status_code == 403
    await registered(running, "ani", Post("counsellor", "a"))
    assert (await running.client.post(path, json={}, headers=ani)).status_code == 200
