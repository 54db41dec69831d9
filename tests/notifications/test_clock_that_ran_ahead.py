"""The database's clock ran a day ahead and was set right: no alert waits for tomorrow, and no rung of its ladder hears before its time.

A history never goes back, so until tomorrow everything is stored with the last moment of the wrong clock.
"""

from datetime import timedelta

import psycopg
import pytest

from shared.testing import eventually
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.scenes import in_states, staffed, triaged
from tests.notifications.test_rebuilding_the_outbox import ANSWERS, rebuilt, rows

pytestmark = pytest.mark.anyio

A_DAY = timedelta(days=1)


def ran_ahead(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE notifications.store_head SET recorded_at = clock_timestamp() + %s", (A_DAY,))


async def test_an_alert_leaves_at_once_and_its_ladder_is_counted_from_now(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        ran_ahead(database)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "sent")
        assert len(mailbox.messages) == 1
        ((stored,),) = await rows(running, "SELECT min(recorded_at) > clock_timestamp() + interval '23 hours' FROM event WHERE type = 'alert-raised'")
        assert stored, "the history itself does not go back"
        assert await soonest(running) < A_DAY / 2
        await rebuilt(running)

        async def one_generation() -> bool:
            return await rows(running, "SELECT count(*) FROM view_checkpoint") == [(1,)]

        await eventually(one_generation)
        assert timedelta() < await soonest(running) < A_DAY / 2
        assert len(mailbox.messages) == 1


async def soonest(running) -> timedelta:
    """How long until the next rung hears."""
    ((left,),) = await rows(running, f"SELECT min(due_at) - clock_timestamp() FROM deadline_v1 WHERE {ANSWERS} AND kind = 'climb'")
    assert left > timedelta(), "it has not heard yet"
    return left
