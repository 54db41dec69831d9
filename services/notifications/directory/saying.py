"""The sentence of each comparison, in both languages, from the file beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from services.notifications.directory.searching import Code, Fit, Reason
from shared.errors import Sentences

_FILE = Path(__file__).parent / "fits.toml"


@cache
def _said() -> Mapping[Code, Mapping[Fit, tuple[str, str]]]:
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return TypeAdapter(dict[Code, dict[Fit, tuple[str, str]]]).validate_python(told)


def sentences(reason: Reason) -> Sentences:
    """For a person."""
    indonesian, english = _said()[reason.code][reason.fit]
    return Sentences(indonesian.format(about=reason.about), english.format(about=reason.about))
