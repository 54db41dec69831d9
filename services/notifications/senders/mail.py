"""Mail over SMTP, without content by construction: no name, class, category, symptom or agency. Staff see a level; everybody sees a link."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTPUTF8
from email.utils import formatdate
from ipaddress import ip_address
from typing import Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.notifications.channels.texts import Kind, filled, words
from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from services.notifications.senders.html import as_html
from shared.addresses import MailAddress
from shared.message import TANGGAP, derived_id

_TIMEOUT = 15.0

_FOR_GOOD, _ABOUT_THE_MAIL = 500, 550
"""A refusal for good is about the receiver or the message from 550 on. Below it is about us: our commands or our sign-in (RFC 5321, 4.2.3)."""


def staff_alert(sender: str, receiver: MailAddress, identifiers: Sequence[str], links: Sequence[str], take: str | None) -> MIMEMultipart:
    """Tells a member of staff that something needs them, how urgent it is, and where. identifiers: of each alert that this mail tells; the same
    identifiers give the same Message-ID. take: in an emergency, the receiver's own link to take it in hand.
    """
    kind: Kind = "alert" if take is None else "emergency"
    where = links[0] if len(links) == 1 else "".join(f"\n- {link}" for link in links)
    identifier = identifiers[0] if len(identifiers) == 1 else str(derived_id(TANGGAP, "mail", *sorted(identifiers)))
    message = _message(sender, receiver, identifier, kind, {"link": where, "take": take or ""})
    message["X-Tanggap-Alerts"] = "\n ".join(identifiers)
    if take is not None:
        message["X-Priority"] = "1"
    return message


def guardian_notice(sender: str, receiver: MailAddress, identifier: str, link: str) -> MIMEMultipart:
    """Tells a guardian that there is a message from school, and nothing else."""
    return _message(sender, receiver, identifier, "guardian", {"link": link})


def appointment_cancelled(sender: str, receiver: MailAddress, identifier: str) -> MIMEMultipart:
    """Tells a guardian that an appointment is off."""
    return _message(sender, receiver, identifier, "cancelled", {})


def agency_notice(sender: str, receiver: MailAddress, identifier: str, link: str) -> MIMEMultipart:
    """Tells an agency's office that there is a message from a school, and nothing else."""
    return _message(sender, receiver, identifier, "agency", {"link": link})


def upkeep_mail(sender: str, receiver: MailAddress, identifier: str, link: str) -> MIMEMultipart:
    """Asks an agency's office how things stand with it: whether it has room, and whether its entry in the directory is still true."""
    return _message(sender, receiver, identifier, "upkeep", {"link": link})


def _message(sender: str, receiver: MailAddress, identifier: str, kind: Kind, values: Mapping[str, str]) -> MIMEMultipart:
    told = words()[kind]
    body = filled(told.text, values)
    message = MIMEMultipart("alternative")  # the older interface composes in a tenth of the time, and our words are all ASCII
    message.attach(MIMEText(body, "plain", "us-ascii"))
    message.attach(MIMEText(as_html(told.subject, body), "html", "us-ascii"))
    message["From"] = sender
    message["To"] = str(receiver)
    message["Subject"] = told.subject
    message["Message-ID"] = f"<{identifier}@tanggap.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message["Date"] = formatdate()
    return message


class MailSender:
    """Keeps a few connections to the mail server open. url: `smtp://user:secret@host:port` or `smtps://…`. connections: the most at once.

    plain: mail may leave without TLS also to another machine, as in the demonstration. To this machine it always may.
    """

    def __init__(self, url: str, connections: int, *, plain: bool = False) -> None:
        parts = urlsplit(url)
        encrypted, near = parts.scheme == "smtps", plain or _is_here(parts.hostname)
        self._must_encrypt = not (encrypted or near)
        self._settings = {
            "hostname": parts.hostname or "127.0.0.1",
            "port": parts.port or (465 if parts.scheme == "smtps" else 25),
            "use_tls": encrypted,
            "start_tls": True if self._must_encrypt else None,
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
                return Later("without-tls") if self._must_encrypt and _lacks_tls(error) else _judged(error)

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
    if client.is_ehlo_or_helo_needed:
        with suppress(aiosmtplib.SMTPHeloError):  # a server that knows only HELO offers nothing more
            await client.ehlo()
    about, to = _asks_for_reports(client, message)
    if not receiver.needs_smtputf8:
        await client.sendmail(sender, [str(receiver)], message.as_bytes(), mail_options=about, rcpt_options=to)
        return Accepted()
    if not client.supports_extension("smtputf8"):
        return Never("needs-smtputf8")
    await client.sendmail(
        sender, [str(receiver)], message.as_bytes(policy=SMTPUTF8), mail_options=["SMTPUTF8", "BODY=8BITMIME", *about], rcpt_options=to
    )
    return Accepted()


def _asks_for_reports(client: aiosmtplib.SMTP, message: Message) -> tuple[list[str], list[str]]:
    """Options with which a server that can (RFC 3461) tells of mail that never arrives, and says which it was."""
    if not client.supports_extension("dsn"):
        return [], []
    identifier = str(message["Message-ID"]).strip("<>").partition("@")[0]
    return ["RET=HDRS", f"ENVID={identifier}"], ["NOTIFY=FAILURE"]


def _is_here(host: str | None) -> bool:
    """Whether the mail server is on this machine: nobody else hears what is said to it."""
    try:
        return host is None or host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _lacks_tls(error: aiosmtplib.SMTPException | OSError) -> bool:
    """The library raises its base class where the server does not offer STARTTLS."""
    return type(error) is aiosmtplib.SMTPException and "STARTTLS" in str(error)


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
