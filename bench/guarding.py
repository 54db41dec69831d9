"""Measures what guarding costs: which share of a case page's time goes into session, posts, rights, row security and the record of the read."""

from __future__ import annotations

import asyncio
import json
import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx
from fastapi import FastAPI
from psycopg.types.json import Jsonb

from bench.casework import NOW, case_of
from bench.table import Row
from district.embedded.redis import start_redis
from services.cases.app import create_app
from services.cases.reading.read_log import record_read
from services.cases.rights import may_open, may_read, rights
from shared.access import Access, Identity, issue_token
from shared.clock import SystemClock
from shared.database import Database
from shared.keys import Keys
from shared.settings import Settings, read_settings

PAGES = 200
_READING = "services.cases.reading.case"

_SCHOOL = "INSERT INTO school_v1 (school, name, level) VALUES ('s', 'SMP', 'smp') ON CONFLICT DO NOTHING"
_PERSON = """
INSERT INTO person_v1 (person, kind, school, name, guardians, position) VALUES ('counsellor', 'staff', 's', %s, '{}', 0) ON CONFLICT DO NOTHING
"""
_POST = "INSERT INTO post_v1 (person, role, school, appointed) VALUES ('counsellor', 'counsellor', 's', false) ON CONFLICT DO NOTHING"


class Spent:
    """Seconds in the guards. A guard within a guard counts once."""

    def __init__(self) -> None:
        self.seconds, self._depth = 0.0, 0

    @contextmanager
    def here(self) -> Iterator[None]:
        """Counts what happens within."""
        began, self._depth = time.perf_counter(), self._depth + 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.seconds += time.perf_counter() - began

    def awaiting(self, guard: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The same guard, counted."""

        async def counted(*given: Any, **named: Any) -> Any:
            with self.here():
                return await guard(*given, **named)

        return counted

    def calling(self, guard: Callable[..., Any]) -> Callable[..., Any]:
        """The same for one that does not wait."""

        def counted(*given: Any, **named: Any) -> Any:
            with self.here():
                return guard(*given, **named)

        return counted


def run(url: str, folder: Path) -> list[Row]:
    """url: of the prepared database of cases. folder: for a Redis."""
    redis = start_redis(folder)
    try:
        key = urlsafe_b64encode(os.urandom(32)).decode()
        given = {"DATABASE_URL": url, "REDIS_URL": redis.url, "TANGGAP_MASTER_KEY": key, "TANGGAP_TOKEN_KEY": key, "TANGGAP_LOG_LEVEL": "ERROR"}
        page, guards, own = asyncio.run(_measured(read_settings(given)))
    finally:
        redis.stop()
    return [
        Row(f"a case's page ({page:.1f} ms): share of session, posts, rights, row security, read record", 100 * guards / page, "%", "<= 25 %"),
        Row("a case's page: the service's own processor time", own, "ms", "<= 50 ms"),
    ]


async def _measured(settings: Settings) -> tuple[float, float, float]:
    """Milliseconds of a page, of its guards, and of the processor for a page."""
    app = create_app(settings)
    for subscription in app.state.kernel.subscriptions:
        subscription.run = asyncio.Event().wait
    async with app.router.lifespan_context(app):
        case, spent = await _filled(app), Spent()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://cases", headers=_headers(settings)) as client:
            await _pages(client, case, 20)
            with _counted(spent):
                began, own = time.perf_counter(), time.process_time()
                await _pages(client, case, PAGES)
                took, own = time.perf_counter() - began, time.process_time() - own
    return 1000 * took / PAGES, 1000 * spent.seconds / PAGES, 1000 * own / PAGES


@contextmanager
def _counted(spent: Spent) -> Iterator[None]:
    """principal: session or token, and posts, which are remembered for half a second. _say: what row security adds to the own work's statements."""
    with (
        patch.object(Access, "principal", spent.awaiting(Access.principal)),
        patch.object(Database, "_say", spent.awaiting(vars(Database)["_say"])),
        patch(f"{_READING}.record_read", spent.awaiting(record_read)),
        patch(f"{_READING}.rights", spent.calling(rights)),
        patch(f"{_READING}.may_open", spent.calling(may_open)),
        patch(f"{_READING}.may_read", spent.calling(may_read)),
    ):
        yield


async def _filled(app: FastAPI) -> str:
    kernel, case = app.state.kernel, str(uuid4())
    name = await kernel.vault.seal("counsellor", "identity", "Ani", "person-counsellor/name")
    async with kernel.database.acting_as("directory").connection() as connection:
        await connection.execute(_SCHOOL)
        await connection.execute(_PERSON, (Jsonb(name.model_dump()),))
        await connection.execute(_POST)
    await case_of(kernel.store, kernel.vault, case)
    return case


async def _pages(client: httpx.AsyncClient, case: str, times: int) -> None:
    for _ in range(times):
        answer = await client.get(f"/cases/cases/{case}")
        assert answer.status_code == 200, json.dumps(answer.text[:300])


def _headers(settings: Settings) -> dict[str, str]:
    keys = Keys("district", settings.secret_source(), SystemClock())
    token = issue_token(keys, Identity("counsellor", "person"), NOW + timedelta(hours=2))
    return {"authorization": f"Bearer {token}", "accept": "text/html"}
