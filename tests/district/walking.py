"""Walks the pages of a running district as one person: everything that their role may open, and wherever its links lead (people.md, How pages are tested)."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from shared.pages.languages import LANGUAGES, Language
from tests.reading_pages import Judging, Page, read, wrong_hours

ROUTES: dict[str, list[str]] = json.loads((Path(__file__).parents[1] / "pinned" / "routes.json").read_text(encoding="utf-8"))
_NO_PAGE = re.compile(r"/(api|asyncapi|callbacks|docs|epochs|feed|fhir|heads|healthz|metrics|openid|readyz|static)(/|\.|$)")
_ONE_OF_MANY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{24,}|[A-Za-z0-9_-]{40,}|\d+")
SAME = 3
"""Pages of one kind that are looked at: cases, their forms, letters."""

ASKS_WHY = 428
"""The page that asks with which reason somebody opens a colleague's case."""

ZONE = "Asia/Jakarta"
"""Of the sample's schools."""


def starts(role: str) -> list[str]:
    """The pages without anything to fill in whose routes are for this role. role: empty for somebody who is not signed in."""
    routes = {route.removeprefix("GET "): roles for route, roles in ROUTES.items() if route.startswith("GET ")}
    return [path for path, roles in routes.items() if "{" not in path and not {role, "*"}.isdisjoint(roles)]


def kind_of(path: str) -> str:
    """The same for all cases, schools, letters."""
    return _ONE_OF_MANY.sub("*", path)


@dataclass
class Walk:
    """client: as the person. wrong: what was found. seen: how many pages of each kind."""

    client: httpx.Client
    judging: Judging
    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def through(self, first: Sequence[str]) -> None:
        """Every page from these on, in each language."""
        ahead, done = deque((path, "") for path in first), set[str]()
        while ahead:
            path, whence = ahead.popleft()
            if path in done or not self._is_wanted(path):
                continue
            done.add(path)
            self.seen[kind_of(path)] += 1
            ahead.extend(self._look(path, whence))

    def _is_wanted(self, path: str) -> bool:
        return not _NO_PAGE.search(urlsplit(path).path) and self.seen[kind_of(path)] < SAME

    def _look(self, path: str, whence: str) -> Iterator[tuple[str, str]]:
        """What it leads to, each with the page whose link that is; nothing where a page passes on by itself."""
        for language in LANGUAGES:
            answer = self.client.get(path, headers={"cookie": f"tanggap_language={language}"})
            if answer.has_redirect_location:
                yield from ((each, "") for each in self._here(answer.headers["location"], path))
            elif "text/html" in answer.headers.get("content-type", ""):
                yield from ((each, path) for each in self._read(answer, path, whence, language))

    def _read(self, answer: httpx.Response, path: str, whence: str, language: Language) -> Iterator[str]:
        page = read(answer.text)
        told = [*self.judging.of(page, language), *wrong_hours(page, ZONE)]
        if answer.is_error and whence not in ("", "/") and answer.status_code != ASKS_WHY:
            told.append(f"{whence} leads to {answer.status_code}")
        if answer.is_server_error:
            told.append(f"answers {answer.status_code}")
        self.wrong += [f"{path} ({language}): {each}" for each in told]
        yield from self._linked(page, path)

    def _linked(self, page: Page, path: str) -> Iterator[str]:
        for each in page.links:
            yield from self._here(each, path)

    def _here(self, link: str, path: str) -> Iterator[str]:
        """Links that stay in the district."""
        base = str(self.client.base_url).rstrip("/")
        address = urljoin(f"{base}{path}", link).partition("#")[0]
        if address.startswith(f"{base}/"):
            yield address.removeprefix(base)
