from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.partner import Partner
from tests.notifications.scenes import staffed


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def partners(database, redis_url):
    """An agency without a system, and staff of a school who refer to it."""

    @asynccontextmanager
    async def of() -> AsyncIterator[Partner]:
        mailbox = Mailbox()
        async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
            await staffed(running)
            await running.register("upt", None, mail="kantor@upt.example")
            yield Partner(running, mailbox)

    return of
