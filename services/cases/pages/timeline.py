"""The timeline of a case, newest first, filtered by strategy and person. A filter offers only what occurs in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from services.cases.pages.entries import Entry
from services.cases.reading.words import Words

FIRST = 15
"""Entries that stand open; older ones are folded."""


@dataclass(frozen=True, slots=True)
class Filtering:
    """What somebody wants to see. chapter: the strategy; actor: by id. Empty for all."""

    chapter: str = ""
    actor: str = ""

    def takes(self, entry: Entry) -> bool:
        return self.chapter in ("", entry.chapter) and self.actor in ("", entry.actor)


def timeline(entries: Sequence[Entry], wanted: Filtering, words: Words) -> dict[str, Any]:
    """What the template shows of it."""
    told = [each for each in reversed(entries) if not each.counting]
    shown = _together([each for each in told if wanted.takes(each)])
    return {
        "newest": shown[:FIRST],
        "older": shown[FIRST:],
        "counted": [each for each in reversed(entries) if each.counting],
        "chapters": [(name, words.titles[name]) for name in dict.fromkeys(each.chapter for each in told)],
        "people": sorted({(each.actor, each.by) for each in told if each.by}, key=lambda each: each[1].casefold()),
        "wanted": wanted,
    }


def _together(entries: Sequence[Entry]) -> list[Entry]:
    """What says the same several times in a row stands once, at its newest, with how often."""
    runs = [list(run) for _, run in groupby(entries, key=lambda each: (each.said, each.by, tuple(each.details)))]
    return [replace(run[0], times=len(run)) for run in runs]
