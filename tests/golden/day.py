"""The demonstration's day as an older release left it: its stores, its keys, and what that release answered over them.

`served` puts the services of today over the restored stores. Of their parts only the read models run: no clock passes a deadline that has come since,
nobody subscribes, relays, signs a head or sends a message. So nothing is recorded that the older release had not recorded, and the answers can be
compared. The services' clock stands where it stood when the answers were given.
"""

from __future__ import annotations

import json
import lzma
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import psycopg
from fastapi import FastAPI
from psycopg import sql

from district.embedded.cluster import binaries
from district.up import services
from shared.access import Identity
from shared.clock import FixedClock
from shared.eventstore.projection import Projection
from shared.eventstore.verify import Verified, verify_store
from shared.logins import SERVICES
from shared.message import Recorded
from shared.running import Part, run_parts
from shared.service import Kernel, creating
from shared.settings import Settings, read_settings
from tests.keys import bearer
from tests.logins import login, prepared

FOLDER = Path(__file__).parent / "day-2026-11-27"
ROLES = ("tanggap_intake", "tanggap_cases", "tanggap_notifications")
PAGE = 20
"""Rows a page: few enough that the recorded lists have several."""


@dataclass(frozen=True, slots=True)
class Question:
    """who: name of a principal; None for nobody. paged: its pages are asked for one after another. given: query of a GET, body of a POST."""

    who: str | None
    method: str
    path: str
    given: Mapping[str, str]
    paged: bool = False

    def __str__(self) -> str:
        shown = "&".join(f"{name}={value}" for name, value in self.given.items())
        return f"{self.who or 'nobody'}: {self.method} {self.path}{'?' if shown else ''}{shown}"


@dataclass(frozen=True, slots=True)
class Answer:
    """body: JSON; None for a page of HTML. Of a list in pages all items, without cursors; of a refusal its type."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Recording:
    """at: when the answers were given. principals: who asked, by name."""

    at: datetime
    principals: Mapping[str, Identity]
    answers: Sequence[tuple[Question, Answer]]


def keys() -> Mapping[str, str]:
    """The secrets of that demonstration; they protect fictional people only."""
    found: dict[str, str] = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))
    return found


def recording() -> Recording:
    """What the older release answered."""
    told = json.loads(lzma.decompress((FOLDER / "answers.json.xz").read_bytes()))
    principals = {name: Identity(each["id"], each["kind"]) for name, each in told["principals"].items()}
    return Recording(
        datetime.fromisoformat(told["at"]), principals, [(Question(**each["question"]), Answer(**each["answer"])) for each in told["answers"]]
    )


def restore(url: str) -> None:
    """The stores into an empty database, and what `./tanggap migrate` makes of them."""
    restore_as_it_was(url)
    prepared(url)


def restore_as_it_was(url: str) -> None:
    """The stores into an empty database, before any upgrade.

    Roles belong to the server, not to the dump: they are made here if nobody made them yet.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        for role in ROLES:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    command = (str(binaries() / "psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--output", "/dev/null", url)
    done = subprocess.run(command, input=lzma.decompress((FOLDER / "stores.sql.xz").read_bytes()), check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-500:]


class Served:
    """The services of today over yesterday's stores, and how they are asked."""

    def __init__(self, apps: Mapping[str, FastAPI], settings: Settings, principals: Mapping[str, Identity]) -> None:
        self._apps, self._settings, self._principals = apps, settings, principals
        self.views: dict[str, list[Projection]] = {}
        self.clients = {name: httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"http://{name}") for name, app in apps.items()}

    async def ask(self, question: Question) -> Answer:
        """The answer as it is recorded."""
        first = await self._send(question, {})
        if first.is_error:
            return Answer(first.status_code, {"type": first.json()["type"]})
        if not first.headers["content-type"].startswith("application/json"):
            return Answer(first.status_code, None)
        return Answer(first.status_code, await self._all_pages(question, first.json()) if question.paged else first.json())

    async def _all_pages(self, question: Question, page: Mapping[str, Any]) -> dict[str, Any]:
        items = list(page["items"])
        while page["next"]:
            page = (await self._send(question, {"cursor": page["next"]})).json()
            items += page["items"]
        return {"items": items}

    def kernels(self) -> list[Kernel]:
        """What each service is made of."""
        return [app.state.kernel for app in self._apps.values()]

    async def rebuild(self) -> None:
        """Every view of every service, from the first event."""
        for service, views in self.views.items():
            for view in views:
                answer = await self.ask(Question("operator", "POST", f"/{service}/api/views/{view.name}/rebuild", {}))
                assert answer.status == 200, f"{view.name}: {answer}"

    async def verified(self) -> list[Verified]:
        """What a look at every hash of every store finds."""
        return [await verify_store(app.state.kernel.database, app.state.kernel.keys) for app in self._apps.values()]

    async def streams(self, service: str) -> Mapping[str, Sequence[Recorded]]:
        """Every stream of the service's store."""
        found: dict[str, list[Recorded]] = defaultdict(list)
        for event in await self._apps[service].state.kernel.store.read_after(0, limit=100_000):
            found[event.stream].append(event)
        return found

    def only_read_models(self, service: str) -> Callable[[Sequence[Part]], Coroutine[None, None, None]]:
        """In place of `run_parts`: what the service runs, and what is left standing still."""

        def run(parts: Sequence[Part]) -> Coroutine[None, None, None]:
            self.views[service] = [part for part in parts if isinstance(part, Projection)]
            return run_parts([*self.views[service], *(view.builder for view in self.views[service])])

        return run

    async def _send(self, question: Question, more: Mapping[str, str]) -> httpx.Response:
        client = self.clients[question.path.split("/")[1]]
        given = {**question.given, **({"limit": str(PAGE)} if question.paged else {}), **more}
        headers = self._headers(question.who)
        if question.method == "GET":
            return await client.get(question.path, params=given, headers=headers)
        return await client.post(question.path, json=given, headers=headers)

    def _headers(self, who: str | None) -> dict[str, str]:
        if who is None:
            return {}
        return bearer(self._settings, self._principals[who])


def settings_of(service: str, url: str, **more: str) -> Settings:
    """As the service itself signs in. more: settings."""
    return read_settings(
        {
            "DATABASE_URL": login(url, service),
            "REDIS_URL": "redis://127.0.0.1:9",
            "TANGGAP_MASTER_KEY": keys()["master_key"],
            "TANGGAP_TOKEN_KEY": keys()["token_key"],
            "TANGGAP_LOG_LEVEL": "ERROR",
            **more,
        }
    )


@asynccontextmanager
async def served(url: str, told: Recording, **more: str) -> AsyncIterator[Served]:
    """The three services of today over a restored database. more: settings."""
    settings = {service: settings_of(service, url, **more) for service in SERVICES}
    apps = services(settings)
    running = Served(apps, settings["cases"], told.principals)
    async with AsyncExitStack() as stack:
        for service, app in apps.items():
            app.state.kernel.clock = FixedClock(told.at)
            with patch.object(creating, "run_parts", running.only_read_models(service)):
                await stack.enter_async_context(app.router.lifespan_context(app))
            await stack.enter_async_context(running.clients[service])
        for service, views in running.views.items():
            head = await apps[service].state.kernel.store.head()
            for view in views:
                assert await view.caught_up(head, within=30), f"{view.name} has not read its store"
        yield running
