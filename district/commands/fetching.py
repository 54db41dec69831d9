"""The verbs `roster fetch-dapodik` and `roster fetch-oneroster`: a roster is asked of the system that keeps it, and imported.

What comes is kept in a file without a name alone, so that even a killed process leaves nobody's data behind. Tokens are read from files or asked for.
"""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer

from district.commands.directory import AsJson, import_bundle, origin, show_roster
from district.commands.shell import FOUND_A_PROBLEM, errors, verb
from district.home import find_home
from services.intake.roster import oneroster_service
from services.intake.roster.dapodik import service as dapodik
from services.intake.roster.fetched import TIMEOUT, Asking

Accept = Annotated[list[str] | None, typer.Option(help="a loss that is meant: SCHOOL:students|staff|guardians|classes")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="only say what would change")]
Progress = Callable[[str, int], None]
Fetch = Callable[[httpx.AsyncClient, Progress], Awaitable[Mapping[str, bytes]]]


@verb
def fetch_dapodik(
    npsn: Annotated[str, typer.Argument(help="of the school")],
    address: Annotated[str, typer.Option(help="of Dapodik at the school")] = f"http://127.0.0.1:{dapodik.PORT}",
    token_file: Annotated[Path | None, typer.Option(help="a file with the token of the web service; else it is asked for")] = None,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Fetches a school's people from its Dapodik and imports them. Exits with 1 where a part was refused."""
    token = _secret(token_file, "token")

    async def fetch(client: httpx.AsyncClient, progress: Progress) -> Mapping[str, bytes]:
        files = await dapodik.fetch(Asking(client, f"Dapodik ({address})"), address, token, npsn, progress)
        return {str(place): content for place, content in files.items()}

    _import(fetch, accept, dry_run=dry_run, json=json)


@verb
def fetch_oneroster(
    address: Annotated[str, typer.Argument(help="of the provider, as in https://sis.example")],
    token_address: Annotated[str, typer.Option(help="where it gives tokens (OAuth 2)")],
    client_id: Annotated[str, typer.Option(help="of the client credentials")],
    source: Annotated[str, typer.Option(help="its name, as in source.systemCode of its exports: the same people keep the same ids")],
    secret_file: Annotated[Path | None, typer.Option(help="a file with the client's secret; else it is asked for")] = None,
    since: Annotated[datetime | None, typer.Option(help="only what changed after this moment")] = None,
    accept: Accept = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Fetches a roster over OneRoster 1.2 REST and imports it. Exits with 1 where a part was refused."""
    provider = oneroster_service.Provider(address, token_address, client_id, _secret(secret_file, "secret"), source)

    async def fetch(client: httpx.AsyncClient, progress: Progress) -> Mapping[str, bytes]:
        return await oneroster_service.fetch(Asking(client, f"OneRoster ({address})"), provider, since, progress)

    _import(fetch, accept, dry_run=dry_run, json=json)


def _secret(file: Path | None, name: str) -> str:
    return file.read_text(encoding="utf-8").strip() if file else str(typer.prompt(name, hide_input=True))


def _import(fetch: Fetch, accept: list[str] | None, *, dry_run: bool, json: bool) -> None:
    with tempfile.TemporaryFile() as bundle, errors.status("fetching") as status:
        files = asyncio.run(_fetched(fetch, lambda what, count: status.update(f"{what}: {count}")))
        with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
            for place, content in files.items():
                archive.writestr(place, content)
        status.update("importing")
        report = import_bundle(origin(), find_home().service_headers(), bundle, allow_drop=False, accept=accept or (), dry_run=dry_run)
    show_roster("What would change" if dry_run else "Roster", report, json=json)
    if report["refused"]:
        raise typer.Exit(FOUND_A_PROBLEM)


async def _fetched(fetch: Fetch, progress: Progress) -> Mapping[str, bytes]:
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
        return await fetch(client, progress)
