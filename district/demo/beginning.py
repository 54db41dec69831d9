"""How the day begins: the roster, the partner agencies, and the concerns that come in over all channels."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from district.agencies import read_agencies
from district.commands.directory import import_bundle
from district.commands.shell import checked
from district.demo.day import Day
from district.demo.kept import digest_of
from district.sample.agencies import organizations
from district.sample.concerns import concerns
from district.sample.office import appoint_office
from district.sample.people import OFFICE, District
from district.sample.roster import write_roster
from shared.errors import Fault, Invalid


def import_the_roster(day: Day) -> None:
    """The sample's, or one's own."""
    bundle = day.own.roster or write_roster(day.district, day.stage.home.folder / "demo-roster.zip")
    import_bundle(day.stage.origin, day.stage.home.service_headers(), bundle, allow_drop=False)


def appoint_the_office(day: Day) -> None:
    """The district's own people stand in no export. Whoever acts on this day is waited for, until the services know of them."""
    own = District([], day.district.people) if day.own.roster else day.district
    appoint_office(day.client, day.stage.origin, day.stage.home.service_headers(), own)
    leading = [] if day.own.roster else [each for each in day.district.people if {"principal", "counsellor"} & set(each.roles)]
    for person in (*day.district.of(OFFICE.key, "staff")[:2], *leading):
        headers = day.stage.token(day.ids(person.key))
        day.wait(partial(_is_known, day, headers), f"the services know {person.key}")


def _is_known(day: Day, headers: dict[str, str]) -> bool:
    paths = ("cases/api/lists", "notifications/api/agencies")
    return all(day.client.get(f"{day.stage.origin}/{path}", headers=headers).is_success for path in paths)


def import_the_agencies(day: Day) -> None:
    """The sample's, whose webhooks are simulated here, or one's own."""
    for agency in read_agencies(day.own.agencies or sample_agencies(day))[0]:
        checked(day.client.post(f"{day.stage.origin}/notifications/api/agencies", json=agency.body(), headers=day.stage.home.service_headers()))


def sample_agencies(day: Day) -> Path:
    """The file of the sample's agencies."""
    file = day.stage.home.folder / "demo-agencies-hsds.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(organizations(day.stage.agency_origin, day.stage.secrets)), encoding="utf-8")
    return file


def raise_all(day: Day) -> None:
    """Raises every concern, and waits until each has its case."""
    for each in read_concerns(day.own.concerns) if day.own.concerns else concerns(day.district, day.ids):
        day.raise_concern(each)
    day.wait_for_cases()


def read_concerns(file: Path) -> list[dict[str, Any]]:
    """Concerns of one's own: one JSON object a line. Raises: Invalid: there is no such file, or a line is no JSON object."""
    try:
        lines, digest = file.read_text(encoding="utf-8").splitlines(), digest_of(file)
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(Fault("", "not-readable"), message=f"{file}: cannot be read as a text in UTF-8 ({type(error).__name__})") from error
    return [
        {"key": f"{digest}-{number}", "note": "own", "body": _concern(file, number, line)}
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _concern(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
        told["students"] = list(told["students"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid(Fault(f"/{number}", "not-a-concern"), message=f"{file.name} line {number} is no concern with students, in JSON") from error
    concern: dict[str, Any] = told
    return concern
