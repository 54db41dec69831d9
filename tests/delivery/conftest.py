"""A fresh database, an empty Redis, and loops that poll more often than in production."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.delivery import subscription
from tests.delivery.rig import Rig


@pytest.fixture
def run(database: str, redis_url: str) -> Callable[[Callable[[Rig], Awaitable[None]]], None]:
    """Runs a scenario on a fresh database and an empty Redis."""

    async def with_rig(scenario: Callable[[Rig], Awaitable[None]]) -> None:
        rig = Rig(database, redis_url)
        for each in rig.databases.values():
            await each.open()
        try:
            await scenario(rig)
        finally:
            await rig.redis.aclose()
            for each in rig.databases.values():
                await each.close()

    return lambda scenario: asyncio.run(with_rig(scenario))


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscription that looks around more often than in earnest."""
    monkeypatch.setattr(subscription, "TICK", 0.02)
    monkeypatch.setattr(subscription, "STILL", 0.2)
    monkeypatch.setattr(subscription, "CONFIRM", 0.1)
