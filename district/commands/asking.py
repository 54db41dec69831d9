"""`subject` and `breach`: what the law gives people about their data, each due in 3 × 24 hours. Both need a running district."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, get_args
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import typer

from district.commands.directory import origin
from district.commands.shell import checked, console, show_json, show_table, verb
from district.home import find_home
from services.intake.domain.subject_request import Right
from services.intake.subjects.routes import Asker
from shared.errors import Fault, Invalid
from shared.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
_PATIENCE = 120


@verb
def subject(
    person: Annotated[str, typer.Argument(help="id of whoever's data it is")],
    right: Annotated[str, typer.Option(help=" | ".join(get_args(Right)))] = "access",
    asker: Annotated[str, typer.Option(help="who asks: " + " | ".join(get_args(Asker)))] = "guardian",
    json: AsJson = False,
) -> None:
    """Writes down that somebody asks about their own data, and says by when it is answered. The copy itself is the district officer's to give."""
    for name, told, known in (("right", right, get_args(Right)), ("asker", asker, get_args(Asker))):
        if told not in known:
            raise Invalid(Fault(f"/{name}", "unknown"), message=f"--{name} should be one of {', '.join(known)}")
    headers = find_home().service_headers() | {"idempotency-key": str(uuid4())}
    with httpx.Client(timeout=_PATIENCE, trust_env=False, headers=headers) as client:
        body = {"person": person, "right": right, "asker": asker}
        told = checked(client.post(f"{origin()}/intake/api/subject-requests", json=body))
    if json:
        show_json(told)
        return
    show_table("Request", ("request", "person", "right", "due"), [(told["request"], told["person"], told["right"], told["due"])])


@verb
def breach(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="a day, two days, or two moments: 2026-11-27, 2026-11-25..2026-11-27")],
    reader: Annotated[str | None, typer.Option(help="id of whoever should not have read")] = None,
    case: Annotated[str | None, typer.Option(help="id of a case")] = None,
    json: AsJson = False,
) -> None:
    """Who read what of whom in a period, from the record of reads, and the notice to complete, due in 3 × 24 hours (UU 27/2022, 46)."""
    since, until = span(period, ZoneInfo(os.environ.get("TANGGAP_TIME_ZONE") or str(Settings.model_fields["time_zone"].default)))
    asked = {"since": since.isoformat(), "until": until.isoformat(), "reader": reader, "case": case}
    with httpx.Client(timeout=_PATIENCE, trust_env=False, headers=find_home().service_headers()) as client:
        told = checked(client.get(f"{origin()}/cases/api/breaches", params={name: value for name, value in asked.items() if value}))
    if json:
        show_json(told)
        return
    show_table("Read in that time", ("case", "student", "reader", "what", "first", "last", "reads"), [_row(each) for each in told["items"]])
    if told["notice"]:
        console.print(f"\n{told['notice']}", markup=False, soft_wrap=True)


def span(period: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From a moment until before another. period: as `breach` takes it; a day is one of that zone, and the last day counts whole.

    Raises: Invalid: it names no period.
    """
    first, _, last = period.partition("..")
    try:
        since, until = _begins(first, zone), _ends(last or first, zone)
    except (ValueError, OverflowError):
        raise _no_period(period) from None
    if until <= since:
        raise _no_period(period)
    return since, until


def _begins(told: str, zone: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(told)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _ends(told: str, zone: ZoneInfo) -> datetime:
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return _begins(told, zone)
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def _no_period(period: str) -> Invalid:
    told = f"{period} is no period: write a day such as 2026-11-27, or FIRST..LAST with two days or two moments"
    return Invalid(Fault("/period", "not-a-period"), message=told)


def _row(told: dict[str, Any]) -> tuple[object, ...]:
    return (*(told[name] for name in ("case", "student", "reader")), ", ".join(told["what"]), told["first"], told["last"], told["reads"])
