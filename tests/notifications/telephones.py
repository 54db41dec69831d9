"""The simulated providers of WhatsApp and SMS in a process of their own, and a desk that serves its callbacks on a real port."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from shared.testing import eventually
from tests.notifications.desk import Desk, desk, free_port

ROOT = Path(__file__).parents[2]
APP_SECRET, CALLBACK_SECRET, TOKEN, KEY = "app-secret-of-tests", "callback-secret-of-tests", "token-of-the-tests", "key-of-the-gateway"
VERIFY, NUMBER_ID = "verify-token-of-tests", "1065551234"

CHANNELS = """
staff = {staff}
families = {families}

[whatsapp]
url = "http://127.0.0.1:{port}"
phone_number_id = "{number_id}"
token = "{token}"
app_secret = "{app_secret}"
verify_token = "{verify}"
templates = {{ alert = "tanggap_perhatian", emergency = "tanggap_darurat", guardian = "pesan_sekolah" }}

[sms]
url = "http://127.0.0.1:{port}/sms"
secret = "{key}"
headers = {{ x-key = "{{secret}}" }}
body = {{ to = "{{to}}", text = "{{text}}", ref = "{{id}}" }}
code = "status"
accepted = ["ok"]
never = ["bad-number"]
later = ["wait"]
reference = "message.id"

[sms.callback]
secret = "{callback_secret}"
timestamp_header = "x-time"
reference = "id"
status = "state"
statuses = {{ sent = ["SENT"], delivered = ["DELIVERED"], read = ["READ"], returned = ["FAILED"] }}
"""


@dataclass
class Phones:
    """The simulator as tests speak to it."""

    client: httpx.AsyncClient

    async def behave(self, to: str, behaviour: str) -> None:
        await self.client.post("/behaviour", json={"to": to, "behaviour": behaviour})

    async def log(self) -> dict[str, Any]:
        return (await self.client.get("/log")).json()

    async def received(self, channel: str | None = None) -> list[dict[str, Any]]:
        return [each for each in (await self.log())["received"] if channel in (None, each["channel"])]


def written(folder: Path, port: int, staff: tuple[str, ...], families: tuple[str, ...], more: str = "") -> Path:
    """The file for TANGGAP_CHANNELS."""
    file = folder / "channels.toml"
    told = CHANNELS.format(
        port=port, number_id=NUMBER_ID, token=TOKEN, app_secret=APP_SECRET, verify=VERIFY, key=KEY, callback_secret=CALLBACK_SECRET,
        staff=list(staff), families=list(families),
    )  # fmt: skip
    file.write_text(told + more, encoding="utf-8")
    return file


@asynccontextmanager
async def telephone_desk(
    database: str, redis_url: str, smtp: str, folder: Path, *, staff=("mail", "whatsapp", "sms"), families=("mail", "whatsapp", "sms"), more: str = "",
    **changed: str,
) -> AsyncIterator[tuple[Desk, Phones]]:  # fmt: skip
    """A desk with WhatsApp and SMS; the simulator reports to it over a real socket."""
    port, ours = free_port(), free_port()
    config = folder / "simulator.json"
    callbacks = f"http://127.0.0.1:{ours}/notifications/callbacks"
    whatsapp = {"callback": f"{callbacks}/whatsapp", "token": TOKEN, "app_secret": APP_SECRET, "phone_number_id": NUMBER_ID}
    config.write_text(json.dumps({"whatsapp": whatsapp, "sms": {"callback": f"{callbacks}/sms", "secret": KEY, "callback_secret": CALLBACK_SECRET}}))
    process = subprocess.Popen([sys.executable, "-m", "district.simulators.telephone", str(port), str(config)], cwd=ROOT)  # noqa: ASYNC220
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            phones = Phones(client)
            await eventually(lambda: _is_up(phones), within=60)
            file = written(folder, port, staff, families, more)
            async with desk(database, redis_url, smtp, TANGGAP_CHANNELS=str(file), **changed) as running, _served(running, ours):
                yield running, phones
    finally:
        process.kill()
        process.wait()


async def _is_up(phones: Phones) -> bool:
    try:
        return (await phones.client.get("/log")).status_code == 200
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def _served(running: Desk, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(running.app, host="127.0.0.1", port=port, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving
