"""Brings one bundle in and says after each batch how many people are done: `python -m tests.intake.importing_child DATABASE BUNDLE`."""

import asyncio
import sys
from pathlib import Path

from services.intake.roster import applying
from tests.intake.office import opened

applying.AT_ONCE = 20


async def main(database: str, bundle: Path) -> None:
    async with opened(database, bundle.parent) as office:
        await office.importing.run(bundle, "child", progress=lambda done, of: print(done, of, flush=True))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
