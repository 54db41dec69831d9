"""An emergency's mail has a personal link, *Saya tangani*: once, by POST, and without any content (ADR 38)."""

from datetime import timedelta
from email import message_from_bytes

import pytest

from services.notifications.domain.alert import ALERT
from services.notifications.taking.links import AlertLink, AlertLinks
from shared.decider import load
from shared.events import CasePeopleChanged, PersonSuspended
from tests.logins import past_the_wall
from tests.notifications.desk import Mailbox, desk, mail_server, text_of
from tests.notifications.scenes import in_states, staffed, triaged

pytestmark = pytest.mark.anyio

UNKNOWN = "/notifications/a/" + "0" * 32


def links(mailbox: Mailbox) -> dict[str, str]:
    """The path of each receiver's own link."""
    found = {address: text_of(content).partition("/notifications/a/")[2].split()[:1] for address, content in mailbox.messages}
    return {address.partition("@")[0]: f"/notifications/a/{token[0]}" for address, token in found.items() if token}


async def state(running):
    (stream,) = await running.kernel.store.streams("alert-case-1-")
    return (await load(running.kernel.store, ALERT, stream)).state


async def emergency(running) -> None:
    await staffed(running)
    await running.hear(triaged("case-1"))
    await in_states(running, "case-1", "sent", "sent", "sent", "sent")


async def test_each_receiver_has_a_link_of_their_own_and_looking_at_it_changes_nothing(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await emergency(running)
        mine = links(mailbox)
        assert (sorted(mine), len(set(mine.values()))) == (["ani", "citra", "dewi", "eka"], 4)
        page = await running.client.get(mine["ani"])
        assert (page.status_code, "Saya tangani" in page.text) == (200, True)
        assert not any(word in page.text for word in ("case-1", "siswa", "school-1"))
        assert (await state(running)).acknowledged_by is None


async def test_whoever_presses_first_has_it_once_and_the_others_are_told_so(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await emergency(running)
        mine = links(mailbox)
        first = await running.client.post(mine["citra"])
        again, second = await running.client.post(mine["citra"]), await running.client.post(mine["ani"])
        assert ["Anda menanganinya" in each.text for each in (first, again, second)] == [True, True, False]
        assert "Sudah ada yang menangani" in second.text
        assert (await state(running)).acknowledged_by == "citra"
        assert [event.actor for event in await running.told("alert-acknowledged")] == ["citra"]
        await in_states(running, "case-1", *["acknowledged"] * 4)


async def test_a_link_of_somebody_who_may_not_hear_any_more_is_as_unknown_as_one_that_ended(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await emergency(running)
        mine = links(mailbox)
        await running.hear(PersonSuspended(person="ani"))
        people = CasePeopleChanged(
            case="case-1", student="siswa", school="school-1", desk="school", has=(), given=False, deputies=(), officers=(), named=("citra",),
            suspended=("eka",), elsewhere=None, receiving=None, escalated=True,
        )  # fmt: skip
        await running.hear(people)
        async with past_the_wall(running.kernel.database).connection() as connection:
            (row,) = await (await connection.execute("DELETE FROM alert_link_v1 WHERE person = 'dewi' RETURNING *")).fetchall()
            await connection.execute("INSERT INTO alert_link_v1 VALUES (%s, %s, %s, clock_timestamp())", row[:3])
        unknown = await running.client.post(UNKNOWN)
        for link in mine.values():
            answer = await running.client.post(link)
            assert (answer.status_code, answer.text) == (404, unknown.text)
        assert (await state(running)).acknowledged_by is None


async def test_a_link_that_is_sent_again_after_days_holds_from_then_on_and_never_for_a_shorter_time(database, redis_url):
    async with mail_server(Mailbox()) as smtp, desk(database, redis_url, smtp) as running:
        links, now = AlertLinks(running.kernel.database, running.kernel.keys), running.kernel.clock.now()
        token = await links.make("alert-case-1", "ani", now)
        for sent, until in ((now + timedelta(days=3), now + timedelta(days=4)), (now, now + timedelta(days=4))):
            assert await links.make("alert-case-1", "ani", sent) == token
            assert await links.find(token) == AlertLink("alert-case-1", "ani", until)


async def test_an_ordinary_alert_has_no_such_link(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "sent")
        assert links(mailbox) == {}
        assert message_from_bytes(mailbox.messages[0][1])["X-Priority"] is None
