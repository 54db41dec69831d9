"""Brings one bundle in and says that it begins, and after each batch how many people are done: `python -m tests.intake.importing_child DATABASE BUNDLE`.

With a number after them it stands still once so many batches are appended, so that whoever kills it knows where it is.
"""

import asyncio
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from services.intake.roster import applying
from services.intake.roster.importing import RosterImport
from tests.intake.office import opened

applying.AT_ONCE = 20
PORTION = 30


@dataclass
class Telling:
    """batches: after how many of them it stands still; it never does where there are fewer."""

    batches: float = float("inf")

    def __call__(self, done: int, of: int) -> None:
        print(done, of, flush=True)
        self.batches -= 1
        if self.batches == 0:
            signal.pause()


async def main(database: str, bundle: Path, *stand: str) -> None:
    async with opened(database, bundle.parent) as office:
        print("begun", flush=True)
        importing = RosterImport(office.kernel, office.directory, PORTION)
        await importing.run(bundle, "child", progress=Telling(*map(int, stand)))


asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
