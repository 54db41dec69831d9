"""Deadlines of notifications: each fires once, in its time, and none keeps another from firing."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.events import CalendarChanged, calendar_of_school
from shared.eventstore.store import Item, Write
from shared.school_day import Calendar, Holiday, Layer
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.scenes import folded, in_states, staffed, triaged
from tests.shared.test_tail import event

pytestmark = pytest.mark.anyio

TOLD_AFTER = "told-by-the-release-after"


async def test_a_deadline_fires_once_though_two_clockworks_see_it(database, redis_url):
    from services.notifications.clocks import Clockwork
    from services.notifications.noticing import Notices

    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "sent")
        async with past_the_wall(running.kernel.database).connection() as connection:
            await connection.execute("UPDATE deadline_v1 SET due_at = clock_timestamp() WHERE step = 1")
        notices = Notices(running.kernel.store, running.roster)
        first, second = Clockwork(running.kernel, notices), Clockwork(running.kernel, notices)
        due = await first._due()
        await asyncio.gather(*(clock._fire_one(*each) for clock in (first, second) for each in due))
        await in_states(running, "case-1", "sent", "sent")
        assert [json.loads(event.body)["step"] for event in await running.told("alert-step-taken")] == [0, 1]


async def test_a_deadline_of_a_later_release_keeps_no_other_from_firing(database, redis_url):
    """It is the first that is due, and waits a minute each time for a process of that release."""
    async with mail_server(Mailbox()) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        for case in ("case-1", "case-2"):
            await running.hear(triaged(case, "high"))
            await in_states(running, case, "sent")
        await folded(running)
        later, told = [event.stream for event in await running.told("alert-raised")]
        of_that_release = replace(event(), type=TOLD_AFTER, body=json.dumps({"type": TOLD_AFTER, "version": 1}))
        write = Write(later, len(await running.kernel.store.read_stream(later)), (of_that_release,))
        await running.kernel.store.append(Item((write,)))
        async with past_the_wall(running.kernel.database).connection() as connection:
            due = "UPDATE deadline_v1 SET due_at = clock_timestamp() - CASE stream WHEN %s THEN interval '1 hour' ELSE '0' END WHERE step = 1"
            await connection.execute(due, (later,))

        async def climbed() -> bool:
            return [each.stream for each in await running.told("alert-step-taken") if json.loads(each.body)["step"] == 1] == [told]

        await eventually(climbed)
        async with past_the_wall(running.kernel.database).connection() as connection:
            waits = "SELECT due_at > clock_timestamp() FROM deadline_v1 WHERE stream = %s AND step = 1"
            assert await (await connection.execute(waits, (later,))).fetchall() == [(True,)], "it is not lost"


async def test_row_13_a_slow_ladder_climbs_by_the_calendar_of_its_school(database, redis_url):
    async with mail_server(Mailbox()) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        today = datetime.now(ZoneInfo("Asia/Jayapura")).date()
        over = today + timedelta(days=10)
        free = Holiday(first=today - timedelta(days=1), last=over - timedelta(days=1), name="Libur panjang (contoh)")
        every = Layer(zone="Asia/Jayapura", school_days=(1, 2, 3, 4, 5, 6, 7), holidays=(free,))
        await running.hear(CalendarChanged(of=calendar_of_school("school-1"), layer=every))
        await running.hear(triaged("case-1", "low"))
        await running.hear(triaged("case-2", "emergency"))
        begins = Calendar(zone="Asia/Jayapura").midnight(over)

        async def expected() -> list[datetime]:
            async with past_the_wall(running.kernel.database).connection() as connection:
                query = "SELECT due_at FROM deadline_v1 WHERE kind = 'climb' AND starts_with(stream, 'alert-case-1-') ORDER BY due_at"
                return [row[0] for row in await (await connection.execute(query)).fetchall()]

        async def known() -> bool:
            return len(await expected()) > 0

        async def of_the_emergency() -> datetime | None:
            async with past_the_wall(running.kernel.database).connection() as connection:
                query = "SELECT min(due_at) FROM deadline_v1 WHERE starts_with(stream, 'alert-case-2-')"
                return (await (await connection.execute(query)).fetchone())[0]

        async def both_known() -> bool:
            return await known() and await of_the_emergency() is not None

        await eventually(both_known)
        climbs = await expected()
        assert [round((each - begins) / timedelta(minutes=1)) for each in climbs] == [2880, 5760, 7200, 8640]
        first = await of_the_emergency()
        assert first is not None
        assert first < datetime.now(UTC) + timedelta(minutes=16), "the emergency ladder knows no days"
