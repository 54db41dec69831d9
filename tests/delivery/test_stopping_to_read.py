"""Whoever stops reading over Redis hears how each of its tasks ended, also of one that failed at that moment."""

import asyncio
import gc
from typing import Any

import pytest

from shared.delivery.subscription import HeardTasks, Subscription
from shared.testing import eventually

pytestmark = pytest.mark.servers


async def fails() -> None:
    raise ConnectionError


@pytest.mark.parametrize(("tasks", "unheard_of"), [(HeardTasks, 0), (list, 1)])
def test_a_task_that_fails_after_it_was_forgotten_is_heard_of(tasks, unheard_of):
    async def scenario() -> list[dict[str, Any]]:
        unheard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
        reading = tasks()
        reading.append(asyncio.create_task(fails()))
        reading.clear()
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it has failed, and was asked
        gc.collect()
        return unheard

    assert len(asyncio.run(scenario())) == unheard_of


def test_every_task_that_reads_is_one_of_them(run):
    async def scenario(rig):
        reading: Any = Subscription("cases", rig.reader, rig.databases["cases"], rig.redis_url, rig.feed, rig.heard.over, rig.heartbeats)
        running = asyncio.create_task(reading.run())

        async def reads() -> bool:
            return reading._broker is not None and all(each.tasks for each in reading._broker.subscribers)

        await eventually(reads)
        assert {type(each.tasks) for each in reading._broker.subscribers} == {HeardTasks}
        running.cancel()
        await asyncio.wait((running,))

    run(scenario)
