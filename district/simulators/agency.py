"""Simulated partner agencies, in a process of their own: `python -m district.simulators.agency PORT CONFIG.json`.

Each agency verifies the webhook's signature, fetches the task and its package with its own token, and answers through the transitions route. One
accepts, schedules and reports. One declines. One is down for a while, and later its first appointment is missed.
CONFIG: `{"origin": url, "agencies": {key: {"secret", "token", "behaviour"}}}`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.notifications.senders.signing import NotVerified, verify

DOWN_FOR = 3
"""How many webhooks an agency refuses while it is down."""


MISSED = 6.0
"""Seconds from a missed appointment to the next one. The school follows it up in between."""


class Agencies:
    """The simulated agencies and what they received."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._client = httpx.AsyncClient(timeout=15, trust_env=False)
        self._working: set[asyncio.Task[None]] = set()
        self.received: list[dict[str, Any]] = []
        self._refused: dict[str, int] = {}

    async def webhook(self, request: Request) -> Response:
        """Takes a notice."""
        key = request.path_params["key"]
        agency = self._config["agencies"].get(key)
        if agency is None:
            return Response(status_code=404)
        if agency["behaviour"] == "down" and self._refused.get(key, 0) < DOWN_FOR:
            self._refused[key] = self._refused.get(key, 0) + 1
            return Response(status_code=503)
        body = await request.body()
        try:
            verify(agency["secret"], request.headers, body, int(time.time()))
        except NotVerified:
            return Response(status_code=401)
        told = json.loads(body)
        known = any(each["id"] == told["id"] for each in self.received)
        self.received.append({"at": time.time(), "agency": key, "id": told["id"], "task": told["data"]["task"]})
        if not known and agency["behaviour"] != "silent":
            work = asyncio.create_task(self._answer(agency, told["data"]["task"]))
            self._working.add(work)
            work.add_done_callback(self._working.discard)
        return Response(status_code=202)

    async def log(self, _: Request) -> JSONResponse:
        """What was received, for the demonstration and the tests."""
        return JSONResponse(self.received)

    async def _answer(self, agency: dict[str, Any], task: str) -> None:
        headers = {"authorization": f"Bearer {agency['token']}"}
        await self._client.get(task, headers=headers)
        if agency["behaviour"] == "decline":
            await self._say(task, headers, trigger="decline", reason="no-capacity")
            return
        await self._say(task, headers, trigger="accept")
        await self._client.get(f"{task}/package", headers=headers)
        await self._say(task, headers, trigger="schedule", at="2026-01-06T09:00:00+07:00")
        if agency["behaviour"] == "down":  # its first appointment is also missed
            await self._say(task, headers, trigger="no-show")
            await asyncio.sleep(MISSED)
            await self._say(task, headers, trigger="reschedule", at="2026-01-08T09:00:00+07:00")
        await self._say(task, headers, trigger="outcome", note="Sudah ditemui; pendampingan berjalan. (fiktif)")

    async def _say(self, task: str, headers: dict[str, str], **body: str) -> None:
        key = f"{task}-{body['trigger']}"
        for _ in range(20):
            answer = await self._client.post(f"{task}/transitions", json=body, headers=headers | {"idempotency-key": key})
            if answer.status_code < 500:  # noqa: PLR2004 - a busy server is asked again
                return
            await asyncio.sleep(0.5)


def application(config: dict[str, Any]) -> Starlette:
    """The agencies as an ASGI application."""
    agencies = Agencies(config)
    return Starlette(routes=[Route("/agencies/{key}", agencies.webhook, methods=["POST"]), Route("/log", agencies.log)])


if __name__ == "__main__":
    uvicorn.run(application(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
