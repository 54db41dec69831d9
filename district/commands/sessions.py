"""`sessions list` and `sessions end`: who is signed in, and everybody out of somebody's account. Both need a running district."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
import typer

from district.commands.directory import origin
from district.commands.shell import FOUND_A_PROBLEM, checked, console, show_json, show_table, verb
from district.home import find_home

sessions = typer.Typer(no_args_is_help=True, help="Who is signed in")

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
_COLUMNS = ("person", "way", "level", "begun_at", "proved_at", "ends_at")


@sessions.command("list")
@verb
def list_sessions(person: Annotated[str | None, typer.Option(help="id of somebody: theirs alone")] = None, json: AsJson = False) -> None:
    """Every session that has not ended, the newest first: whose, how and when they signed in, when it ends."""
    with httpx.Client(timeout=30, trust_env=False, headers=find_home().service_headers()) as client:
        found = _every(client, {"person": person} if person else {})
    if json:
        show_json(found)
        return
    rows = [[each[column] for column in _COLUMNS] for each in found]
    show_table("Sessions", [column.replace("_", " ") for column in _COLUMNS], rows)


@sessions.command("end")
@verb
def end(person: Annotated[str, typer.Argument(help="id of the person or agency")], json: AsJson = False) -> None:
    """Ends every session of somebody, who may sign in again: `suspend` keeps them out. Exit 1: a service does not answer and does not know it yet."""
    with httpx.Client(timeout=30, trust_env=False, headers=find_home().service_headers()) as client:
        done = checked(client.post(f"{origin()}/intake/api/sessions/end", json={"person": person}))
    if json:
        show_json(done)
    else:
        untold = ", ".join(done["untold"])
        console.print(f"{person}: {done['ended']} ended{f'; not told yet: {untold}' if untold else ''}", markup=False)
    if not done["acknowledged"]:
        raise typer.Exit(FOUND_A_PROBLEM)


def _every(client: httpx.Client, wanted: dict[str, str]) -> list[dict[str, Any]]:
    found, more = list[dict[str, Any]](), True
    while more:
        page = checked(client.get(f"{origin()}/intake/api/sessions", params=wanted))
        found += page["items"]
        wanted, more = wanted | {"cursor": page["next"] or ""}, page["next"] is not None
    return found
