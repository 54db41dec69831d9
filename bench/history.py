"""A history of years in the store of cases, written as a service writes it: with hashes, heads and sealed texts that no compression makes small."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import uuid4

from bench.casework import EVENTS, NOW, life
from district.sample.roster import SOURCE
from services.cases.domain.case.case import CASE
from services.intake.roster.people import school_id
from shared.database import Database
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import Item, Write
from shared.message import TANGGAP, NewEvent, Occasion

_AT_ONCE = 25
"""Cases in one append."""

_SAME = "QUJD" * 30
"""The sealed text of the events that all cases are made from."""


async def write_history(url: str, events: int) -> None:
    """Appends closed cases until there are so many events more. url: the address of cases.

    No neighbour hears of them: what is measured is what is kept, not what follows from it.
    """
    database = Database(url, "cases")
    await database.open()
    store, pattern = PostgresEventStore(database), _pattern()
    cases = events // EVENTS
    for first in range(0, cases, _AT_ONCE):
        await store.append(Item(tuple(_written(pattern, first, min(first + _AT_ONCE, cases)))))
    await database.close()


def _pattern() -> Sequence[NewEvent]:
    occasion = Occasion("bench", school_id(SOURCE, "smp1"), NOW, TANGGAP, TANGGAP)
    return [replace(CASE.codec.encode(event, "case", occasion, place), public=False) for place, event in enumerate(life(closed=True))]


def _written(pattern: Sequence[NewEvent], first: int, last: int) -> Iterator[Write]:
    for number in range(first, last):
        stream = f"case-kept-{number}"
        yield Write(stream, 0, tuple(replace(each, id=uuid4(), key=stream, body=_body(each.body, number)) for each in pattern))


def _body(body: str, number: int) -> str:
    told = body.replace("@student", f"student-{number}").replace('"case":"0"', f'"case":"kept-{number}"')
    return told.replace(_SAME, b64encode(os.urandom(90)).decode())
