"""Mail that came back: reads reports of mail servers (RFC 3464), which the operator's server hands over. Pure.

Only what a report says has failed for good counts; a delay is none. Which message it was is told by the envelope's id or by our own headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import Message
from uuid import UUID

MOST = 50
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_HEADERS = ("X-Tanggap-Alerts", "Message-ID")


def came_back(content: bytes) -> Sequence[UUID]:
    """The messages that failed for good, by the ids of the outbox; none where it is no such report."""
    try:
        report = message_from_bytes(content)
        if not any(_failed(block) for block in _blocks(report)):
            return ()
        found = [identifier for text in _named(report) for identifier in _UUID.findall(text.lower())]
    except RecursionError:  # parts inside each other without end: no mail of ours, so no report of one
        return ()
    return [UUID(each) for each in dict.fromkeys(found)][:MOST]


def _blocks(report: Message) -> Iterator[Message]:
    """Of the message as a whole, and of each receiver."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (block for block in part.get_payload() if isinstance(block, Message))


def _failed(block: Message) -> bool:
    return str(block.get("Action", "")).strip().lower() == "failed"


def _named(report: Message) -> Iterator[str]:
    """Where our ids stand: the envelope's id; else the headers of the message that is given back."""
    for block in _blocks(report):
        yield str(block.get("Original-Envelope-Id", ""))
    for part in report.walk():
        of = message_from_bytes(_bytes(part)) if part.get_content_type() == "text/rfc822-headers" else part
        if part is not report:
            yield from (str(of.get(name, "")) for name in _HEADERS)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
