"""Search parameters and the bundle that answers them. An unknown parameter is passed over, as FHIR asks; a wrong value is named."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from shared.errors import Fault, Invalid

_PAGE, _MOST = 50, 200
_PREFIXES: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "eq": operator.eq,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}
"""How a moment is compared with the one that is asked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked. asked: parameters by name, with each value that was sent."""

    asked: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, request: Request) -> Search:
        """What stands behind the question mark."""
        return cls({name: request.query_params.getlist(name) for name in request.query_params})

    def codes(self, name: str) -> frozenset[str] | None:
        """Any of these; None where nothing is asked. `system|code` counts by its code, a reference by its id."""
        values = [part.strip() for value in self.asked.get(name, ()) for part in value.split(",") if part.strip()]
        return frozenset(value.rpartition("|")[2].rpartition("/")[2] for value in values) or None

    def text(self, name: str) -> str | None:
        """A text that something begins with, without regard to case."""
        return next((value.strip().casefold() for value in self.asked.get(name, ()) if value.strip()), None)

    def moments(self, name: str) -> Sequence[tuple[str, datetime]]:
        """Prefixes with their moments. Raises: Invalid: no moment."""
        return [_moment(name, value) for value in self.asked.get(name, ())]

    @property
    def size(self) -> int:
        """Of a page. Raises: Invalid."""
        return min(_number("_count", self.asked.get("_count", ()), _PAGE), _MOST)

    @property
    def after(self) -> int:
        """How many come before this page. Raises: Invalid."""
        return _number("_offset", self.asked.get("_offset", ()), 0)


def _number(name: str, values: Sequence[str], without: int) -> int:
    if not values:
        return without
    if not (values[0].isascii() and values[0].isdigit() and len(values[0]) < 7):  # noqa: PLR2004 - a million rows are none
        raise Invalid(Fault(f"/{name}", "not-a-number"))
    return int(values[0])


def _moment(name: str, value: str) -> tuple[str, datetime]:
    prefix = value[:2] if value[:2] in _PREFIXES else "eq"
    try:
        at = datetime.fromisoformat(value.removeprefix(prefix).replace(" ", "+"))
    except ValueError as error:
        raise Invalid(Fault(f"/{name}", "not-a-moment")) from error
    return prefix, at if at.tzinfo else at.replace(tzinfo=UTC)


def fits(at: datetime, wanted: Sequence[tuple[str, datetime]]) -> bool:
    """Whether a moment is within what was asked."""
    return all(_PREFIXES[prefix](at, than) for prefix, than in wanted)


def bundle(base: str, kind: str, search: Search, found: Sequence[dict[str, Any]], total: int) -> dict[str, Any]:
    """A page of what was found. base: address of the server. total: on all pages."""
    asked = [(name, value) for name, values in search.asked.items() for value in values if name != "_offset"]
    link = [{"relation": "self", "url": _url(base, kind, asked, search.after)}]
    if search.after + len(found) < total and found:
        link.append({"relation": "next", "url": _url(base, kind, asked, search.after + len(found))})
    told: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": link}
    entries = [{"fullUrl": f"{base}/{kind}/{each['id']}", "resource": each, "search": {"mode": "match"}} for each in found]
    return told | ({"entry": entries} if entries else {})


def _url(base: str, kind: str, asked: Sequence[tuple[str, str]], after: int) -> str:
    query = urlencode([*asked, *([("_offset", str(after))] if after else [])])
    return f"{base}/{kind}" + (f"?{query}" if query else "")
