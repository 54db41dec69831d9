"""Principals and their tokens, and small applications with rows of their own."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import httpx
from fastapi import FastAPI

from shared.access import Access, Identity, Kind, Permissions, Principal, SignedIn, issue_token
from shared.clock import FixedClock
from shared.events import PartnerRole, StaffRole
from shared.keys import Keys
from shared.sessions.cookies import Cookies
from shared.web import install
from tests.keys import Known, keys, secrets, somebody
from tests.sessions import Held, session

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOCK = FixedClock(NOON)
KEY, OTHER = keys(clock=CLOCK), keys(known=secrets(b"o"), clock=CLOCK)
ANI = somebody("ani", {"counsellor", "coordinator"}, {"smp1"})
WHO = Identity("ani", "person")
VALUE, OLD = "v" * 42 + "w", "o" * 43
OPEN, OVER = session(VALUE, WHO, NOON), session(OLD, WHO, NOON - timedelta(days=1))
ROLES = sorted({*get_args(StaffRole), *get_args(PartnerRole), "student", "guardian", "agency", "integrator", "service", "anonymous"})
PINNED = Path(__file__).parents[1] / "pinned" / "routes.json"
ROWS = json.loads(PINNED.read_text(encoding="utf-8"))
"""Which roles use which route, written out and reviewed: a row of the permission file that is widened differs from it."""


def token(principal: Identity = ANI, *, key: Keys = KEY, expires: datetime = NOON + timedelta(hours=1)) -> str:
    return issue_token(key, principal, expires)


def holder(role: str) -> Principal:
    """Somebody who is only this; services, agencies and strangers are what their kind says."""
    kind: Kind = role if role in ("agency", "integrator", "service", "anonymous") else "person"  # type: ignore[assignment]
    return somebody(role, {role}) if kind == "person" else Principal(role, kind)


def application(rows: dict[str, list[str]], tmp_path, more: str = "") -> FastAPI:
    """Routes `/a`, `/b` and others, with these rows."""
    file = tmp_path / "permissions.toml"
    file.write_text("[routes]\n" + "".join(f'"{route}" = {json.dumps(roles)}\n' for route, roles in rows.items()) + more, encoding="utf-8")
    app = FastAPI()
    install(app)
    access = Access(KEY, Permissions(file), FixedClock(NOON), Known(ANI, *map(holder, ROLES)), Held(OPEN, OVER), Cookies(KEY, secure=False))
    app.state.kernel = SimpleNamespace(access=access)

    async def answered(principal: SignedIn) -> str:
        return principal.id

    for path in ("/a", "/b", "/nowhere", "/things/{thing}", "/everybody", "/others", "/own"):
        app.add_api_route(path, answered, methods=["GET", "POST"])
    return app


def ask(app: FastAPI, path: str, *, method: str = "GET", **more) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://test") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asked())
