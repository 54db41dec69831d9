"""Where the tests' PostgreSQL keeps its files: in memory where there is room for them, else in the temporary folder.

Each test with a database copies and drops some nine hundred files. On a disk that is most of what such a test costs.
"""

import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
"""Bytes that have to be free: of each worker's server, its write-ahead log of at most 1 GiB and the databases of the tests that run at once."""


def folder_for_databases() -> str | None:
    """A parent for a temporary folder; `None` is the system's own choice."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return None
    return str(MEMORY)
