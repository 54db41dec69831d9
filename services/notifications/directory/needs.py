"""What a student may need from an agency, as data beside this module: words by which agencies that answer it are found."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).parent / "needs.toml"


class Need(BaseModel):
    """title: Indonesian, English. kinds: of agencies. words: beginnings of words, in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: tuple[str, str]
    kinds: tuple[str, ...]
    words: tuple[str, ...]

    def answered_by(self, kind: str, text: str) -> bool:
        """kind: of the agency. text: what is said of a service."""
        return kind in self.kinds or any(begins_a_word(each, text) for each in self.words)


@cache
def needs() -> Mapping[str, Need]:
    """By code, in the order in which they are offered."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {code: Need.model_validate(each) for code, each in told.items()}


def begins_a_word(beginning: str, text: str) -> bool:
    """Whether a word of the text begins so, in whatever case."""
    return re.search(rf"\b{re.escape(beginning)}", text, re.IGNORECASE) is not None
