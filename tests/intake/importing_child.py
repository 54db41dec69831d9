"""Brings one bundle in and says that it begins, and after each batch how many people are done: `python -m tests.intake.importing_child DATABASE BUNDLE`."""

import asyncio
import sys
from pathlib import Path

from services.intake.roster import applying
from services.intake.roster.importing import RosterImport
from tests.intake.office import opened

applying.AT_ONCE = 20
PORTION = 30


async def main(database: str, bundle: Path) -> None:
    async with opened(database, bundle.parent) as office:
        print("begun", flush=True)
        importing = RosterImport(office.kernel, office.directory, PORTION)
        await importing.run(bundle, "child", progress=lambda done, of: print(done, of, flush=True))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
