"""Plain messages: one mail to one person, and no clock behind it. Overdue work goes to its owner first, and then up rung by rung."""

import asyncio
import json
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from uuid import uuid4

import pytest

from shared.events import CaseAcknowledged, CaseTriaged, DutyChanged, NobodyReachable, ReportsHeld, StaffToBeTold, WorkOverdue
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import Mailbox, desk, mail_server, text_of

pytestmark = pytest.mark.anyio

ABOUT = {"case": "case-1", "student": "siswa", "school": "school-1"}
LADDER = (("ani", "counsellor"), ("citra", "coordinator"), ("eka", "principal"), ("dewi", "district-duty"))


def waits(person: str = "guru", message: str = "teacher-asked") -> StaffToBeTold:
    return StaffToBeTold(**ABOUT, person=person, message=message)


def overdue(step: int, owner: str | None = "ani", excluded: tuple[str, ...] = (), desk: str = "school") -> WorkOverdue:
    return WorkOverdue(**ABOUT, what="plan", urgency="high", desk=desk, step=step, owner=owner, excluded=excluded)


def away(person: str, deputy: str | None = None, **until: float) -> DutyChanged:
    now = datetime.now(UTC)
    ends = now + timedelta(**(until or {"days": 2}))
    return DutyChanged(school="school-1", person=person, away_from=now - timedelta(days=3), away_until=ends, deputy=deputy)


def triaged(urgency: str = "high") -> CaseTriaged:
    soon = datetime.now(UTC) + timedelta(hours=4)
    return CaseTriaged(**ABOUT, concern="c-1", urgency=urgency, desk="school", excluded=(), acknowledge_by=soon, decide_by=soon)


async def staffed(running, ladder=LADDER) -> None:
    await running.school()
    for person, role in ladder:
        await running.person(person, "staff", role)
    for person in ("guru", "wakil", "budi"):
        await running.person(person, "staff", "subject-teacher")


async def mailed(running, mailbox: Mailbox, count: int) -> list[str]:
    """Who was told, once for each message (several may leave in one mail), once so many were worked off and none is left."""

    async def quiet() -> bool:
        states = await running.states("case-1")
        return len(states) == count and not {"queued", "sending"} & set(states)

    await eventually(quiet)
    told = [(address, len(message_from_bytes(content)["X-Tanggap-Alerts"].split())) for address, content in mailbox.messages]
    return sorted(address.removesuffix("@example.org") for address, alerts in told for _ in range(alerts))


async def waiting(running) -> int:
    async with past_the_wall(running.kernel.database).connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM deadline_v1")).fetchone()
    return row[0]


