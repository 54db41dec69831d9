"""Reads partner agencies from HSDS 3.0 organisation JSON: a file, a list or a folder. It is lenient, because districts write HSDS in many ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import Fault, Invalid


@dataclass(frozen=True, slots=True)
class AgencyRead:
    """What notifications needs to know about an agency."""

    id: str
    name: str
    kind: str
    services: tuple[str, ...]
    url: str | None
    secret: str | None

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "services": list(self.services),
            "url": self.url,
            "secret": self.secret,
        }


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that cannot be used: where it stands, and why."""

    place: str
    reason: str


def read_agencies(path: Path) -> tuple[list[AgencyRead], list[Skipped]]:
    """The agencies, and what was skipped. Raises: Invalid: the file is not JSON."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    read: list[AgencyRead] = []
    skipped: list[Skipped] = []
    for file in files:
        for place, entry in _entries(file):
            found = _agency(entry)
            if isinstance(found, str):
                skipped.append(Skipped(place, found))
            else:
                read.append(found)
    return read, skipped


def _entries(file: Path) -> Iterator[tuple[str, Any]]:
    try:
        told = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise Invalid(Fault("", "no-such-file"), message=f"{file}: there is no such file") from error
    except (ValueError, OSError) as error:
        raise Invalid(Fault(f"/{file.name}", "not-json"), message=f"{file.name} is not JSON: export it again") from error
    inner = told.get("contents") or told.get("organizations") if isinstance(told, dict) else told
    entries = inner if isinstance(inner, list) else [told]
    for number, entry in enumerate(entries):
        yield f"{file.name}[{number}]", entry


def _agency(entry: Any) -> AgencyRead | str:
    if not isinstance(entry, dict):
        return "not an object"
    if isinstance(entry.get("organization"), dict):  # a service_full: its organisation is inside
        entry = entry["organization"] | {"services": [entry]}
    if not entry.get("id") or not entry.get("name"):
        return "no id or name"
    ours = {each.get("label"): each.get("value") for each in entry.get("attributes") or [] if isinstance(each, dict)}
    services = tuple(str(each["name"])[:300] for each in entry.get("services") or [] if isinstance(each, dict) and each.get("name"))
    return AgencyRead(
        id=str(entry["id"]),
        name=str(entry["name"])[:300],
        kind=str(ours.get("tanggap.kind") or "")[:100],
        services=services,
        url=ours.get("tanggap.webhook"),
        secret=ours.get("tanggap.secret"),
    )
