"""A small application with every kind of request and failure, and what its answers must be."""

import asyncio
from types import SimpleNamespace
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import FastAPI, Form, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from shared.access import ANONYMOUS
from shared.asked import Fingerprints
from shared.asking import asked, read_cursor, require_version
from shared.errors import (
    BehindWrite,
    Fault,
    HistoryBroken,
    IdempotencyKeyMissing,
    IdempotencyMismatch,
    Invalid,
    LaterRelease,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PreconditionFailed,
    ProofNeeded,
    Refused,
    SentFromElsewhere,
    StartRefused,
    StillBuilding,
    TanggapError,
    TooLarge,
    TooSlow,
    Unavailable,
    VersionConflict,
    VersionNotNamed,
)
from shared.sealing import MemoryVault
from shared.web import install

CANARY = "kanarikuning"
VAULT = MemoryVault()

JSON = {"content-type": "application/json"}


class CaseAlreadyClosed(Refused):
    """A refusal of some domain."""

    code = "case-already-closed"

    indonesian = "Kasus sudah ditutup."
    english = "The case is closed already."


RAISED: dict[str, tuple[TanggapError, int]] = {
    "tanggap-error": (TanggapError("it broke"), 500),
    "case-already-closed": (CaseAlreadyClosed(), 409),
    "refused": (Refused(), 409),
    "not-allowed": (NotAllowed(), 403),
    "invalid": (Invalid(Fault("/students/0/role", "missing"), Fault("", "odd")), 422),
    "malformed": (Malformed(Fault("", "json-invalid")), 400),
    "not-found": (NotFound("no such case"), 404),
    "not-signed-in": (NotSignedIn("send a token"), 401),
    "proof-needed": (ProofNeeded(), 403),
    "sent-from-elsewhere": (SentFromElsewhere(), 403),
    "version-conflict": (VersionConflict("case-1", 1, 2), 409),
    "precondition-failed": (PreconditionFailed("case-1", 1, 2), 412),
    "version-not-named": (VersionNotNamed("PUT names no version"), 428),
    "idempotency-mismatch": (IdempotencyMismatch("another body"), 422),
    "idempotency-key-missing": (IdempotencyKeyMissing("send one"), 400),
    "too-large": (TooLarge("too much"), 413),
    "too-slow": (TooSlow("send it again"), 408),
    "unavailable": (Unavailable("try again"), 503),
    "later-release": (LaterRelease("a later release does it"), 503),
    "still-building": (StillBuilding("ask again"), 503),
    "behind-write": (BehindWrite("ask again"), 503),
    "start-refused": (StartRefused("PORT"), 500),
    "history-broken": (HistoryBroken("event 7"), 500),
}


class Strand(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: str


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid")

    narrative: Annotated[str, Field(min_length=1, max_length=20_000)]
    students: list[Strand] = []
    weapon: bool | None = None


def application() -> FastAPI:
    app = FastAPI()
    install(app)
    kept: list[str] = []
    app.state.kept = kept
    app.state.kernel = SimpleNamespace(fingerprints=Fingerprints(VAULT, "cases"))

    @app.post("/tell")
    async def tell(body: Told) -> int:
        kept.append(body.narrative)
        return len(body.narrative)

    @app.post("/form")
    async def form(narrative: Annotated[str, Form()]) -> int:
        kept.append(narrative)
        return len(narrative)

    @app.post("/api/roster")
    async def upload(request: Request) -> int:
        return len(await request.body())

    @app.post("/asked")
    async def identity(request: Request, required: bool = False) -> dict[str, str | None]:
        told = await asked(request, ANONYMOUS, required=required)
        return {"key": told.key, "fingerprint": told.fingerprint.made(), "cause": str(told.cause), "scope": told.scope}

    @app.get("/versions")
    async def versions(request: Request) -> str:
        require_version(request, 3, "case-1")
        return "fits"

    @app.get("/cursors")
    async def cursors(cursor: str | None = None, limit: int = 10) -> list:
        return read_cursor(cursor, str) or []

    @app.get("/raise/{name}")
    async def fail(name: str) -> None:
        raise RAISED[name][0]

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError(CANARY)

    @app.get("/http")
    async def http() -> None:
        raise HTTPException(418, "Teapot", {"x-pot": "tea"})

    return app


def ask(path: str, *, method: str = "POST", app: FastAPI | None = None, **more) -> httpx.Response:
    async def sent() -> httpx.Response:
        transport = httpx.ASGITransport(app=app or application(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **more)

    return asyncio.run(sent())


def get(path: str, **more) -> httpx.Response:
    return ask(path, method="GET", **more)


def is_problem(answer: httpx.Response, status: int, code: str | None = None) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"] == (f"/problems/{code}" if code else "about:blank")
    UUID(told["instance"].removeprefix("urn:uuid:"))
    assert CANARY not in answer.text
    return told
