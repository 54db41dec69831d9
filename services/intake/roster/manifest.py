"""manifest.csv: which system sent a bundle, and which files are whole (bulk), hold only changes (delta) or are not meant (absent)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from shared.errors import Fault, Invalid

Mode = Literal["bulk", "delta", "absent"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """version: of OneRoster. source: the name of the sending system. modes: what the manifest says of each file, by its name without ending."""

    version: str = "1.1"
    source: str = "roster"
    modes: Mapping[str, Mode] = field(default_factory=dict)

    def whole(self, name: str) -> bool:
        """Whether the file, where it is there, is a full snapshot: who is missing in it is gone."""
        return self.modes.get(name, "bulk") == "bulk"

    def meant(self, name: str) -> bool:
        """Whether the file is to be read at all."""
        return self.modes.get(name) != "absent"


def read_manifest(text: str) -> Manifest:
    """Raises: Invalid: a mode that OneRoster does not know. csv.Error."""
    told = {row[0].strip(): row[1].strip() for row in csv.reader(io.StringIO(text, newline="")) if len(row) > 1}
    default = Manifest()
    return Manifest(
        told.get("oneroster.version", default.version),
        told.get("source.systemCode") or told.get("source.systemName") or default.source,
        {key.removeprefix("file.").lower(): _mode(key, value) for key, value in told.items() if key.startswith("file.") and value},
    )


def _mode(key: str, value: str) -> Mode:
    mode = value.lower()
    if mode not in get_args(Mode):
        raise Invalid(Fault(f"/manifest.csv/{key}", "unknown-mode"), message=f"manifest.csv: {key} is none of bulk, delta, absent: correct it")
    return cast("Mode", mode)
