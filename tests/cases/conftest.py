"""The service cases in this process, shared by the tests of one module. Each test has a school of its own."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import psycopg
import pytest

from district.embedded.postgres import Postgres
from district.embedded.redis import Redis
from tests.cases.desk import Desk, desk


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def module_database(postgres: Postgres) -> Iterator[str]:
    """URL of a fresh, empty database."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def cases(module_database: str, redis_server: Redis, anyio_backend: str) -> AsyncIterator[Desk]:
    async with desk(module_database, redis_server.url) as running:
        yield running
