"""A browser, and the services whose pages it looks at."""

import pytest

from tests.browser import browser
from tests.browser.serving import on_a_port
from tests.cases.desk import desk
from tests.intake.form import add_school
from tests.intake.office import opened


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def chromium():
    async with browser() as made:
        yield made


@pytest.fixture
async def office(database, tmp_path):
    async with opened(database, tmp_path) as running:
        yield running


@pytest.fixture
async def intake(office):
    """Where intake answers, with one school."""
    await add_school(office)
    async with on_a_port(office.app) as origin:
        yield origin


@pytest.fixture
async def cases(database, redis_server):
    async with desk(database, redis_server.url) as running:
        yield running
