"""The WhatsApp Cloud API and an SMS gateway, played in a process of their own: `python -m district.simulators.telephone PORT CONFIG.json`.

Each number behaves as it is told: `{"to": "+62…", "behaviour": …}` to `/behaviour`. What arrives is told at `/log`. Reports go to the callbacks,
signed; some doubled, some in the wrong order, some late, and before each true one a forged one. CONFIG:
`{"whatsapp": {"callback", "token", "app_secret", "phone_number_id"}, "sms": {"callback", "secret", "callback_secret"}}`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LATE = 0.3
"""Seconds until a message that was taken is reported as lost."""

REPORTS: Mapping[str, Sequence[str]] = {
    "normal": ("sent", "delivered", "read"),
    "reordered": ("read", "sent", "delivered"),
    "doubled": ("sent", "sent", "delivered", "delivered"),
    "lost": ("sent", "failed"),
    "late": ("failed", "delivered"),
    "silent": (),
}
"""What is reported of a number that takes messages."""


class Telephones:
    """What arrived, and how each number behaves."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._behaviour: dict[str, str] = {}
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)
        self._reporting: set[asyncio.Task[None]] = set()
        self.received: list[dict[str, Any]] = []
        self.answers: list[int] = []

    async def behave(self, request: Request) -> Response:
        """Sets how a number, or `*` for all others, behaves from now on."""
        told = await request.json()
        self._behaviour[told["to"]] = told["behaviour"]
        return Response(status_code=204)

    async def log(self, _: Request) -> JSONResponse:
        """What arrived, and how our forged and true reports were answered."""
        return JSONResponse({"received": self.received, "answers": self.answers})

    async def whatsapp(self, request: Request) -> Response:
        """`POST /<phone-number-id>/messages`."""
        body, behaviour = await request.json(), self._of("+" + (await request.json())["to"])
        self._note("whatsapp", "+" + body["to"], body)
        if request.headers.get("authorization") != f"Bearer {self._config['whatsapp']['token']}":
            return JSONResponse({"error": {"code": 190, "message": "token"}}, 401)
        refused = {"not-there": 131026, "busy": 130429, "template": 132001}.get(behaviour)
        if refused:
            return JSONResponse({"error": {"code": refused, "message": "no"}}, 400)
        reference = f"wamid.{body['to']}.{len(self.received)}"
        self._report(self._whatsapp_reports(reference, behaviour))
        return await self._answered({"messages": [{"id": reference}]}, behaviour)

    async def sms(self, request: Request) -> Response:
        """`POST /sms`."""
        body = await request.json()
        behaviour = self._of(body["to"])
        self._note("sms", body["to"], body)
        if request.headers.get("x-key") != self._config["sms"]["secret"]:
            return Response(status_code=401)
        refused = {"not-there": "bad-number", "busy": "wait"}.get(behaviour)
        if refused:
            return JSONResponse({"status": refused})
        reference = f"sms-{len(self.received)}"
        self._report(self._sms_reports(reference, behaviour))
        return await self._answered({"status": "ok", "message": {"id": reference}}, behaviour)

    def _of(self, number: str) -> str:
        return self._behaviour.get(number, self._behaviour.get("*", "normal"))

    def _note(self, channel: str, to: str, body: Mapping[str, Any]) -> None:
        self.received.append({"at": time.time(), "channel": channel, "to": to, "body": body})

    async def _answered(self, told: Mapping[str, Any], behaviour: str) -> Response:
        if behaviour == "down":
            return Response(status_code=503, headers={"retry-after": "0"})
        if behaviour == "reordered":
            await asyncio.sleep(LATE)  # the reports come before the answer does
        return JSONResponse(told)

    def _whatsapp_reports(self, reference: str, behaviour: str) -> Sequence[tuple[str, bytes, dict[str, str]]]:
        account, found = self._config["whatsapp"], []
        for status in REPORTS.get(behaviour, ()):
            one = {"id": reference, "status": status, "timestamp": str(int(time.time())), "recipient_id": "0"}
            value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": account["phone_number_id"]}, "statuses": [one]}
            body = json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
            header = {"x-hub-signature-256": "sha256=" + hmac.digest(account["app_secret"].encode(), body, sha256).hex()}
            found.append((account["callback"], body, header))
        return found

    def _sms_reports(self, reference: str, behaviour: str) -> Sequence[tuple[str, bytes, dict[str, str]]]:
        gateway, found = self._config["sms"], []
        for status in REPORTS.get(behaviour, ()):
            body = json.dumps({"id": reference, "state": status.upper()}).encode()
            moment = str(int(time.time()))
            signed = hmac.digest(gateway["callback_secret"].encode(), f"{moment}.".encode() + body, sha256).hex()
            found.append((gateway["callback"], body, {"x-signature": signed, "x-time": moment}))
        return found

    def _report(self, reports: Sequence[tuple[str, bytes, dict[str, str]]]) -> None:
        task = asyncio.create_task(self._send(reports))
        self._reporting.add(task)
        task.add_done_callback(self._reporting.discard)

    async def _send(self, reports: Sequence[tuple[str, bytes, dict[str, str]]]) -> None:
        """A forged report goes before each true one: its signature is of another body. Nobody may be there to hear it any more."""
        with suppress(httpx.HTTPError):
            await self._send_all(reports)

    async def _send_all(self, reports: Sequence[tuple[str, bytes, dict[str, str]]]) -> None:
        for url, body, headers in reports:
            forged = body.replace(b"sent", b"read").replace(b"SENT", b"READ") + b" "
            for content in (forged, body):
                answer = await self._client.post(url, content=content, headers=headers)
                self.answers.append(answer.status_code)
            await asyncio.sleep(LATE if b"ailed" in body or b"FAILED" in body else 0)


def application(config: dict[str, Any]) -> Starlette:
    """Both as one ASGI application."""
    telephones = Telephones(config)
    post = ["POST"]
    return Starlette(
        routes=[
            Route("/behaviour", telephones.behave, methods=post),
            Route("/log", telephones.log),
            Route("/sms", telephones.sms, methods=post),
            Route("/{number}/messages", telephones.whatsapp, methods=post),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(application(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
