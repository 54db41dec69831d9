"""Appointments reach calendars: asked for, moved, and called off, in neutral words (ADR 47)."""

from datetime import timedelta
from email import message_from_bytes

import pytest
from icalendar import Calendar

from shared.testing import eventually
from tests.notifications.desk import Mailbox, desk, mail_server, text_of
from tests.notifications.family import Family
from tests.notifications.scenes import now, staffed

pytestmark = pytest.mark.anyio


def invited(content: bytes):
    """The method and the only event of a mail's calendar; None where it has none."""
    part = next((each for each in message_from_bytes(content).walk() if each.get_content_type() == "text/calendar"), None)
    if part is None:
        return None
    content_of = part.get_payload(decode=True)
    assert isinstance(content_of, bytes)
    calendar = Calendar.from_ical(content_of)
    assert part.get_param("method") == calendar["method"]
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), event


async def test_an_appointment_is_asked_for_moved_and_called_off_under_one_id(database, redis_url):
    mailbox = Mailbox()
    first, later = now() + timedelta(days=3), now() + timedelta(days=4)
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        family = Family(running, mailbox)

        async def came(mails: int) -> None:
            async def there() -> bool:
                return len(mailbox.messages) == mails

            await eventually(there)

        await family.tell(asks="appointment", about="act-1", meet_at=first)
        await came(1)
        moved = await family.tell(asks="appointment", about="act-1", meet_at=later, not_before=now() + timedelta(seconds=1.1))
        await came(2)
        await running.client.post(f"/notifications/api/notices/{moved.notice}/revoke", headers=family.counsellor)
        await came(3)
        told = [invited(content) for _, content in mailbox.messages]
        assert [method for method, _ in told] == ["REQUEST", "REQUEST", "CANCEL"]
        events = [event for _, event in told]
        assert len({str(event["uid"]) for event in events}) == 1
        sequences = [int(event["sequence"]) for event in events]
        assert sequences == sorted(set(sequences))
        assert [event["dtstart"].dt for event in events] == [each.replace(microsecond=0) for each in (first, later, later)]
        assert [str(event["status"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
        assert {(str(event["summary"]), str(event["class"]), event.get("location"), event.get("description")) for event in events} == {
            ("Janji temu sekolah", "PRIVATE", None, None)
        }
        assert text_of(mailbox.messages[2][1]).startswith("Janji temu dengan sekolah dibatalkan.")
        for _, content in mailbox.messages:
            for word in (b"siswa", b"Rani", b"act-1", b"case-1", moved.notice.encode()):
                assert word not in content.replace(b"Message-ID", b""), word


async def test_a_message_that_asks_for_no_appointment_has_no_calendar_and_ending_it_calls_nothing_off(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        family = Family(running, mailbox)
        told = await family.tell()
        await eventually(lambda: _arrived(mailbox, 1))
        assert invited(mailbox.messages[0][1]) is None
        await running.client.post(f"/notifications/api/notices/{told.notice}/revoke", headers=family.counsellor)
        assert await running.told("notice-called-off") == []


async def test_where_somebody_unsafe_may_share_the_calendar_nothing_goes_into_it(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        family = Family(running, mailbox)
        body = {"student": "siswa", "guardian": "ayah", "school": "school-1"}
        await running.client.post("/notifications/api/do-not-contact", json=body, headers=family.counsellor)
        await family.tell(asks="appointment", meet_at=now() + timedelta(days=3))
        await eventually(lambda: _arrived(mailbox, 1))
        assert invited(mailbox.messages[0][1]) is None


async def _arrived(mailbox: Mailbox, mails: int) -> bool:
    return len(mailbox.messages) == mails
