"""Mail over SMTP, without content by construction: no name, class, category, symptom or agency. Staff see a level; everybody sees a link."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from email.message import Message
from email.mime.text import MIMEText
from email.policy import SMTPUTF8
from email.utils import formatdate
from typing import Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from shared.addresses import MailAddress
from shared.message import TANGGAP, derived_id

_TIMEOUT = 15.0

_FOR_GOOD, _ABOUT_THE_MAIL = 500, 550
"""A refusal for good is about the receiver or the message from 550 on. Below it is about us: our commands or our sign-in (RFC 5321, 4.2.3)."""


def staff_alert(sender: str, receiver: MailAddress, identifiers: Sequence[str], links: Sequence[str], *, urgent: bool) -> Message:
    """Tells a member of staff that something needs them, how urgent it is, and where. identifiers: of each alert that this mail tells; the same
    identifiers give the same Message-ID.
    """
    level = "DARURAT / EMERGENCY" if urgent else "baru / new"
    where = links[0] if len(links) == 1 else "".join(f"\n- {link}" for link in links)
    body = (
        f"Ada hal yang memerlukan perhatian Anda ({level}).\nBuka dan terima: {where}\nRincian hanya tersedia setelah masuk.\n\n"
        f"Something needs your attention ({level}).\nOpen and take it in hand: {where}\nDetails are there only after signing in.\n"
    )
    subject = "DARURAT: perlu tindakan sekarang" if urgent else "Ada hal yang memerlukan perhatian Anda"
    identifier = identifiers[0] if len(identifiers) == 1 else str(derived_id(TANGGAP, "mail", *sorted(identifiers)))
    message = _message(sender, receiver, identifier, subject, body)
    message["X-Tanggap-Alerts"] = "\n ".join(identifiers)
    if urgent:
        message["X-Priority"] = "1"
    return message


def guardian_notice(sender: str, receiver: MailAddress, identifier: str, link: str) -> Message:
    """Tells a guardian that there is a message from school, and nothing else."""
    body = (
        f"Ada pesan untuk Anda dari sekolah. Buka {link} atau hubungi sekolah.\n\n"
        f"There is a message for you from school. Open {link} or call the school.\n"
    )
    return _message(sender, receiver, identifier, "Ada pesan untuk Anda", body)


def _message(sender: str, receiver: MailAddress, identifier: str, subject: str, body: str) -> Message:
    message = MIMEText(body, "plain", "us-ascii")  # the older interface composes in a tenth of the time, and our words are all ASCII
    message["From"] = sender
    message["To"] = str(receiver)
    message["Subject"] = subject
    message["Message-ID"] = f"<{identifier}@tanggap.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message["Date"] = formatdate()
    return message


class MailSender:
    """Keeps a few connections to the mail server open. url: `smtp://user:secret@host:port` or `smtps://…`. connections: the most at once."""

    def __init__(self, url: str, connections: int) -> None:
        parts = urlsplit(url)
        self._settings = {
            "hostname": parts.hostname or "127.0.0.1",
            "port": parts.port or (465 if parts.scheme == "smtps" else 25),
            "use_tls": parts.scheme == "smtps",
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "timeout": _TIMEOUT,
        }
        self._idle: list[aiosmtplib.SMTP] = []
        self._slots = asyncio.Semaphore(connections)

    async def send(self, receiver: MailAddress, message: Message) -> Outcome:
        """Makes one attempt. The server hears the receiver from here and not from the message's header."""
        async with self._slots:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    return await self._sent(receiver, message)
            except (aiosmtplib.SMTPException, OSError) as error:
                return _judged(error)

    async def _sent(self, receiver: MailAddress, message: Message) -> Outcome:
        """Tries idle connections first. One that the server has closed meanwhile says nothing about the message, so a fresh one is used then."""
        while self._idle:
            client = self._idle.pop()
            with suppress(aiosmtplib.SMTPServerDisconnected, ConnectionError):
                return await self._over(client, receiver, message)
        client = aiosmtplib.SMTP(**self._settings)  # type: ignore[arg-type]
        await client.connect()
        return await self._over(client, receiver, message)

    async def _over(self, client: aiosmtplib.SMTP, receiver: MailAddress, message: Message) -> Outcome:
        try:
            outcome = await _handed_over(client, receiver, message)
        except BaseException:
            client.close()
            raise
        self._idle.append(client)
        return outcome

    async def close(self) -> None:
        while self._idle:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._idle.pop().quit()


async def _handed_over(client: aiosmtplib.SMTP, receiver: MailAddress, message: Message) -> Outcome:
    """Raises: aiosmtplib.SMTPException, OSError."""
    sender = str(message["From"])
    if not receiver.needs_smtputf8:
        await client.sendmail(sender, [str(receiver)], message.as_bytes())
        return Accepted()
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    if not client.supports_extension("smtputf8"):
        return Never("needs-smtputf8")
    await client.sendmail(sender, [str(receiver)], message.as_bytes(policy=SMTPUTF8), mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    return Accepted()


def _judged(error: aiosmtplib.SMTPException | OSError) -> Outcome:
    """What a server says about us is mended by the operator, so the message waits: every other receiver would meet the same."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _refused("mailbox-refused", error.recipients[0].code)
        case aiosmtplib.SMTPDataError():
            return _refused("message-refused", error.code)
        case aiosmtplib.SMTPResponseException():
            return _refused(None, error.code)
        case TimeoutError():
            return Later("timed-out")
        case _:
            return Later("unreachable", type(error).__name__)


def _refused(why: Literal["mailbox-refused", "message-refused"] | None, code: int) -> Outcome:
    """why: what a refusal for good is about; None where it is about us."""
    if code < _FOR_GOOD:
        return Later("mail-server-busy", str(code))
    if why is None or code < _ABOUT_THE_MAIL:
        return Later("mail-server-refuses-us", str(code))
    return Never(why, str(code))
