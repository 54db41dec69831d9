"""The verbs `calendar show` and `calendar set`; both need a running district."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from district.commands.directory import AsJson, origin
from district.commands.shell import checked, show_json, show_table, verb
from district.home import find_home
from shared.errors import Fault, Invalid

calendar = typer.Typer(no_args_is_help=True, help="School days, holidays, half days and zones: of the district, of a kind of school, of a school")

School = Annotated[str | None, typer.Option(help="id of one school")]
Kind = Annotated[str | None, typer.Option(help="a kind of school: sd, smp, sma, smk, slb or other")]


@calendar.command("show")
@verb
def show(school: School = None, json: AsJson = False) -> None:
    """What was said of every calendar; with --school, the calendar of that school as it counts now."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        path = f"/cases/api/calendar/schools/{school}" if school else "/cases/api/calendar"
        told = checked(client.get(f"{origin()}{path}", headers=find_home().service_headers()))
    if json:
        show_json(told)
        return
    for each in [told] if school else told["items"]:
        show_table(f"Calendar of {each.get('of', school)}", ("what", "from", "to", "name"), _rows(each))


@calendar.command("set")
@verb
def set_calendar(
    file: Annotated[Path, typer.Argument(help="TOML with zone, school_days, holidays and half_days, all optional")],
    school: School = None,
    kind: Kind = None,
    json: AsJson = False,
) -> None:
    """Says one calendar anew, whole: the district's, or that of a kind of school or of a school."""
    if school and kind:
        raise Invalid(Fault("", "school-or-kind"), message="give --school or --kind, not both")
    place = f"/schools/{school}" if school else f"/kinds/{kind}" if kind else ""
    with httpx.Client(timeout=60, trust_env=False) as client:
        answer = client.post(f"{origin()}/cases/api/calendar{place}/set-calendar", json=read_calendar(file), headers=find_home().service_headers())
    told = checked(answer)
    if json:
        show_json(told)
    else:
        show_table("Calendar", ("set for",), [(told["of"],)])


def read_calendar(file: Path) -> dict[str, Any]:
    """What a file says, as JSON has it. Raises: Invalid: there is no such file, or it is no TOML."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Invalid(Fault("", "no-such-file"), message=f"{file}: there is no such file") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(Fault("", "not-toml"), message=f"{file}: not a calendar in TOML ({error})") from None
    return {name: _as_json(value) for name, value in said.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return {name: _as_json(each) for name, each in value.items()} if isinstance(value, dict) else value


def _rows(told: dict[str, Any]) -> list[tuple[object, ...]]:
    days = [("holiday", each["first"], each["last"], each["name"]) for each in told["holidays"]]
    halves = [(f"half day until {each['until'][:5]}", each["first"], each["last"], each["name"]) for each in told["half_days"]]
    return [("zone", told["zone"], "", ""), ("school days", ", ".join(map(str, sorted(told["school_days"]))), "", ""), *days, *halves]
