"""The ways in which a comment cites a page of docs/, and whether what it cites is there.

A citation is a page with, after a comma, its sections: `domain.md, Conflicts`, `domain.md, Urgency: duty and steps`. It ends at a bracket, a full stop or
a semicolon. A decision of the architecture page is cited by its number (`decision 8`), a page of docs/adr likewise (`ADR 4`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.comments import ROOT

PAGE = re.compile(r"(?P<page>(?:[\w.-]+/)*[\w-]+\.md)\b(?P<sections>, [^().;]+)?")
DECISION = re.compile(r"\b[Dd]ecisions? (?P<numbers>\d+(?:(?:, | and | to )\d+)*)")
ADR = re.compile(r"\bADRs? (?P<numbers>\d+(?:(?:, | and | to )\d+)*)")


def headings(page: Path) -> list[str]:
    """The headings of a Markdown page."""
    return [line.lstrip("# ").strip() for line in page.read_text(encoding="utf-8").splitlines() if re.match(r"#+ ", line)]


def broken(text: str, *, beside: Path | None = None, root: Path = ROOT) -> Iterator[str]:
    """What is wrong with the citations of a passage, a sentence each.

    beside: the folder of a Markdown page; prose may go on after a comma there, so only the page must exist, in that folder too.
    """
    for match in PAGE.finditer(text):
        page = _page(match["page"], beside, root)
        if page is None:
            yield f"there is no page {match['page']}"
        elif match["sections"] and beside is None:
            yield from _sections_missing(page, match["sections"], root)
    yield from _numbers_missing(text, DECISION, _decisions(root), "docs/architecture.md has no decision")
    yield from _numbers_missing(text, ADR, _records(root), "docs/adr has no page")


def cited(text: str) -> set[str]:
    """The names of what a passage cites: pages, and `decision` or `ADR` where one is cited by its number."""
    found = {match["page"] for match in PAGE.finditer(text)}
    return found | ({"decision"} if DECISION.search(text) else set()) | ({"ADR"} if ADR.search(text) else set())


def _page(told: str, beside: Path | None, root: Path) -> Path | None:
    folders = (root / "docs", root, *((beside,) if beside else ()))
    return next((folder / told for folder in folders if (folder / told).is_file()), None)


def _sections_missing(page: Path, told: str, root: Path) -> Iterator[str]:
    known = {heading.casefold() for heading in headings(page)}
    for section in _sections(told.removeprefix(", ").strip(), known):
        plain = section.strip().casefold()
        if not plain.startswith("decision") and not {plain, f"the {plain}", plain.removeprefix("the ")} & known:
            yield f"{page.relative_to(root)} has no section {section.strip()!r}"


def _sections(told: str, known: set[str]) -> Iterator[str]:
    """The cited sections, one by one. A heading may have an "and" of its own: People come and go."""
    for part in re.split(r", |: ", told):
        yield from (part,) if part.strip().casefold() in known else part.split(" and ")


def _decisions(root: Path) -> set[int]:
    return {int(found[1]) for heading in headings(root / "docs" / "architecture.md") if (found := re.match(r"(\d+)\. ", heading))}


def _records(root: Path) -> set[int]:
    return {int(path.name[:4]) for path in (root / "docs" / "adr").glob("[0-9]*.md")}


def _numbers_missing(text: str, kind: re.Pattern[str], known: set[int], sentence: str) -> Iterator[str]:
    for match in kind.finditer(text):
        yield from (f"{sentence} {number}" for number in re.findall(r"\d+", match["numbers"]) if int(number) not in known)
