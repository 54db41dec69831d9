"""The golden files: one stored body each, as the release that first wrote it kept it.

`events/<service>/<type>.v<version>.json` holds every field; `….bare.json` holds null and leaves out whatever may be null or absent, for a store
holds both. `read_as/` has the same names and says how the release of today writes such a body again, where that is not the same values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.golden.stored import Stored

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Golden:
    """One file. kind: `<type>.v<version>`. bare: it holds no more than it must."""

    service: str
    type: str
    version: int
    bare: bool
    path: Path
    folder: Path

    @property
    def kind(self) -> str:
        return f"{self.type}.v{self.version}"

    @property
    def stored(self) -> Stored:
        return Stored(1, self.type, self.version, self.path.read_text(encoding="utf-8"))

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.stored.body)
        return found

    @property
    def read_as(self) -> Path:
        """Where it stands how the body is written again; absent where it is written as it was."""
        return self.folder / "read_as" / self.service / self.path.name

    @property
    def expected(self) -> dict[str, Any]:
        """What decoding and encoding make of the body."""
        if not self.read_as.exists():
            return self.body
        found: dict[str, Any] = json.loads(self.read_as.read_text(encoding="utf-8"))
        return found

    def __str__(self) -> str:
        return f"{self.service}/{self.path.name.removesuffix('.json')}"


def golden(folder: Path = FOLDER) -> Sequence[Golden]:
    """Every golden file, in the order of their names."""
    return [_named(path, folder) for path in sorted((folder / "events").glob("*/*.json"))]


def orphans(folder: Path = FOLDER) -> list[str]:
    """Expectations without their golden file."""
    known = {each.read_as for each in golden(folder)}
    return [f"{path.parent.name}/{path.name}" for path in sorted((folder / "read_as").glob("*/*.json")) if path not in known]


def by_kind(files: Sequence[Golden], *, bare: bool) -> Mapping[tuple[str, str], Golden]:
    """By service and `<type>.v<version>`."""
    return {(each.service, each.kind): each for each in files if each.bare is bare}


def _named(path: Path, folder: Path) -> Golden:
    bare = path.name.endswith(".bare.json")
    event_type, _, version = path.name.removesuffix(".json").removesuffix(".bare").rpartition(".v")
    return Golden(path.parent.name, event_type, int(version), bare, path, folder)
