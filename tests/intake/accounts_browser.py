"""Somebody with a browser at the intake of a small school: the pages of accounts over HTTP, without scripts."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import httpx
import pyotp

from services.intake.app import view_of_sessions
from shared.running import ended
from tests.intake.accounts_desk import PASSWORD
from tests.intake.bundles import FILES, row

HTML = {"accept": "text/html"}


def _found(pattern: str, shown: str) -> str:
    found = re.search(pattern, shown)
    assert found, shown
    return found[1]


class Browser:
    """Somebody with a browser, at the intake of a small school."""

    def __init__(self, office, client: httpx.AsyncClient) -> None:
        self.office, self.client, self.shown = office, client, ""

    @property
    def accounts(self):
        return self.office.app.state.accounts

    async def staff(self) -> str:
        people = await self.accounts.directory.people("staff", None, schools="*")
        return str(people[0]["person"])

    async def invited(self, person: str) -> str:
        link = await self.accounts.inviting.invite(person, "service:operator", "paper", uuid4())
        return httpx.URL(link.address).path

    async def get(self, path: str, **more) -> httpx.Response:
        return self._seen(await self.client.get(path, headers=HTML, **more))

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return self._seen(await self.client.post(path, data=fields, headers=HTML | {"sec-fetch-site": "same-origin"}))

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        self.shown = unescape(answer.text)
        return answer

    def hidden(self, name: str) -> str:
        return _found(rf'name="{name}" value="([^"]*)"', self.shown)

    def key(self) -> str:
        """What stands beside the QR code."""
        return _found(r'<p class="receipt">([A-Z2-7 ]+)</p>', self.shown).replace(" ", "")

    async def opens(self, address: str, name: str = "ani@contoh.invalid") -> str:
        """Follows an invitation to the end; the seed of the telephone's codes."""
        await self.get(f"{address}/sandi")
        seed = self.key()
        answer = await self.post(f"{address}/sandi", box=self.hidden("box"), name=name, password=PASSWORD, code=pyotp.TOTP(seed).now())
        assert answer.status_code == 201, self.shown
        return seed


def next_code(seed: str) -> str:
    """Of the step after this one, which counts already: the one of now was used to set it up."""
    return pyotp.TOTP(seed).at(datetime.now(UTC) + timedelta(seconds=30))


@asynccontextmanager
async def at_a_school(office) -> AsyncIterator[Browser]:
    """A browser, while the directory and the list of sessions are kept up to date."""
    await office.bring_files(FILES | {"users": FILES["users"] + row("citra", role="teacher")})
    running = asyncio.create_task(view_of_sessions(office.kernel).run())
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://127.0.0.1:8000") as client:
            yield Browser(office, client)
    finally:
        await ended(running)
