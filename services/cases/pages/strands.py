"""A strand of a case as its page shows it: what a reporter said, what they added, what was written back to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.cases.pages.links import Link
from services.cases.pages.screen import CATEGORIES, FACTS
from shared.pages import Text

ANSWERS = "answer-reporter"
"""The step by which somebody writes to a reporter."""
ASKS = "ask-reporter"
"""The step by which somebody asks who reported."""


def strand_shown(strand: Mapping[str, Any], names: Mapping[str, str], links: Sequence[Link]) -> dict[str, Any]:
    """strand: as the reader may see it. names: of who wrote back. links: the steps of the case."""
    facts: Mapping[str, bool] = strand.get("facts", {})
    return {
        "concern": strand["concern"],
        "at": strand["recorded_at"],
        "categories": [text for code, text in CATEGORIES.items() if code in strand.get("categories", ())],
        "text": strand["text"],
        "confidential": strand.get("reporter_kind") == "confidential",
        "description": strand.get("description"),
        "facts": [text for code, text in FACTS.items() if facts.get(code)],
        "said": _dialogue(strand["additions"], strand["answers"], names),
        "links": [each for each in links if each.called in (ANSWERS, ASKS) and each.subject == strand["concern"]],
    }


def brought_in_shown(told: Mapping[str, Any], titles: Mapping[str, Text]) -> dict[str, Any] | None:
    """Of a case that ran on paper: since when, what was done, what was to come next. told: the case. titles: of the strategies."""
    brought_in = told.get("brought_in")
    if not brought_in:
        return None
    services = [{"what": titles[each["strategy"]], "at": each["at"], "text": each["words"]} for each in brought_in["services"]]
    return {name: brought_in[name] for name in ("concern", "at", "next_step", "next_by")} | {"services": services}


def _dialogue(additions: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What both sides wrote after the first words, in the order in which they did."""
    theirs = [((place, 1), {"at": each["recorded_at"], "text": each["text"], "ours": False, "by": ""}) for place, each in enumerate(additions)]
    ours = [((each["after"], 0), {"at": each["at"], "text": each["text"], "ours": True, "by": names.get(each.get("by", ""), "")}) for each in answers]
    return [said for _, said in sorted([*theirs, *ours], key=lambda each: each[0])]
