"""Quiet hours: no phone at home lights up at night, by the clock of the school."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.quiet import QuietHours
from shared.school_day import Calendar
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.scenes import in_states, now, staffed, to_be_told

NIGHT, NOON_REST = QuietHours.read("20:00-06:00"), QuietHours.read("12:00-13:00")
JAKARTA, JAYAPURA = Calendar(zone="Asia/Jakarta"), Calendar(zone="Asia/Jayapura")


def at(hour: int, minute: int = 0, day: int = 5) -> datetime:
    """A moment by the clock of Jakarta."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        (at(19, 59), at(19, 59)),
        (at(20), at(6, day=6)),
        (at(23, 30), at(6, day=6)),
        (at(0), at(6)),
        (at(5, 59), at(6)),
        (at(6), at(6)),
        (at(12), at(12)),
    ],
)
def test_a_message_of_the_night_leaves_in_the_morning(asked, leaves):
    assert NIGHT.after(asked, JAKARTA) == leaves


def test_it_is_the_clock_of_the_school_that_counts():
    assert NIGHT.after(at(18, 30), JAYAPURA) == at(4, day=6), "half past eight in Jayapura waits until six there"


def test_hours_of_one_day_and_none():
    assert NOON_REST.after(at(12, 30), JAKARTA) == at(13)
    assert QuietHours.read("00:00-00:00").after(at(0), JAKARTA) == at(0)


@pytest.mark.parametrize("written", ["", "20-6", "24:00-06:00", "20:00", "20:00-06:60"])
def test_what_is_not_so_written_is_refused(written):
    with pytest.raises(ValueError, match="written as"):
        QuietHours.read(written)


@pytest.mark.anyio
async def test_a_notice_waits_for_the_morning_and_that_it_does_is_an_event(database, redis_url):
    """In the demonstration it does not wait; so this desk is none."""
    local = JAKARTA.local(now())
    around = f"{(local - timedelta(hours=1)):%H:%M}-{(local + timedelta(hours=2)):%H:%M}"
    mailbox = Mailbox()
    quiet = {"TANGGAP_DEMO_SIGN_IN": "false", "TANGGAP_QUIET_HOURS": around}
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, **quiet) as running:
        await staffed(running)
        await running.hear(to_be_told("case-1"))
        (due,) = await running.told("notice-due")
        assert timedelta(hours=1) < datetime.fromisoformat(json.loads(due.body)["not_before"]) - now() <= timedelta(hours=2)
        await in_states(running, "case-1", "queued")
        assert mailbox.messages == []
