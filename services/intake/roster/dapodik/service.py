"""Dapodik's local web service: one school, a bearer token made in its settings, answers in pages (docs/sources.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from pydantic import JsonValue

from services.intake.roster.dapodik.answers import ENDPOINTS, FIELDS, Answer, read_answer
from services.intake.roster.dapodik.told import Subject
from services.intake.roster.fetched import Asking
from services.intake.roster.untrusted import untrusted

PORT = 5774
"""Where Dapodik serves."""

LIMIT = 500
"""Rows in a page."""

MOST_PAGES = 100

_PAGED: tuple[Subject, ...] = ("students", "staff")
"""What is answered in pages; the rest comes whole."""

Progress = Callable[[str, int], None]
"""Called with the endpoint and how many rows of it are there."""


def _quiet(endpoint: str, rows: int) -> None:
    """No progress is shown."""
    del endpoint, rows


async def fetch(asking: Asking, address: str, token: str, npsn: str, progress: Progress = _quiet) -> Mapping[PurePosixPath, bytes]:
    """The answers of a school as files of one folder, with the fields of the allow-list alone. address: as in `http://192.168.1.5:5774`.

    Raises: Invalid: a wrong token or address, or an answer that is none. Unavailable: it does not answer.
    """
    service = _Service(asking, address.rstrip("/"), token, npsn)
    files: dict[PurePosixPath, bytes] = {}
    for subject, endpoint in ENDPOINTS.items():
        rows = await service.rows(subject)
        progress(endpoint, len(rows))
        told = rows[0] if subject == "school" and rows else rows
        files[PurePosixPath(npsn, f"{endpoint}.json")] = json.dumps({"results": len(rows), "rows": told}, ensure_ascii=False).encode()
    return files


class _Service:
    def __init__(self, asking: Asking, address: str, token: str, npsn: str) -> None:
        self._asking, self._address, self._npsn = asking, address, npsn
        self._headers = {"authorization": f"Bearer {token}", "accept": "application/json"}

    async def rows(self, subject: Subject) -> list[dict[str, JsonValue]]:
        """Every row once. A service that knows no pages answers the same rows again, and is not asked any further.

        Raises: Invalid: it says that there are more rows than it gives.
        """
        found: dict[str, dict[str, JsonValue]] = {}
        wanted = 0
        for page in range(1, MOST_PAGES + 1):
            answer = await self._page(subject, page)
            wanted, before = max(wanted, answer.results or 0), len(found)
            found |= {_key(subject, row, before + place): row for place, row in enumerate(answer.listed)}
            is_last = len(found) == before or (len(answer.listed) < LIMIT and len(found) >= wanted)
            if subject not in _PAGED or is_last:
                break
        if len(found) < wanted:
            raise untrusted("half-answer", f"/{ENDPOINTS[subject]}", place=f"{ENDPOINTS[subject]} ({len(found)}/{wanted})")
        return list(found.values())

    async def _page(self, subject: Subject, page: int) -> Answer:
        endpoint = ENDPOINTS[subject]
        params: dict[str, str | int] = {"npsn": self._npsn, **({"page": page, "limit": LIMIT} if subject in _PAGED else {})}
        answer = await self._asking.get(f"{self._address}/WebService/{endpoint}", params=params, headers=self._headers)
        return read_answer(subject, PurePosixPath(f"{endpoint}.json"), answer.content)


def _key(subject: Subject, row: Mapping[str, JsonValue], place: int) -> str:
    column = next(column for column, name in FIELDS[subject].items() if name == "id")
    return str(row.get(column) or f"row {place}")
