"""Invitations and changes of credentials reach a real mail server: text and HTML in both languages, one after the other, and nothing about a case."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import get_args

import pytest

from services.notifications.account_mail.composing import About, Letters
from services.notifications.account_mail.words import WORDS
from services.notifications.domain.account_mail import MailMessage
from shared.addresses import MailAddress, mail_address
from shared.events import AccountHolderToBeTold, AccountMessage
from shared.settings import read_settings
from shared.testing import eventually
from tests.notifications.desk import KEY, Mailbox, desk, mail_server
from tests.notifications.scenes import in_states, now, staffed

pytestmark = pytest.mark.anyio

LINK = "https://tanggap.contoh.id/intake/undangan/K7F29QX0M4T8V2B6N3H5J1R9W0"


async def invitation(running, person: str = "ani", by: str = "citra", **other) -> AccountHolderToBeTold:
    link = await running.kernel.vault.seal(person, "contact", LINK, f"account-{person}/invitation")
    return AccountHolderToBeTold(person=person, message="invited", link=link, until=now() + timedelta(days=1), by=by).model_copy(update=other)


def read(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def parts(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


async def test_an_invitation_is_mailed_once_as_text_and_html_in_both_languages(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, TANGGAP_DISTRICT="Kab. Contoh & Kota") as running:
        await staffed(running)
        await running.hear(await invitation(running))
        await in_states(running, "", "sent")
        ((receiver, content),) = mailbox.messages
        mail = read(content)
        plain, html = parts(mail)
        assert (receiver, mail["subject"]) == ("ani@example.org", "Undangan ke Tanggap / Invitation to Tanggap")
        assert plain.count(LINK) == 2
        assert "Kab. Contoh & Kota membuka akun Tanggap untuk Anda." in plain
        assert plain.index("Buka undangan: ") < plain.index("Kab. Contoh & Kota opens a Tanggap account for you.")
        assert re.findall(r'<div lang="(\w+)">', html) == ["id", "en"]
        assert "Kab. Contoh &amp; Kota" in html
        assert not re.search(r"<(script|img|link|style|form)\b", html)
        assert [event.type for event in await running.told("account-mail-ended")] == ["account-mail-ended"]


@pytest.mark.parametrize("message", get_args(AccountMessage))
async def test_each_message_is_told_to_the_account_s_holder_alone(database, redis_url, message):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        told = await invitation(running) if message == "invited" else AccountHolderToBeTold(person="ani", message=message)
        await running.hear(told)
        await in_states(running, "", "sent")
        assert [receiver for receiver, _ in mailbox.messages] == ["ani@example.org"]


async def test_whoever_invited_hears_that_the_invitation_can_never_arrive(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("gita", "staff", "subject-teacher", address="")
        await running.hear(await invitation(running, "gita", by="citra"))
        await in_states(running, "", "failed", "sent")
        ((receiver, content),) = mailbox.messages
        plain, _ = parts(read(content))
        assert receiver == "citra@example.org"
        assert "Akun staf: http://127.0.0.1:8000/intake/akun-staf" in plain
        assert "gita" not in content.decode()


async def test_of_an_invitation_made_at_the_terminal_the_administrators_hear(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("hadi", "staff", "system-administrator")
        await running.person("gita", "staff", "subject-teacher", address="")
        await running.hear(await invitation(running, "gita", by="service:operator"))
        await in_states(running, "", "failed", "sent")
        assert [receiver for receiver, _ in mailbox.messages] == ["hadi@example.org"]


async def test_a_message_about_an_invitation_that_did_not_arrive_is_told_to_nobody_else(database, redis_url):
    mailbox = Mailbox(refuse="550")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(await invitation(running))
        await in_states(running, "", "failed", "failed")
        assert mailbox.messages == []


async def test_an_invitation_that_ended_before_its_mail_could_leave_is_not_sent(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.hear(await invitation(running, until=now() - timedelta(seconds=1)))
        await in_states(running, "", "failed", "sent")
        assert [receiver for receiver, _ in mailbox.messages] == ["citra@example.org"]


async def test_a_mail_server_that_is_busy_is_asked_again_and_the_mail_is_the_same(database, redis_url):
    mailbox = Mailbox(refuse_message="451")
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS="0.02,0.02,0.02,0.02,0.02,1,1") as running:
        await staffed(running)
        await running.hear(AccountHolderToBeTold(person="ani", message="changed"))

        async def tried_again() -> bool:
            return mailbox.arrived > 1

        await eventually(tried_again)
        mailbox.refuse_message = ""
        await in_states(running, "", "sent")
        assert len(mailbox.messages) == 1


async def test_a_rebuilt_outbox_sends_nothing_again(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("gita", "staff", "subject-teacher", address="")
        await running.hear(await invitation(running, "gita"))
        await running.hear(await invitation(running))
        await in_states(running, "", "failed", "sent", "sent")
        answer = await running.client.post("/notifications/api/views/outbox_v1/rebuild", headers=running.as_service())
        assert answer.status_code == 200
        await in_states(running, "", "failed", "sent", "sent")
        assert len(mailbox.messages) == 2


@pytest.mark.parametrize("message", get_args(MailMessage))
def test_every_mail_has_words_and_a_link_of_ours(message):
    keys = {"TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY, "TANGGAP_PUBLIC_ORIGIN": "https://tanggap.contoh.id"}
    settings = read_settings({"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://127.0.0.1:9"} | keys)
    receiver = mail_address("ani@example.org")
    assert isinstance(receiver, MailAddress)
    link = LINK if WORDS[message].leads is None else None
    mail = Letters(settings).composed(receiver, "mail-1", About(message, link, now() if link else None))
    plain, html = parts(read(mail.as_bytes()))
    addresses = set(re.findall(r"https?://[^\s<\"]+", plain + html))
    assert addresses == {link or f"https://tanggap.contoh.id{WORDS[message].leads}"}
    assert "{" not in plain
    assert mail["message-id"] == "<mail-1@tanggap.invalid>"
