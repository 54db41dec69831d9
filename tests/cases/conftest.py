"""The service cases in this process, shared by the tests of one module. Each test has a school of its own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from district.embedded.redis import Redis
from tests.cases.desk import Desk, desk


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def module_database(new_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The administrator's URL of a database for one module's tests."""
    with new_database() as url:
        yield url


@pytest.fixture(scope="module")
async def cases(module_database: str, redis_server: Redis, anyio_backend: str) -> AsyncIterator[Desk]:
    async with desk(module_database, redis_server.url) as running:
        yield running
