"""Vaults on a database of the test, and something to seal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.database import Database
from tests.logins import login

MASTER = b"m" * 32
NARRATIVE = "Didorong di tangga."
CONTEXT = "concern-1/narrative"


@asynccontextmanager
async def connected(url: str, service: str = "cases") -> AsyncIterator[Database]:
    database = Database(login(url, service), service)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
