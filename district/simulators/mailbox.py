"""A mail server that writes what it gets to a file, in a process of its own: `python -m district.simulators.mailbox PORT FILE`.

It writes one JSON line for each message: time, receiver, subject, Message-ID, the alerts that it tells, and the text. All receivers are fictional.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP

_HEADERS = BytesHeaderParser()


class Keeper:
    """The handler that aiosmtpd calls."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = _HEADERS.parsebytes(envelope.content)
        told = {
            "at": time.time(),
            "to": envelope.rcpt_tos,
            "subject": str(message["Subject"]),
            "message_id": str(message["Message-ID"]),
            "alerts": str(message["X-Tanggap-Alerts"] or "").split(),
            "text": envelope.content.decode(errors="replace"),
        }
        self._file.write(json.dumps(told) + "\n")
        return "250 kept"


async def main(port: int, file: Path) -> None:
    """Serves until it is stopped."""
    keeper = Keeper(file)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, hostname="mailbox.invalid", loop=loop), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), Path(sys.argv[2])))
