"""A real PostgreSQL and a real Redis for every test that asks for them. Nothing is started for the others."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import coverage
import psycopg
import pytest

from district.embedded.postgres import Postgres, start_postgres
from district.embedded.redis import Redis, start_redis
from shared.eventstore.replaying import calm_collector
from tests.browser import CHROMIUM
from tests.databases_in_memory import folder_for_databases
from tests.logins import prepared
from tests.patience import wait_longer
from tests.unit import pytest_addoption, pytest_collection_modifyitems, pytest_configure, pytest_runtest_setup, pytest_runtest_teardown
from tests.vectors import folder_of, origins

__all__ = ["pytest_addoption", "pytest_collection_modifyitems", "pytest_configure", "pytest_runtest_setup", "pytest_runtest_teardown"]


def pytest_sessionstart() -> None:
    wait_longer()


def pytest_collection_finish() -> None:
    """Here the tests run, in a worker or alone: coverage follows no further than this, not into the services that tests start. And what was
    imported stays, so the collector need not look through it again and again: that was a sixth of the tests' processor time.
    """
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    calm_collector()


def pytest_sessionfinish() -> None:
    """What ran is written down before a worker ends: one that takes longer than ten seconds to end is killed, and its part would be lost."""
    if measuring := coverage.Coverage.current():
        measuring.save()


def pytest_report_header() -> str:
    """Says where the tests of pages look, or that they do not."""
    return f"browser: {CHROMIUM or 'none found, the tests of pages are skipped (sh deploy/browser.sh says how to get one)'}"


_FORGETFUL = ("fsync", "full_page_writes")
"""Off for the server whose databases live as long as one test. What survives a power cut is shown by tests/faults, on servers with every setting."""


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tanggap-tests-", ignore_cleanup_errors=True, dir=folder_for_databases()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[Postgres]:
    server = start_postgres(home)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for setting in _FORGETFUL:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(home: Path) -> Iterator[Redis]:
    server = start_redis(home)
    yield server
    server.stop()


@contextmanager
def created(postgres: Postgres, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield postgres.url(name)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database(postgres: Postgres) -> Iterator[str]:
    """The administrator's URL of an empty database."""
    with created(postgres, "template0") as url:
        yield url


@pytest.fixture(scope="session")
def prepared_database(postgres: Postgres) -> str:
    """Name of a database that is prepared for all services and stays empty: the others are copies of it."""
    name = "prepared"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    prepared(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def new_database(postgres: Postgres, prepared_database: str) -> Callable[[], AbstractContextManager[str]]:
    """Makes a database that is prepared and empty: its administrator's URL. `tests.logins.login` gives a service's own."""
    return lambda: created(postgres, prepared_database)


@pytest.fixture
def database(new_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The administrator's URL of a fresh database, prepared for all services."""
    with new_database() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """URL of an empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture(scope="session", params=origins())
def vectors(request: pytest.FixtureRequest) -> Path:
    """A folder with vectors: our own, and the one of others where it is there."""
    return folder_of(request.param)
