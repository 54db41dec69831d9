"""Stores with a journal beside them, for tests: every step opens the database anew, as another process would."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from shared.clock import Clock, FixedClock
from shared.database import Database
from shared.decider import Decider, execute
from shared.eventstore.postgres import PostgresEventStore
from shared.journal import Journal
from shared.keys import Service
from shared.message import Occasion
from shared.secretset import SecretSet
from tests.backups import AT, OCCASION
from tests.keys import keys
from tests.logins import CODE, login

Answer = TypeVar("Answer")


def with_store(
    url: str,
    service: Service,
    folder: Path,
    known: SecretSet,
    work: Callable[[PostgresEventStore, Journal], Awaitable[Answer]],
    clock: Clock | None = None,
) -> Answer:
    """What `work` gives, with a store that waits for its journal."""

    async def whole() -> Answer:
        database = Database(login(url, service), service, migrations=CODE / service / "schema", size=2)
        await database.open()
        told = clock or FixedClock(AT)
        journal = Journal(folder, database, keys(service, known, told), told)
        try:
            return await work(PostgresEventStore(database, journal=journal), journal)
        finally:
            await database.close()

    return asyncio.run(whole())


def told(url: str, service: Service, folder: Path, known: SecretSet, decider: Decider[Any, Any, Any], stream: str, *commands: object) -> None:
    """Commands that are acknowledged one after the other, each once the journal has it."""

    async def work(store: PostgresEventStore, _: Journal) -> None:
        for command in commands:
            await execute(store, decider, stream, command, occasion())

    with_store(url, service, folder, known, work)


def occasion() -> Occasion:
    """Another one each time."""
    return replace(OCCASION, cause=uuid4())
