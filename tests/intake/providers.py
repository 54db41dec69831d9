"""Systems that a roster is fetched from, each as a process of its own, and a client that does not wait between its tries."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx

from services.intake.roster.fetched import Asking

ROOT = Path(__file__).parents[2]


@contextmanager
def running(module: str, fault: str) -> Iterator[str]:
    """The address of the provider of this module, which prints its port and has this fault."""
    process = subprocess.Popen([sys.executable, "-m", module, fault], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.communicate()


@asynccontextmanager
async def impatient(name: str) -> AsyncIterator[Asking]:
    """Asks again at once."""

    async def no_pause(seconds: float) -> None:
        del seconds

    async with httpx.AsyncClient(trust_env=False) as client:
        yield Asking(client, name, no_pause)
