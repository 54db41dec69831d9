"""Parts that run beside the server: all of them end when the service does."""

import asyncio

import pytest

from shared.running import run_parts

pytestmark = pytest.mark.anyio


class Swallowing:
    """Waiting for a pool connection may swallow one cancellation; so does this part, once."""

    name = "swallowing"

    def __init__(self) -> None:
        self.began, self.swallowed = asyncio.Event(), 0

    async def run(self) -> None:
        self.began.set()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.swallowed += 1
                if self.swallowed > 1:
                    raise


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_10_a_part_that_swallows_a_cancellation_does_not_keep_its_service_alive():
    part = Swallowing()
    running = asyncio.create_task(run_parts([part]))
    await part.began.wait()
    running.cancel()
    done, _ = await asyncio.wait((running,), timeout=8)
    assert (bool(done), part.swallowed) == (True, 2)
