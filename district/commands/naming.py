"""Which case is meant: the whole id, or as much of its beginning as no other case has."""

from __future__ import annotations

import asyncio
import re

from district.commands.stores import databases, opened
from services.cases.domain.streams import CASE, case_of
from shared.errors import Fault, Invalid, NotFound
from shared.eventstore.finding import streams_beginning

SHORTEST = 4
"""Characters of a shortened id."""

_BEGINNING = re.compile(rf"[0-9a-f-]{{{SHORTEST},36}}")
_WHOLE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHOWN = 5
"""Cases that are named where several are meant."""


def case_named(told: str) -> str:
    """The whole id of a case; one that is whole already is taken as it is.

    Raises: NotFound: it can be no case's id, or none begins so. Invalid: several do.
    """
    beginning = told.strip().lower()
    if _WHOLE.fullmatch(beginning):
        return beginning
    if not _BEGINNING.fullmatch(beginning):
        raise NotFound(
            f"there is no such case: an id is like 9d33f403-0c1e-5a7b-8f21-6d9f3b1c2a4e, and its first {SHORTEST} characters or more suffice "
            "where no other case has them (`./tanggap demo` and the case list show them)"
        )
    found = _cases_beginning(beginning)
    if not found:
        raise NotFound(f"there is no such case in this district: no id begins with {beginning}")
    if len(found) > 1:
        known = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
        raise Invalid(Fault("/case", "ambiguous"), message=f"several cases begin with {beginning}: {known}; give more of the id")
    return found[0]


def _cases_beginning(beginning: str) -> list[str]:
    async def find(url: str) -> list[str]:
        async with opened(url, "cases") as database:
            return await streams_beginning(database, f"{CASE}{beginning}", limit=_SHOWN + 1)

    with databases() as urls:
        return [case_of(stream) for stream in asyncio.run(find(urls["cases"]))]
