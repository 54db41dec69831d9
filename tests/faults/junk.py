"""Sends junk over the public form from one network, so many reports each second whatever is answered: `python -m tests.faults.junk PORT A_SECOND SECONDS`.

A program of its own over raw connections that are kept open, because a client of the tests would be slower than the service. Prints what became of
the reports, as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from secrets import token_urlsafe
from urllib.parse import urlencode

from district.sample.roster import SOURCE
from services.intake.roster.people import school_id

FLOODING = "127.0.0.66"
"""The network of the junk."""

CONNECTIONS = 400
_PAGES: dict[str, dict[str, str]] = {
    "siapa": {"about": "self"}, "apa": {"narrative": "Beli sekarang!", "categories": "learning"},
    "sekolah": {"school": school_id(SOURCE, "smp1")}, "kontak": {}, "kirim": {},
}  # fmt: skip

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Page = tuple[str, dict[str, str]]


class Sender:
    def __init__(self, port: int) -> None:
        self._port, self.became = port, Counter[str]()
        self._free: list[Connection] = []
        self._open = asyncio.Semaphore(CONNECTIONS)

    async def report(self) -> None:
        """One report through every page, until something of it is not taken."""
        cookie = f"tanggap_draft={token_urlsafe(32)}"
        first, *later = _PAGES.items()
        async with self._open:
            connection, (status, place) = await self._begun(first, cookie)
            for page in later:
                if status != 303:
                    break
                status, place = await _posted(connection, page, cookie)
            self._free.append(connection)
        self.became["accepted" if place.endswith("/tanda-terima") else str(status)] += 1

    async def _begun(self, page: Page, cookie: str) -> tuple[Connection, tuple[int, str]]:
        """The first page. An idle connection that the service ends at this very moment is replaced, as a browser does."""
        while self._free:
            connection = self._free.pop()
            with suppress(OSError, asyncio.IncompleteReadError):
                return connection, await _posted(connection, page, cookie)
        connection = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(FLOODING, 0))
        return connection, await _posted(connection, page, cookie)

    async def tried(self) -> None:
        try:
            await self.report()
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.became[f"cut off: {error!r}"] += 1


async def _posted(connection: Connection, page: Page, cookie: str) -> tuple[int, str]:
    (reader, writer), (step, typed) = connection, page
    body = urlencode(typed).encode()
    head = (
        f"POST /intake/lapor/{step} HTTP/1.1\r\nhost: x\r\naccept: text/html\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\n"
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    told = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    await reader.readexactly(int(told.get("content-length", "0")))
    return int(lines[0].split(" ")[1]), told.get("location", "")


async def flood(port: int, a_second: float, seconds: float) -> dict[str, object]:
    sender, began, sent, running = Sender(port), time.monotonic(), 0, set[asyncio.Task[None]]()
    while (passed := time.monotonic() - began) < seconds:
        while sent < passed * a_second:
            running.add(task := asyncio.create_task(sender.tried()))
            task.add_done_callback(running.discard)
            sent += 1
        await asyncio.sleep(0.01)
    await asyncio.gather(*running)
    return {"sent": sent, "lasted": time.monotonic() - began, "became": dict(sender.became)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(flood(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))), flush=True)