async def test_one_plain_mail_goes_to_that_person_and_no_ladder_climbs_behind_it(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(waits())
        assert await mailed(running, mailbox, 1) == ["guru"]
        assert await waiting(running) == 0
        assert await running.told("alert-exhausted") == []
        mail = message_from_bytes(mailbox.messages[0][1])
        text = (mail["Subject"] + text_of(mail.as_bytes())).lower()
        for word in ("siswa", "teacher-asked", "guru ", "konsel", "kenari"):
            assert word not in text, word


async def test_the_same_event_heard_twice_is_one_mail_and_two_events_are_two(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        cause = uuid4()
        await running.hear(waits(), cause=cause)
        await running.hear(waits(), cause=cause)
        await running.hear(waits("budi", "commitment"))
        assert await mailed(running, mailbox, 2) == ["budi", "guru"]


async def test_a_plain_mail_that_can_reach_nobody_is_told_to_the_case_and_starts_no_clock(database, redis_url):
    mailbox = Mailbox(refuse="550")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(waits())
        assert await mailed(running, mailbox, 2) == []
        assert await running.states("case-1") == ["failed", "failed"]
        assert [json.loads(event.body)["person"] for event in await running.told("alert-undelivered")] == ["guru", "dewi"]
        assert [json.loads(event.body)["person"] for event in await running.told("alert-exhausted")] == [None]
        assert await waiting(running) == 0


async def test_overdue_work_that_concerns_an_empty_ladder_is_told_to_the_case(database, redis_url):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await running.school()
        await running.hear(overdue(0, owner=None))
        assert [json.loads(event.body)["person"] for event in await running.told("alert-exhausted")] == [None]


async def test_overdue_work_whose_owner_cannot_be_reached_goes_to_the_next_rung_at_once(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("ani", "staff", "counsellor", address="")
        await running.hear(overdue(0, excluded=("citra",)))
        assert await mailed(running, mailbox, 2) == ["eka"]


async def test_taking_the_case_in_hand_stops_its_alerts_and_no_plain_message(database, redis_url):
    mailbox = Mailbox(held=threading.Event())
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged())
        await running.hear(waits())
        await eventually(lambda: asyncio.sleep(0, mailbox.arrived == 2))  # both are under way
        await running.hear(waits("budi"))
        await running.hear(CaseAcknowledged(**ABOUT, by="ani", concerns=("c-1",)))
        mailbox.let_go()
        got = await mailed(running, mailbox, 3)
        assert [person for person in got if person != "ani"] == ["budi", "guru"]
        acknowledged = {event.stream for event in await running.told("alert-acknowledged")}
        assert [stream for stream in acknowledged if "message-" in stream] == []
        assert len(acknowledged) == 1
        assert await waiting(running) == 0


@pytest.mark.parametrize(("step", "heard"), [(0, ["ani"]), (1, ["citra"]), (2, ["eka"]), (3, ["dewi"]), (9, ["dewi"])])
async def test_overdue_work_goes_to_its_owner_and_then_rung_by_rung(database, redis_url, step, heard):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(overdue(step))
        assert await mailed(running, mailbox, 1) == heard
        assert await waiting(running) == 0


async def test_overdue_work_of_nobody_goes_to_the_first_rung(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(overdue(0, owner=None))
        assert await mailed(running, mailbox, 1) == ["ani"]


async def test_the_district_s_desk_is_told_past_the_school(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(overdue(0, owner=None, desk="district"))
        await running.hear(overdue(1, desk="district"))
        assert await mailed(running, mailbox, 2) == ["dewi", "dewi"]


async def test_a_conflicted_rung_is_skipped_at_once(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(overdue(1, excluded=("citra",)))
        assert await mailed(running, mailbox, 1) == ["eka"]


async def test_an_absent_rung_is_skipped_and_its_deputy_stands_in_where_there_is_one(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(away("citra"))
        await running.hear(overdue(1))
        assert await mailed(running, mailbox, 1) == ["eka"]
        await running.hear(away("citra", deputy="wakil"))
        await running.hear(overdue(1))
        assert await mailed(running, mailbox, 2) == ["eka", "wakil"]


async def test_whoever_is_back_or_whose_leave_is_over_stands_on_the_ladder_again(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(away("citra", deputy="wakil"))
        await running.hear(DutyChanged(school="school-1", person="citra", away_from=None, away_until=None, deputy=None))
        await running.hear(overdue(1))
        await running.hear(away("eka", hours=-1))
        await running.hear(overdue(2))
        assert await mailed(running, mailbox, 2) == ["citra", "eka"]


async def test_security_3_nobody_is_alerted_who_does_not_exist(database, redis_url):
    """A deputy who is in no roster, and an owner who is not: the next rung hears at once."""
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(away("citra", deputy="nobody-at-all"))
        await running.hear(overdue(1))
        assert await mailed(running, mailbox, 1) == ["eka"]
        await running.hear(overdue(0, owner="nobody-at-all"))
        assert await mailed(running, mailbox, 2) == ["eka", "eka"]


async def test_security_3_a_school_without_anybody_is_told_to_coordinator_and_district_and_about_no_case(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(NobodyReachable(school="school-1", since=datetime.now(UTC), told=("citra", "dewi")))

        async def both() -> bool:
            return len(mailbox.messages) == 2

        await eventually(both)
        assert sorted(address for address, _ in mailbox.messages) == ["citra@example.org", "dewi@example.org"]
        assert all("/cases/cases/" not in text_of(content) for _, content in mailbox.messages)


async def test_whoever_triages_hears_by_one_mail_that_reports_are_held(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(ReportsHeld(school="school-1", at=datetime.now(UTC)))

        async def one() -> bool:
            return len(mailbox.messages) == 1

        await eventually(one)
        assert [address for address, _ in mailbox.messages] == ["ani@example.org"]
        assert all("/cases/cases/" not in text_of(content) for _, content in mailbox.messages)


async def test_a_deputy_who_is_named_in_the_concern_does_not_stand_in(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(away("citra", deputy="wakil"))
        await running.hear(overdue(1, excluded=("wakil",)))
        assert await mailed(running, mailbox, 1) == ["eka"]


async def test_an_owner_who_is_named_in_the_concern_does_not_hear(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(overdue(0, excluded=("ani",)))
        assert await mailed(running, mailbox, 1) == ["citra"]


async def test_the_deputy_of_an_owner_who_is_away_hears_instead(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(away("ani", deputy="wakil"))
        await running.hear(overdue(0))
        assert await mailed(running, mailbox, 1) == ["wakil"]


async def test_a_vacant_rung_below_passes_over_nobody_above(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running, LADDER[1:])  # no counsellor at all: the work is a teacher's
        await running.hear(overdue(0, owner="guru"))
        await running.hear(overdue(1, owner="guru"))
        assert await mailed(running, mailbox, 2) == ["citra", "guru"]
