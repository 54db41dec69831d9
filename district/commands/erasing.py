"""`erase`, `retention` and `receipt`: a person's data ends. All need a running district."""

from __future__ import annotations

import json as jsons
import time
from pathlib import Path
from typing import Annotated, Any, get_args
from uuid import uuid4

import httpx
import typer

from district.commands.directory import origin
from district.commands.shell import FOUND_A_PROBLEM, checked, show_json, show_table, verb
from district.home import find_home
from services.intake.domain.erasure import Ground
from shared.errors import Fault, Invalid

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
_PATIENCE = 120
_LOOK = 1.0
"""Seconds between two looks whether it is over: an erasure takes about one."""


@verb
def erase(
    people: Annotated[list[str], typer.Argument(help="ids of people")],
    ground: Annotated[str, typer.Option(help=" | ".join(get_args(Ground)))] = "asked",
    only_notes: Annotated[bool, typer.Option("--only-notes", help="counselling notes alone, which may end before the rest")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="says what would end and what forbids it; nothing is stored")] = False,
    receipts: Annotated[Path | None, typer.Option(help="an existing folder for the signed receipts, one file a person")] = None,
    json: AsJson = False,
) -> None:
    """Ends people's data for good: keys are destroyed, traces purged, a signed receipt says what ended and what stays. Exit 1: somebody is held."""
    body = {"ground": ground, "scope": "counselling-notes" if only_notes else "everything", "dry_run": dry_run}
    if ground not in get_args(Ground):
        raise Invalid(Fault("/ground", "unknown"), message=f"--ground should be one of {', '.join(get_args(Ground))}")
    done = [_sent(body | {"person": person}) for person in people]
    for each in done:
        _keep(each, receipts)
    _show(done, json=json)
    if any(each["holds"] for each in done):
        raise typer.Exit(FOUND_A_PROBLEM)


Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD; today where nothing is said")]

retention = typer.Typer(invoke_without_command=True, help="What the archive schedule says is over by a day")


@retention.callback()
@verb
def over(asked: typer.Context, day: Day = None, json: AsJson = False) -> None:
    """What the archive schedule says is over by a day. Nothing ends by asking; the district ends it by itself, once a day."""
    if asked.invoked_subcommand is None:
        _show_what_is_over(day, json=json)


@retention.command("run")
@verb
def run(dry_run: Annotated[bool, typer.Option("--dry-run", help="says what is over")] = False, day: Day = None, json: AsJson = False) -> None:
    """What the district's next daily run ends, with --dry-run. Nobody runs it by hand: the district does, once a day."""
    if not dry_run:
        raise Invalid(Fault("/dry-run", "needed"), message="the district runs it by itself, once a day: say --dry-run to see what is over")
    _show_what_is_over(day, json=json)


def _show_what_is_over(day: str | None, *, json: bool) -> None:
    with httpx.Client(timeout=_PATIENCE, trust_env=False, headers=find_home().service_headers()) as client:
        told = checked(client.get(f"{origin()}/intake/api/retention", params={"day": day} if day else {}))
    if json:
        show_json(told)
        return
    show_table(
        f"Over on {told['day']} ({told['source']})", ("person", "what"), [(each["person"], ", ".join(each["purposes"])) for each in told["items"]]
    )


@verb
def check_receipt(file: Annotated[Path, typer.Argument(help="a receipt, as --receipts writes it")], json: AsJson = False) -> None:
    """Whether this district signed exactly this receipt. Exit 1: it did not."""
    try:
        receipt = jsons.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise Invalid(Fault("/file", "unreadable"), message=f"{file} holds no receipt: it should be the JSON that ./tanggap erase writes") from None
    with httpx.Client(timeout=_PATIENCE, trust_env=False, headers=find_home().service_headers()) as client:
        ours = checked(client.post(f"{origin()}/intake/api/erasures/receipts/check", json=receipt))["ours"]
    show_json({"ours": ours}) if json else show_table("Receipt", ("file", "ours"), [(file, "yes" if ours else "no")])
    if not ours:
        raise typer.Exit(FOUND_A_PROBLEM)


def _sent(body: dict[str, Any]) -> dict[str, Any]:
    headers = find_home().service_headers() | {"idempotency-key": str(uuid4())}
    with httpx.Client(timeout=_PATIENCE, trust_env=False, headers=headers) as client:
        told: dict[str, Any] = checked(client.post(f"{origin()}/intake/api/erasures", json=body))
        deadline = time.monotonic() + _PATIENCE
        while told["state"] == "underway" and time.monotonic() < deadline:
            time.sleep(_LOOK)
            told = checked(client.get(f"{origin()}/intake/api/erasures/{body['person']}"))
    return told


def _keep(told: dict[str, Any], folder: Path | None) -> None:
    if folder and told["receipt"]:
        (folder / f"{told['person']}.json").write_text(jsons.dumps(told["receipt"], ensure_ascii=False), encoding="utf-8")


def _show(done: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        show_json(done)
        return
    rows = [(each["person"], each["state"], ", ".join(each["ends"]), _kept(each), _held(each)) for each in done]
    show_table("Erasure", ("person", "state", "ends", "kept", "held by"), rows)


def _kept(told: dict[str, Any]) -> str:
    return ", ".join(f"{each['purpose']} until {each['until'] or 'further notice'} ({each['rule']})" for each in told["kept"])


def _held(told: dict[str, Any]) -> str:
    return ", ".join(f"{each['what']} {each['about']}" for each in told["holds"])
