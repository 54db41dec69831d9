"""Whole streams with the state they fold to, and the state of a decision unit as JSON.

`histories/<service>/<name>.json` holds the bodies of a stream in order (`events`) and what they fold to (`state`). A new history is written by hand
without its state; `python -m tests.golden.write` adds what the code of that day makes of it, and never changes one that is there. Where a state must
change because an event got a new version, take the old one out first: the review sees the difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.cases.domain.case.worked_out import WorkedOut
from shared.decider import Decider
from tests.golden.stored import Stored, decider_of

FOLDER = Path(__file__).parent / "histories"
DERIVED = ("state", "named", "desk", "owner")
"""What others ask a case for and no field holds."""


@dataclass(frozen=True, slots=True)
class History:
    """events: bodies as a store holds them. state: what they fold to; None where nobody has recorded it yet."""

    service: str
    path: Path
    events: Sequence[Mapping[str, Any]]
    state: Mapping[str, Any] | None

    @property
    def decider(self) -> Decider[Any, Any, Any]:
        """The one unit of the service that knows every event of the stream."""
        return decider_of(self.service, {event["type"] for event in self.events})

    def folded(self) -> dict[str, Any]:
        """What today's code makes of the stream."""
        found: dict[str, Any] = told(self.decider.fold(self.decoded()))
        return found

    def decoded(self) -> Sequence[Any]:
        """The events as today's code reads them."""
        kept = [Stored(place, event["type"], event["version"], json.dumps(event)) for place, event in enumerate(self.events, 1)]
        return self.decider.codec.decode_many(kept)

    def save(self) -> None:
        """One event a line."""
        events = ",\n".join(_written(event) for event in self.events)
        state = "" if self.state is None else f',\n"state": {_written(self.state)}'
        self.path.write_text(f'{{"events": [\n{events}\n]{state}\n}}\n', encoding="utf-8")

    def __str__(self) -> str:
        return f"{self.service}/{self.path.stem}"


def histories(folder: Path = FOLDER) -> Sequence[History]:
    """Every recorded stream."""
    return [_read(path) for path in sorted(folder.glob("*/*.json"))]


def told(state: Any) -> Any:
    """A state as JSON: fields by name, entries of a mapping as pairs, sets in order, events as they are written."""
    if isinstance(state, BaseModel):
        return state.model_dump(mode="json")
    if is_dataclass(state) and not isinstance(state, type):
        return {**{field.name: told(getattr(state, field.name)) for field in fields(state)}, **_derived(state)}
    if isinstance(state, Mapping):
        return sorted([[told(key), told(value)] for key, value in state.items()], key=lambda pair: json.dumps(pair[0]))
    if isinstance(state, frozenset | set):
        return sorted((told(each) for each in state), key=json.dumps)
    if isinstance(state, tuple | list):
        return [told(each) for each in state]
    return state.isoformat() if isinstance(state, datetime) else state


def difference(before: Any, now: Any, at: str = "") -> str | None:
    """Where today's state is not the recorded one. Fields that a later release adds are no difference; a missing or changed one is."""
    if isinstance(before, dict) and isinstance(now, dict):
        return next((found for name, each in before.items() if (found := _field_difference(name, each, now, at))), None)
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return next((found for place, each in enumerate(before) if (found := difference(each, now[place], f"{at}[{place}]"))), None)
    return None if before == now else f"{at or 'the state'} was {before!r}, is {now!r}"


def _field_difference(name: str, before: Any, now: Mapping[str, Any], at: str) -> str | None:
    where = f"{at}.{name}" if at else name
    return difference(before, now[name], where) if name in now else f"{where} is gone"


def _derived(state: Any) -> dict[str, Any]:
    found = {name: vars(type(state)).get(name) for name in DERIVED}
    return {name: told(getattr(state, name)) for name, each in found.items() if isinstance(each, property | cached_property | WorkedOut)}


def _written(each: Mapping[str, Any]) -> str:
    return json.dumps(each, ensure_ascii=False, separators=(",", ":"))


def _read(path: Path) -> History:
    found = json.loads(path.read_text(encoding="utf-8"))
    return History(path.parent.name, path, found["events"], found.get("state"))
