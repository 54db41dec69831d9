"""A service that stops leaves no connection to its neighbours behind."""

import asyncio

import pytest

from shared.clock import SystemClock
from shared.service.kernel import kernel_of
from shared.settings import read_settings
from tests.logins import CODE, login
from tests.notifications.desk import KEY


async def nothing_arrives(*_: object) -> None:
    pytest.fail("it was never started")


def test_no_way_to_another_service_can_be_used_after_it(database, redis_url):
    given = {"DATABASE_URL": login(database, "cases"), "REDIS_URL": redis_url, "TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY}

    async def closed() -> None:
        kernel = kernel_of("cases", read_settings(given), CODE / "cases" / "schema", SystemClock())
        kernel.neighbour("notifications")
        kernel.subscribe("intake", lambda _: nothing_arrives)
        await kernel.database.open()
        await kernel.close()
        assert len(kernel.ways) == 3  # intake's word about sessions, the neighbour, and the feed
        for way in kernel.ways:
            with pytest.raises(RuntimeError, match="closed"):
                await way._client.get("http://127.0.0.1:1")

    asyncio.run(closed())
