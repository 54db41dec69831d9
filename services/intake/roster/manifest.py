"""manifest.csv: which system sent a bundle, and which files are whole (bulk), hold only changes (delta) or are not meant (absent)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from services.intake.roster.untrusted import untrusted

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


def read_manifest(rows: Iterable[Sequence[str]]) -> Manifest:
    """Names of properties are read in any letter case. Raises: Invalid: a mode that OneRoster does not know."""
    told = {row[0].strip().lower(): row[1].strip() for row in rows if len(row) > 1}
    default = Manifest()
    return Manifest(
        told.get("oneroster.version", default.version),
        told.get("source.systemcode") or told.get("source.systemname") or default.source,
        {key.removeprefix("file."): _mode(key, value) for key, value in told.items() if key.startswith("file.") and value},
    )


def _mode(key: str, value: str) -> Mode:
    mode = next((each for each in get_args(Mode) if each == value.lower()), None)
    if mode is None:
        raise untrusted("unknown-mode", f"/manifest.csv/{key}")
    return cast("Mode", mode)
