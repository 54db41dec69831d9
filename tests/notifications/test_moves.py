"""A case that is to come to another school, or has come: who is told there, and whose alerts end."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.events import AlertsPassedOn, CaseTriaged, SchoolToBeTold
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.test_messages import mailed, waiting

pytestmark = pytest.mark.anyio


async def two_schools(running) -> None:
    for school, people in (("school-1", ("ani", "citra")), ("school-2", ("bela", "dina"))):
        await running.school(school)
        for person, role in zip(people, ("counsellor", "coordinator"), strict=True):
            await running.person(person, "staff", role, school=school)
    await running.school("office")
    await running.person("dewi", "staff", "district-duty", school="office")


def arrives(school: str, desk: str = "school", excluded: tuple[str, ...] = ()) -> SchoolToBeTold:
    return SchoolToBeTold(case="case-1", student="siswa", school=school, message="student-arrived", desk=desk, excluded=excluded)


def triaged(school: str, case: str = "case-1", urgency: str = "emergency") -> CaseTriaged:
    soon = datetime.now(UTC) + timedelta(minutes=15)
    return CaseTriaged(
        case=case, student="siswa", school=school, concern="c-1", urgency=urgency, desk="school", excluded=(), acknowledge_by=soon, decide_by=soon
    )  # fmt: skip


def passed_on(to_case: str = "case-1", to_school: str = "school-2") -> AlertsPassedOn:
    return AlertsPassedOn(case="case-1", student="siswa", school="school-1", to_case=to_case, to_school=to_school, by="bela")


async def acknowledged(running) -> list[str]:
    """The streams whose alerts a person has taken in hand."""
    return [event.stream for event in await running.told("alert-acknowledged")]


@pytest.mark.parametrize(
    ("told", "who"),
    [
        pytest.param(arrives("school-2"), "bela", id="its first rung"),
        pytest.param(arrives("school-2", excluded=("bela",)), "dina", id="the next, where the first is named"),
        pytest.param(arrives("school-2", desk="district"), "dewi", id="past the school, where the case is the district's"),
        pytest.param(arrives("school-9"), "dewi", id="the district, for a school that is no longer there"),
    ],
)
async def test_a_school_is_told_by_one_plain_mail(database, redis_url, told, who):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await two_schools(running)
        await running.hear(told)
        assert await mailed(running, mailbox, 1) == [who]
        assert await waiting(running) == 0


async def test_row_11_an_emergency_of_a_student_who_moved_alerts_every_rung_of_the_new_school_and_nobody_of_the_old(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await two_schools(running)
        await running.hear(triaged("school-2"))
        assert await mailed(running, mailbox, 3) == ["bela", "dewi", "dina"]


async def test_an_emergency_at_a_school_that_is_no_longer_there_goes_to_the_district(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await two_schools(running)
        await running.hear(triaged("school-9"))
        assert await mailed(running, mailbox, 1) == ["dewi"]


async def test_with_the_receipt_the_old_school_s_alert_ends_and_the_new_one_s_goes_on(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await two_schools(running)
        await running.hear(triaged("school-1"))
        await running.hear(triaged("school-2"))
        first, second = [event.stream for event in await running.told("alert-raised")]
        await running.hear(passed_on())
        assert await acknowledged(running) == [first]
        (told,) = [json.loads(event.body) for event in await running.told("alert-acknowledged")]
        assert told["by"] == "bela"
        await running.hear(passed_on())
        assert second not in await acknowledged(running)


async def test_the_alerts_of_a_merged_case_end_and_those_of_the_one_that_goes_on_do_not(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await two_schools(running)
        await running.hear(triaged("school-1"))
        await running.hear(triaged("school-1", "case-2"))
        await running.hear(passed_on("case-2", "school-1"))
        assert [stream.startswith("alert-case-1-") for stream in await acknowledged(running)] == [True]
