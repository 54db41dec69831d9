"""A district whose services say of themselves what a test puts into their mouths, and intake's page about them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from tests.browser.serving import on_a_port
from tests.intake.office import KEY, Office, opened
from tests.keys import bearer, somebody

WELL: dict[str, Any] = {"ready": True, "parts": {"relay": {"ok": True}}, "backup": {"ok": True, "why": "made 3 hours ago"}, "parked": 0}


@dataclass
class District:
    """Three services that say what a test puts into their mouths. A service with nothing to say answers what nobody understands."""

    told: dict[str, dict[str, Any] | None] = field(default_factory=lambda: {"intake": WELL, "cases": WELL, "notifications": WELL})
    replayed: list[str] = field(default_factory=list)
    client: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)
    headers: dict[str, str] = field(default_factory=dict)
    office: Office | None = None

    @property
    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/{service}/readyz")
        async def readyz(service: str) -> JSONResponse:
            told = self.told[service]
            return JSONResponse(told if told is not None else "?", 200 if told and told["ready"] else 503)

        @app.post("/{service}/api/parked/replay")
        async def replay(service: str) -> JSONResponse:
            self.replayed.append(service)
            return JSONResponse({"replayed": 2} if self.told[service] else "?")

        return app

    async def page(self) -> list[str]:
        """What stands in each service's card, without markup."""
        answer = await self.client.get("/intake/keadaan", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return [card.split("</section>")[0] for card in answer.text.split('<section class="card">')[1:]]


@asynccontextmanager
async def answering(database: str, folder: Path) -> AsyncIterator[District]:
    """Intake among them, with an administrator who asks."""
    made = District()
    async with on_a_port(made.app) as origin:
        origins = {f"TANGGAP_ORIGIN_{name.upper()}": origin for name in made.told}
        async with opened(database, folder, TANGGAP_MASTER_KEY=KEY, TANGGAP_TOKEN_KEY=KEY, **origins) as made.office:
            made.headers = bearer(made.office.kernel.settings, somebody("administrator", {"system-administrator"}))
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=made.office.app), base_url="http://intake") as made.client:
                yield made
