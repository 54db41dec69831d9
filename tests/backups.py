"""Stores with something in them, for the tests of backups."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from shared.database import Database
from shared.eventstore.postgres import PostgresEventStore
from shared.eventstore.store import Item, Write
from shared.eventstore.verify import Broken, verify_store
from shared.keys import Service
from shared.message import NewEvent, Occasion
from shared.secretset import SecretSet
from tests.keys import keys
from tests.logins import CODE, login

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
OCCASION = Occasion("test", None, AT, uuid5(NAMESPACE_URL, "backups"), uuid5(NAMESPACE_URL, "backups"))


def fill(url: str, service: str, count: int, *, begin: int = 0) -> None:
    """Appends made-up public events to a store, one stream each."""
    asyncio.run(_append(url, service, [(f"thing-{number}", [_made_up(service, number)]) for number in range(begin, begin + count)]))


def append(url: str, service: str, stream: str, events: Sequence[NewEvent]) -> None:
    """Appends events to a new stream."""
    asyncio.run(_append(url, service, [(stream, events)]))


def verified(url: str, service: Service, known: SecretSet) -> Broken | None:
    """What does not fit in a store's history."""
    return asyncio.run(_verified(url, service, known))


def _made_up(service: str, number: int) -> NewEvent:
    made = uuid5(NAMESPACE_URL, f"{service} {number}")
    return NewEvent(
        id=made, type="made-up", schema_version=1, body='{"text": "baris\\nbaru\\t\\\\ dan \\u00e9 é"}', key=f"key-{number}", public=True,
        actor="test", school=None, happened_at=AT, correlation=made, causation=made,
    )  # fmt: skip


async def _append(url: str, service: str, writes: Sequence[tuple[str, Sequence[NewEvent]]]) -> None:
    database = await _opened(url, service)
    store = PostgresEventStore(database)
    for stream, events in writes:
        await store.append(Item((Write(stream, 0, tuple(events)),)))
    await database.close()


async def _verified(url: str, service: Service, known: SecretSet) -> Broken | None:
    database = await _opened(url, service)
    try:
        return (await verify_store(database, keys(service, known))).broken
    finally:
        await database.close()


async def _opened(url: str, service: str) -> Database:
    database = Database(login(url, service), service, migrations=CODE / service / "schema", size=2)
    await database.open()
    return database
