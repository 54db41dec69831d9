"""A real PostgreSQL and a real Redis for every test that asks for them. Nothing is started for the others."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from district.embedded.postgres import Postgres, start_postgres
from district.embedded.redis import Redis, start_redis


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tanggap-tests-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[Postgres]:
    server = start_postgres(home)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(home: Path) -> Iterator[Redis]:
    server = start_redis(home)
    yield server
    server.stop()


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """URL of a fresh, empty database."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """URL of an empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data and vectors that nobody here wrote; the project commits none of them."""
    folder = Path(os.environ.get("TANGGAP_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.exists():
        pytest.skip(f"no sample data at {folder}: set TANGGAP_TEST_DATA to the folder that holds it")
    return folder
