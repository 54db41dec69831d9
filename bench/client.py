"""A cheap HTTP client: JSON over a few open connections, so that the two cores measure the services and not the client."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import orjson


class LightClient:
    """Sends requests to one server. connections: how many at once."""

    def __init__(self, origin: str, connections: int = 16) -> None:
        parts = urlsplit(origin)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._slots = asyncio.Semaphore(connections)

    async def post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """The JSON of a successful answer. Raises: RuntimeError with the status line of any other answer."""
        content = orjson.dumps(body)
        lines = {"host": self._host, "content-type": "application/json", "content-length": str(len(content))} | headers
        told = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
        async with self._slots:
            reader, writer = await self._connection()
            writer.write(told.encode() + content)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            answer = await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
            self._idle.append((reader, writer))
        status = head.split("\r\n")[0]
        if " 20" not in status:
            raise RuntimeError(f"{path}: {status}")
        found: dict[str, Any] = orjson.loads(answer)
        return found

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """An open connection, unless the server has closed it because it was idle."""
        while self._idle:
            reader, writer = self._idle.pop(0)
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
