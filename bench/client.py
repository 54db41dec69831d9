"""A driver that costs little: posts JSON over a few kept connections, so that the two cores measure the services and not the client."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit


class LightClient:
    """POSTs to one URL. connections: how many at once."""

    def __init__(self, url: str, headers: dict[str, str], connections: int = 16) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        fixed = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._head = f"POST {parts.path} HTTP/1.1\r\nhost: {self._host}\r\ncontent-type: application/json\r\n{fixed}"
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._slots = asyncio.Semaphore(connections)

    async def post(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        """The JSON of a 201 answer. Raises: RuntimeError with the status line of any other."""
        content = json.dumps(body).encode()
        async with self._slots:
            reader, writer = await self._connection()
            writer.write(f"{self._head}idempotency-key: {key}\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            answer = await reader.readexactly(length)
            self._idle.append((reader, writer))
        if " 201 " not in head.split("\r\n")[0]:
            raise RuntimeError(head.split("\r\n")[0])
        told: dict[str, Any] = json.loads(answer)
        return told

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A kept connection, unless the server has closed it for being idle."""
        while self._idle:
            reader, writer = self._idle.pop(0)
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
