"""Reads the form of a case that runs on paper: what was typed, as the body of its command, and what is wrong at which field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from services.cases.commands.bodies import body_of
from services.cases.domain.case.paper import MOST_SERVICES, BringIn
from services.cases.forms.faults import sentence_of
from services.cases.forms.filling import LAST_MINUTE
from shared.errors import Sentences
from shared.typed import with_plain_line_breaks

PARTS = ("strategy", "at", "words")
"""Of one thing that was done."""

Faults = dict[str, Sentences]

FUTURE = Sentences("Hari ini atau sebelumnya: kasus ini sudah berjalan.", "Today or earlier: this case runs already.")
PASSED = Sentences("Pilih hari ini atau hari yang akan datang.", "Choose today or a day that is to come.")
OUTSIDE = Sentences("Di antara hari kasus dimulai dan hari ini.", "Between the day on which the case began and today.")


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, each with all of its values."""

    fields: Mapping[str, Sequence[str]]

    def line(self, name: str) -> str:
        """The first value, as it is kept; nothing where it was left empty."""
        values = self.fields.get(name, ())
        return str(with_plain_line_breaks(values[0])).strip() if values else ""

    def several(self, name: str) -> list[str]:
        return [each for each in self.fields.get(name, ()) if each]

    def rows(self) -> list[int]:
        """The numbers of the rows in which anything was typed."""
        return [number for number in range(MOST_SERVICES) if any(self.line(f"services-{number}-{part}") for part in PARTS)]


def read(typed: Typed, student: str, zone: ZoneInfo, now: datetime) -> tuple[dict[str, Any], Faults]:
    """The body as its command takes it, or what is wrong."""
    said: dict[str, Any] = {**_lines(typed), "student": student, "categories": typed.several("categories"), "accused": typed.several("accused")}
    said |= {name: _day(typed.line(name), hour, zone) for name, hour in (("happened_at", time()), ("next_by", LAST_MINUTE)) if typed.line(name)}
    said["services"] = [_service(typed, number, zone) for number in typed.rows()]
    try:
        body = body_of(BringIn, in_path=("school",)).model_validate(said).model_dump()
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        faults = {_field(each["loc"], typed.rows()): sentence_of(each["type"]) for each in found}
        return {}, _since(typed) | faults
    return body, _since(typed) | dict(_impossible(body, typed.rows(), now))


def _lines(typed: Typed) -> dict[str, str]:
    names = ("role", "kind", "urgency", "text", "to", "next_step")
    return {name: typed.line(name) for name in names if typed.line(name)}


def _service(typed: Typed, number: int, zone: ZoneInfo) -> dict[str, str]:
    said = {part: typed.line(f"services-{number}-{part}") for part in PARTS if typed.line(f"services-{number}-{part}")}
    return said | ({"at": _day(said["at"], time(), zone)} if "at" in said else {})


def _day(said: str, hour: time, zone: ZoneInfo) -> str:
    """As it was typed where it is no day: the body says what is wrong with it."""
    try:
        return datetime.combine(date.fromisoformat(said), hour, zone).isoformat()
    except ValueError:
        return said


def _field(place: Sequence[str | int], rows: Sequence[int]) -> str:
    match place:
        case ("services", int(number), str(part)):
            return f"services-{rows[number]}-{part}"
        case (str(name), *_):
            return name
        case _:
            return ""


def _since(typed: Typed) -> Faults:
    """The command itself takes today for a day that nobody says; of a paper file somebody says it."""
    return {} if typed.line("happened_at") else {"happened_at": sentence_of("missing")}


def _impossible(body: Mapping[str, Any], rows: Sequence[int], now: datetime) -> Iterator[tuple[str, Sentences]]:
    since = body["happened_at"]
    if since is None:
        return
    if since > now:
        yield "happened_at", FUTURE
    if body["next_by"] <= now:
        yield "next_by", PASSED
    for number, each in zip(rows, body["services"], strict=True):
        if not since <= each["at"] <= now:
            yield f"services-{number}-at", OUTSIDE
