"""Mail leaves this machine encrypted or not at all, except in the demonstration."""

import pytest

from services.notifications.domain.outcome import Accepted, Later
from services.notifications.senders.mail import MailSender, guardian_notice
from shared.addresses import MailAddress, mail_address
from tests.notifications.desk import Mailbox, mail_server

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def sent(url: str, **how: bool):
    """The outcome of one mail to a server that offers no STARTTLS."""
    receiver, sender = mail_address("ibu@example.org"), MailSender(url, 1, **how)
    assert isinstance(receiver, MailAddress)
    outcome = await sender.send(receiver, guardian_notice("tanggap@sekolah.invalid", receiver, "1", "https://x.invalid/n/1"))
    await sender.close()
    return outcome


def elsewhere(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same server under a name of another machine."""
    import asyncio

    real = asyncio.BaseEventLoop.create_connection

    async def connect(self, factory, host=None, port=None, **more):
        return await real(self, factory, "127.0.0.1" if host == "mail.example.org" else host, port, **more)

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", connect)
    return url.replace("127.0.0.1", "mail.example.org")


async def test_to_another_machine_nothing_leaves_without_tls_and_the_operator_is_told_why(monkeypatch):
    mailbox = Mailbox()
    async with mail_server(mailbox) as url:
        assert await sent(elsewhere(url, monkeypatch)) == Later("without-tls")
    assert mailbox.messages == []


async def test_on_this_machine_and_in_the_demonstration_mail_may_be_plain(monkeypatch):
    mailbox = Mailbox()
    async with mail_server(mailbox) as url:
        assert await sent(url) == Accepted()
        assert await sent(elsewhere(url, monkeypatch), plain=True) == Accepted()
    assert len(mailbox.messages) == 2
