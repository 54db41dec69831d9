"""Whoever stops reading over Redis hears how each of its tasks ended, also of one that failed at that moment."""

import asyncio
import gc
from types import SimpleNamespace
from typing import Any

import pytest

from shared.delivery.subscription import Subscription

pytestmark = pytest.mark.servers


class ForgetfulBroker:
    """As FastStream's: it forgets its tasks when it stops."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self.subscribers = [SimpleNamespace(tasks=[task])]

    async def stop(self) -> None:
        self.subscribers[0].tasks.clear()


async def fails() -> None:
    raise ConnectionError


def test_a_task_that_failed_while_it_stopped_is_heard_of(run):
    async def scenario(rig):
        unheard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
        reading: Any = Subscription("cases", rig.reader, rig.databases["cases"], rig.redis_url, rig.feed, rig.heard.over, rig.heartbeats)
        reading._broker = ForgetfulBroker(asyncio.create_task(fails()))
        await reading._stop_broker()
        await asyncio.sleep(0)  # whatever was begun has failed by now
        gc.collect()
        assert (reading._broker, unheard) == (None, [])

    run(scenario)
