"""Tasks and messages are for whoever may know of the case they are about, as cases tells it (security, rows 2, 10 and 13; ADR 31)."""

from datetime import timedelta

import pytest

from services.notifications.subscribers import task_of
from shared.events import CasePeopleChanged, Deputy
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import Desk, desk
from tests.notifications.scenes import now, sent, staffed, triaged

pytestmark = pytest.mark.anyio

NOBODY = {
    "student": "siswa", "school": "school-1", "desk": "school", "has": (), "given": False, "deputies": (), "officers": (), "named": (),
    "suspended": (), "elsewhere": None, "receiving": None, "escalated": False,
}  # fmt: skip


@pytest.fixture
async def running(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as found:
        await staffed(found)
        await found.school("school-2")
        await found.person("budi", "staff", "counsellor")
        await found.person("upt", "staff", "counsellor", school="school-2")
        await found.register("agency", None)
        yield found


async def referred(running: Desk, case: str, **people: object) -> str:
    """A case with an alert and a task; how people stand to it. The task's id."""
    await running.hear(triaged(case))
    event = sent(case, "agency")
    await running.hear(event)
    if people:
        await running.hear(CasePeopleChanged(case=case, **(NOBODY | people)))
    return task_of(event.referral)


async def statuses(running: Desk, task: str, who: dict[str, str]) -> tuple[int, int, int]:
    """One task, moving it, and how many tasks are listed."""
    path = f"/notifications/api/tasks/{task}"
    moved = await running.client.post(f"{path}/transitions", headers=who, json={"trigger": "accept", "channel": "phone"})
    listed = (await running.client.get("/notifications/api/tasks", headers=who)).json()["items"]
    return (await running.client.get(path, headers=who)).status_code, moved.status_code, len(listed)


async def kinds(running: Desk, case: str, who: dict[str, str]) -> set[str]:
    answer = await running.client.get("/notifications/api/deliveries", params={"case": case}, headers=who)
    assert answer.status_code == 200, answer.text
    return {each["kind"] for each in answer.json()["items"]}


async def test_security_2_whoever_is_accused_or_suspended_sees_and_moves_nothing_of_the_referral(running):
    named = await referred(running, "named", named=("ani",), has=("budi",), given=True)
    suspended = await referred(running, "suspended", suspended=("ani",), has=("budi",), given=True)
    ani = running.as_person("ani", "counsellor", "school-1")
    for case, task in (("named", named), ("suspended", suspended)):
        assert await statuses(running, task, ani) == (404, 404, 0)
        assert await kinds(running, case, ani) == set()
    assert await statuses(running, named, running.as_person("budi", "counsellor", "school-1")) == (200, 200, 2)


async def test_security_2_an_unassigned_counsellor_reads_no_task_and_of_the_messages_the_alerts_alone(running):
    task = await referred(running, "case-1", has=("budi",), given=True)
    ani, budi = (running.as_person(each, "counsellor", "school-1") for each in ("ani", "budi"))
    assert await statuses(running, task, ani) == (404, 404, 0)
    assert await kinds(running, "case-1", ani) == {"alert"}
    assert await kinds(running, "case-1", budi) == {"alert", "webhook"}


async def test_security_2_what_a_person_may_follows_each_change_of_the_case_s_people(running):
    task, ani = await referred(running, "case-1"), running.as_person("ani", "counsellor", "school-1")
    assert (await statuses(running, task, ani))[0] == 200, "nobody has it: every counsellor of the school"
    for people, status in (
        ({"has": ("budi",), "given": True}, 404), ({"has": ("ani",), "given": True}, 200), ({"has": ("budi",), "given": True}, 404),
        ({"has": ("budi",), "given": True, "deputies": (Deputy(person="ani", until=now() + timedelta(hours=1)),)}, 200),
        ({"has": ("budi",), "given": True, "deputies": (Deputy(person="ani", until=now() - timedelta(hours=1)),)}, 404),
        ({"has": ("ani",), "given": True, "suspended": ("ani",)}, 404), ({"has": ("ani",), "given": True, "desk": "district"}, 404),
    ):  # fmt: skip
        await running.hear(CasePeopleChanged(case="case-1", **(NOBODY | people)))
        assert (await statuses(running, task, ani))[0] == status, people


async def test_security_2_an_older_word_of_cases_does_not_bring_a_right_back(running):
    task = await referred(running, "case-1", has=("budi",), given=True)
    handler = running.heard["cases"]
    await handler.people.keep(CasePeopleChanged(case="case-1", **(NOBODY | {"has": ("ani",), "given": True})), 1)
    await running.hear(triaged("case-1"))
    assert (await statuses(running, task, running.as_person("ani", "counsellor", "school-1")))[0] == 404


async def test_security_2_a_case_that_moved_is_for_its_new_school_and_no_longer_for_the_old_one(running):
    task = await referred(running, "case-1", school="school-2")
    assert await statuses(running, task, running.as_person("upt", "counsellor", "school-2")) == (200, 200, 1)
    assert await statuses(running, task, running.as_person("ani", "counsellor", "school-1")) == (404, 404, 0)


async def test_security_13_who_sees_the_summary_sees_who_was_alerted_and_the_auditor_who_was_told(running):
    await referred(running, "case-1", has=("budi",), given=True, escalated=True)
    principal = running.as_person("eka", "principal", "school-1")
    duty, officer = running.as_person("dewi", "district-duty"), running.as_person("gita", "district-officer")
    for who in (principal, duty, officer):
        assert await kinds(running, "case-1", who) == {"alert"}
    assert await kinds(running, "case-1", running.as_person("auditor", "auditor")) == {"alert", "webhook"}
    await running.hear(CasePeopleChanged(case="case-1", **(NOBODY | {"has": ("budi",), "given": True, "officers": ("dewi",)})))
    assert await kinds(running, "case-1", duty) == {"alert", "webhook"}
    assert await kinds(running, "case-1", officer) == set(), "it is escalated no longer"


async def test_security_10_a_role_without_a_school_and_a_school_without_a_role_are_nobody_s(running):
    await referred(running, "case-1")
    elsewhere = running.as_person("nobody", "counsellor", "school-9")
    assert await kinds(running, "case-1", elsewhere) == set()
    teacher = running.as_person("guru", "homeroom", "school-1")
    assert (await running.client.get("/notifications/api/deliveries", headers=teacher)).status_code == 403


async def test_security_12_a_task_that_is_not_there_and_one_that_is_not_theirs_are_one_answer(running):
    task = await referred(running, "case-1", named=("ani",))
    ani = running.as_person("ani", "counsellor", "school-1")
    theirs, nothing = [(await running.client.get(f"/notifications/api/tasks/{each}", headers=ani)) for each in (task, "nothing")]
    told = [{name: value for name, value in each.json().items() if name != "instance"} for each in (theirs, nothing)]
    assert told[0] == told[1]
    assert theirs.status_code == nothing.status_code == 404


async def test_security_2_of_a_store_of_before_whoever_an_alert_left_out_still_sees_nothing(running):
    await running.hear(triaged("case-1", excluded=("ani",)))
    event = sent("case-1", "agency")
    await running.hear(event)
    async with past_the_wall(running.kernel.database).connection() as connection:
        await connection.execute("UPDATE case_people_v1 SET case_id = 'another'")  # as in a store that was not told of the case's people
    await eventually(lambda: is_left_out(running, "case-1"))
    task = task_of(event.referral)
    assert await statuses(running, task, running.as_person("ani", "counsellor", "school-1")) == (404, 404, 0)
    assert (await statuses(running, task, running.as_person("budi", "counsellor", "school-1")))[0] == 200


async def is_left_out(running: Desk, case: str) -> bool:
    async with past_the_wall(running.kernel.database).connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM conflict_v1 WHERE case_id = %s", (case,))).fetchone()
    return bool(row and row[0])
