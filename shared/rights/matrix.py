"""The reviewed file of who may do what with a case, read once and checked (matrix.toml; ADR 31)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import StartRefused
from shared.events import StaffRole

MATRIX = Path(__file__).parent / "matrix.toml"

Relation = Literal[
    "named", "suspended", "assigned", "deputy", "unassigned", "nobodys", "coordinator", "took-over", "colleague", "principal", "escalated", "duty",
    "auditor", "present", "receiver", "asked",
]  # fmt: skip
Level = Literal["content", "summary", "metadata", "present", "receiver", "participant", "nothing"]
"""From the most to the least."""

Part = Literal["list", "summary", "strands", "here", "proofs", "readers", "decisions", "documents"]
Reader = Literal["owner", "named", "case", "leader", "glass", "glass-of-two"]
Pair = tuple[str, str]
"""The same in Indonesian and English."""

LEVELS: tuple[Level, ...] = get_args(Level)
EVERY_GROUP = "*"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RelationRow(_Row):
    """One relation. roles: whose it can be, none where it is anybody's. at: the school where the role must hold. commands: groups, `*` for all."""

    at: Literal["case", "elsewhere", "receiving"]
    sees: Level
    commands: frozenset[str]
    roles: frozenset[StaffRole] = frozenset()
    names: Pair
    because: Pair
    keeps_away: Annotated[bool, Field(alias="keeps-away")] = False
    reason: bool = False

    def gives(self, group: str) -> bool:
        """Whoever stands so may give the commands of this group."""
        return EVERY_GROUP in self.commands or group in self.commands


class Summary(_Row):
    """What a summary is made of: fields of the case, fields of an event's data, types of events."""

    fields: tuple[str, ...]
    data: frozenset[str]
    events: frozenset[str]


class Metadata(_Row):
    """The fields of a case that metadata have besides the summary."""

    fields: tuple[str, ...]


class Matrix(_Row):
    """The whole file."""

    relations: Mapping[Relation, RelationRow]
    levels: Mapping[Level, frozenset[Part]]
    strategies: Mapping[str, frozenset[Reader]]
    summary: Summary
    metadata: Metadata

    def shows(self, level: Level, part: Part) -> bool:
        """Whether this part of a case is seen at this level."""
        return part in self.levels[level]

    def require_groups(self, groups: Iterable[str]) -> None:
        """Raises: StartRefused: a relation names a group that the permission file does not have."""
        known = {EVERY_GROUP, *groups}
        for name, row in self.relations.items():
            if unknown := sorted(row.commands - known):
                raise StartRefused(f"{MATRIX.name}: [relations.{name}] gives {', '.join(unknown)}, which shared/permissions.toml does not have")


@cache
def matrix(path: Path = MATRIX) -> Matrix:
    """The file. Raises: StartRefused: it cannot be read, or a relation or level has no row."""
    try:
        found = Matrix.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise StartRefused(f"{path.name} cannot be read: {error}") from error
    missing = [*(each for each in get_args(Relation) if each not in found.relations), *(each for each in LEVELS if each not in found.levels)]
    if missing:
        raise StartRefused(f"{path.name} has no row for {', '.join(missing)}: say who may what")
    return found
