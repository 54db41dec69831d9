"""doctor: says what is wrong and what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import Annotated

import httpx
import typer
from pydantic import BaseModel, ValidationError

from district.commands.caring import safety
from district.commands.directory import origin
from district.commands.shell import FOUND_A_PROBLEM, show_json, show_table, verb
from district.commands.stores import opened, running_administrator
from district.embedded.cluster import binaries
from district.embedded.redis import binary
from district.home import find_home, wanted_port
from district.logins import address
from services.intake.accounts.passkeys.relying import RelyingParty, relying_party
from shared.errors import StartRefused
from shared.logins import SERVICES

Finding = tuple[str, bool, str]
"""What was looked at, whether it is well, and what there is to say."""


class _Part(BaseModel):
    ok: bool
    why: str = ""


class _Readiness(BaseModel):
    """What a service says of itself."""

    parts: dict[str, _Part]
    parked: int = 0
    files: str = ""


PATIENCE = 2.0
"""Seconds that a database is waited for."""


@verb
def doctor(json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Says what is wrong and what to do."""
    findings = [*_machine(), *_schemas(), *_servers(), _passkeys(), *safety()]
    if json:
        show_json([{"what": what, "ok": ok, "told": told} for what, ok, told in findings])
    else:
        show_table("Doctor", ("what", "", "finding"), [(what, "ok" if ok else "PROBLEM", told) for what, ok, told in findings])
    if not all(ok for _, ok, _ in findings):
        raise typer.Exit(FOUND_A_PROBLEM)


def _passkeys() -> Finding:
    """Browsers take passkeys only where nobody can listen in."""
    public = os.environ.get("TANGGAP_PUBLIC_ORIGIN") or f"http://127.0.0.1:{wanted_port()}"
    match relying_party(public):
        case RelyingParty(origin=origin_of_passkeys):
            return "passkeys", True, f"work at {origin_of_passkeys}"
        case "plain-http":
            mend = "serve it over https: TANGGAP_TLS_CERTIFICATE and TANGGAP_TLS_KEY, or a proxy in front, and TANGGAP_PUBLIC_ORIGIN=https://…"
            return "passkeys", False, f"off, because {public} is plain http: {mend}"
        case "number-for-name":
            return "passkeys", False, f"off, because {public} is a number: give the machine a name, and TANGGAP_PUBLIC_ORIGIN=https:// with it"


def _machine() -> list[Finding]:
    found: list[Finding] = []
    for what, look in (("PostgreSQL", binaries), ("Redis", binary)):
        try:
            found.append((what, True, str(look())))
        except StartRefused as refused:
            found.append((what, False, str(refused)))
    home = find_home().folder
    folder = home if home.exists() else home.parent
    enough = 500
    free = shutil.disk_usage(folder).free // 1024**2
    found.append(("data folder", os.access(folder, os.W_OK), str(home)))
    found.append(("free disk", free > enough, f"{free} MiB" if free > enough else f"{free} MiB: free some, appends will be refused when it is full"))
    return found


def _schemas() -> list[Finding]:
    """Only where a database runs: ours is prepared whenever it starts."""
    administrator = running_administrator()
    return [asyncio.run(_schema(administrator, service)) for service in SERVICES] if administrator else []


async def _schema(administrator: str, service: str) -> Finding:
    try:
        async with opened(address(service, administrator, find_home().folder), service, within=PATIENCE):
            return f"database of {service}", True, "its login and its schema are as they should be"
    except StartRefused as refused:
        return f"database of {service}", False, str(refused)


def _servers() -> list[Finding]:
    found: list[Finding] = []
    for service in SERVICES:
        try:
            told = _Readiness.model_validate_json(httpx.get(f"{origin()}/{service}/readyz", timeout=5, trust_env=False).content)
        except (httpx.HTTPError, ValidationError):
            found.append((service, False, f"does not answer at {origin()}: start it with ./tanggap up, or set TANGGAP_PORT"))
            continue
        wrong = [f"{part}: {state.why}" for part, state in told.parts.items() if not state.ok]
        parked_events = told.parked
        if parked_events:
            wrong.append(f"{parked_events} parked events: ./tanggap parked list, mend the cause, ./tanggap parked replay")
        found.append((service, not wrong, "; ".join(wrong) or "ready"))
        found += [(f"files of {service}", True, told.files)] if told.files else []
    return found
