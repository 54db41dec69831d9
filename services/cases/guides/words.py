"""What guides say besides the pages' own sentences: read from `words.toml` when the service starts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.events import Role

_FILE = Path(__file__).with_suffix(".toml")

Pair = tuple[str, str]
"""Indonesian and English."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Job(_Shape):
    """What somebody does with Tanggap, step by step."""

    roles: tuple[Role, ...]
    title: Pair
    steps: tuple[Pair, ...]


class Reminder(_Shape):
    """roles: empty where it is for everybody."""

    roles: tuple[Role, ...] = ()
    text: Pair


class GuideWords(_Shape):
    """sees: by role, what its holder sees at all. Whoever has no row there has no guide."""

    sees: Mapping[Role, Pair]
    jobs: tuple[Job, ...]
    keep_in_mind: tuple[Reminder, ...]


WORDS = GuideWords.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))
