"""An intake office for every test that asks for one."""

import pytest

from tests.intake.office import opened


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def office(database, tmp_path):
    async with opened(database, tmp_path) as running:
        yield running
