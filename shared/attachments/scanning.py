"""Asks a scanner of viruses: clamd, by its command INSTREAM. Where the district names none, nobody is asked and the files say so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from shared.attachments.keeping import Verdict

_PIECE = 64 * 1024
_PATIENCE = 30.0
_SOCKET = "unix:"
_LONGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class Scanner:
    """address: `host:port`, or `unix:/path` of its socket; empty where there is none."""

    address: str

    async def verdict(self, content: bytes) -> Verdict:
        """`unscanned` where it does not answer, or not with a verdict: the file waits then, it is not lost."""
        if not self.address:
            return "unasked"
        try:
            async with asyncio.timeout(_PATIENCE):
                return _read(await self._asked(content))
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            return "unscanned"

    async def _asked(self, content: bytes) -> bytes:
        reader, writer = await self._connected()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _PIECE):
                piece = content[start : start + _PIECE]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return await reader.readuntil(b"\0")
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.startswith(_SOCKET):
            return await asyncio.open_unix_connection(self.address.removeprefix(_SOCKET), limit=_LONGEST_ANSWER)
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host, int(port), limit=_LONGEST_ANSWER)


def _read(answer: bytes) -> Verdict:
    """`stream: OK`, `stream: <name> FOUND`, or that it cannot say."""
    told = answer.rstrip(b"\0\n")
    if told == b"stream: OK":
        return "clean"
    return "infected" if told.startswith(b"stream: ") and told.endswith(b" FOUND") else "unscanned"
