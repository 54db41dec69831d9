"""A browser, and the services whose pages it looks at."""

import pytest

from tests.browser import browser
from tests.browser.counting import COUNTS
from tests.browser.serving import on_a_port
from tests.cases.desk import desk
from tests.intake.form import add_school
from tests.intake.office import opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many interactions each job took, also where all is well."""
    for each in COUNTS:
        terminalreporter.write_line(each)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def started_browser():
    """One for a module: starting it takes longer than most looks."""
    async with browser() as made:
        yield made


@pytest.fixture
async def chromium(started_browser):
    """Each test looks in contexts of its own, which share nothing with another's and end with it."""
    yield started_browser
    for context in started_browser.contexts:
        await context.close()


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
