"""OneRoster 1.2 over REST, as a client: OAuth 2 client credentials, pages, and only what changed since a moment where that is asked for.

What is answered becomes the files of a CSV bundle with the columns that are read, so that one reader compares, refuses and sets aside.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from services.intake.roster.fetched import Asking
from services.intake.roster.untrusted import untrusted
from shared.typed import whole_number

BASE = "/ims/oneroster/rostering/v1p2"
SCOPE = " ".join(f"https://purl.imsglobal.org/spec/or/v1p2/scope/{name}.readonly" for name in ("roster-core", "roster-demographics"))
"""What is asked for: people, classes and birth dates, to be read."""

LIMIT = 500
MOST_PAGES = 10_000

Cells = Mapping[str, str]
Entry = Mapping[str, JsonValue]
Progress = Callable[[str, int], None]


class _Token(BaseModel):
    model_config = ConfigDict(extra="ignore")

    access_token: str


@dataclass(frozen=True, slots=True)
class Provider:
    """address: of the server. token_address: where tokens are given. source: how we call the system, as manifest.csv would."""

    address: str
    token_address: str
    client: str
    secret: str
    source: str


async def fetch(asking: Asking, provider: Provider, since: datetime | None, progress: Progress) -> Mapping[str, bytes]:
    """The files of a bundle by name. since: only what changed after it, as a delta; None for everything.

    Raises: Invalid: wrong credentials or address, or no OneRoster. Unavailable: it does not answer.
    """
    token = await _token(asking, provider)
    files: dict[str, list[Cells]] = {name: [] for name in _COLUMNS}
    for collection, told in _READ.items():
        count = 0
        async for entry in _entries(asking, provider, token, collection, since):
            count += 1
            for name, cells in told(entry):
                files[name].append(cells)
        progress(collection, count)
    mode = "delta" if since else "bulk"
    manifest = [("oneroster.version", "1.2"), ("source.systemCode", provider.source), *((f"file.{name}", mode) for name in files)]
    written = {f"{name}.csv": _csv(_COLUMNS[name], rows) for name, rows in files.items()}
    return {"manifest.csv": _csv(("propertyName", "value"), [{"propertyName": key, "value": value} for key, value in manifest]), **written}


async def _token(asking: Asking, provider: Provider) -> str:
    answer = await asking.post(
        provider.token_address, data={"grant_type": "client_credentials", "scope": SCOPE}, auth=(provider.client, provider.secret)
    )
    try:
        return _Token.model_validate_json(answer.content).access_token
    except ValidationError as error:
        raise untrusted("not-oneroster", "/token", place=provider.token_address) from error


async def _entries(asking: Asking, provider: Provider, token: str, collection: str, since: datetime | None) -> AsyncIterator[Entry]:
    """Every entry once, page by page. A server that ignores the offset answers the same page again, and is not asked any further.

    Raises: Invalid: the answer is no OneRoster, or a total is told that is not reached.
    """
    seen, total = set[str](), 0
    params: dict[str, str | int] = {"limit": LIMIT, "orderBy": "asc", "sort": "sourcedId"}
    if since:
        params["filter"] = f"dateLastModified>'{since.astimezone(UTC).isoformat(timespec='milliseconds').replace('+00:00', 'Z')}'"
    address = f"{provider.address.rstrip('/')}{BASE}/{collection}"
    for page in range(MOST_PAGES):
        answer = await asking.get(address, params={**params, "offset": page * LIMIT}, headers={"authorization": f"Bearer {token}"})
        entries = _read_page(collection, answer)
        total = max(total, _total(answer))
        fresh = [entry for entry in entries if _text(entry.get("sourcedId")) not in seen]
        seen |= {_text(entry.get("sourcedId")) for entry in fresh}
        for entry in fresh:
            yield entry
        if not fresh or (len(entries) < LIMIT and len(seen) >= total):
            break
    if len(seen) < total:
        raise untrusted("half-answer", f"/{collection}", place=f"{collection} ({len(seen)}/{total})")


def _read_page(collection: str, answer: httpx.Response) -> list[Entry]:
    try:
        told: JsonValue = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise untrusted("not-oneroster", f"/{collection}", place=collection) from error
    entries = told.get(collection) if isinstance(told, dict) else None
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise untrusted("not-oneroster", f"/{collection}", place=collection)
    return [each for each in entries if isinstance(each, dict)]


def _total(answer: httpx.Response) -> int:
    """How many there are of all pages, where the server says so."""
    return whole_number(answer.headers.get("x-total-count", "")) or 0


def _text(value: JsonValue | None) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _id(value: JsonValue | None) -> str:
    """The id of what a link leads to."""
    return _text(value.get("sourcedId")) if isinstance(value, dict) else ""


def _listed(value: JsonValue | None) -> list[Entry]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _plain(entry: Entry, *columns: str) -> dict[str, str]:
    return {column: _text(entry.get(column)) for column in ("sourcedId", "status", *columns)}


def _organisation(entry: Entry) -> Iterator[tuple[str, Cells]]:
    yield "orgs", _plain(entry, "name", "type", "identifier")


def _user(entry: Entry) -> Iterator[tuple[str, Cells]]:
    """A person, and a row for each role."""
    links = {
        "agentSourcedIds": ",".join(key for each in _listed(entry.get("agents")) if (key := _text(each.get("sourcedId")))),
        "primaryOrgSourcedId": _id(entry.get("primaryOrg")),
    }
    yield "users", {**_plain(entry, "givenName", "middleName", "familyName", "email", "sms", "phone"), **links}
    for role in _listed(entry.get("roles")):
        told = {"userSourcedId": _text(entry.get("sourcedId")), "orgSourcedId": _id(role.get("org"))}
        yield "roles", {**told, "roleType": _text(role.get("roleType")), "role": _text(role.get("role"))}


def _class(entry: Entry) -> Iterator[tuple[str, Cells]]:
    yield "classes", _plain(entry, "title", "classType")


def _enrolment(entry: Entry) -> Iterator[tuple[str, Cells]]:
    links = {"classSourcedId": _id(entry.get("class")), "userSourcedId": _id(entry.get("user"))}
    yield "enrollments", {**_plain(entry, "role", "beginDate"), **links}


def _demographics(entry: Entry) -> Iterator[tuple[str, Cells]]:
    yield "demographics", _plain(entry, "birthDate")


_READ: Mapping[str, Callable[[Entry], Iterator[tuple[str, Cells]]]] = {
    "orgs": _organisation, "users": _user, "classes": _class, "enrollments": _enrolment, "demographics": _demographics,
}  # fmt: skip
"""The collections that are read, and which rows an entry of each is."""

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "status", "name", "type", "identifier"),
    "users": (
        "sourcedId", "status", "givenName", "middleName", "familyName", "email", "sms", "phone", "agentSourcedIds", "primaryOrgSourcedId",
    ),
    "roles": ("userSourcedId", "status", "roleType", "role", "orgSourcedId"),
    "classes": ("sourcedId", "status", "title", "classType"),
    "enrollments": ("sourcedId", "status", "classSourcedId", "userSourcedId", "role", "beginDate"),
    "demographics": ("sourcedId", "status", "birthDate"),
}  # fmt: skip


def _csv(columns: tuple[str, ...], rows: Iterable[Cells]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()
