"""Asynchronous tests run under asyncio."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
