"""Where the district of a home folder answers, so that a verb finds it whatever its port."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_FILE = "serving.json"


@contextmanager
def serving(home: Path, port: int) -> Iterator[None]:
    """Says so in the home folder while this program serves on the port."""
    note = home / _FILE
    note.write_text(json.dumps({"port": port, "process": os.getpid(), "since": psutil.Process().create_time()}), encoding="utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def port_in_use(home: Path) -> int | None:
    """The port of the district that serves from this folder; None: none does, or it was killed and left its note."""
    try:
        told = json.loads((home / _FILE).read_text(encoding="utf-8"))
        return int(told["port"]) if psutil.Process(int(told["process"])).create_time() == told["since"] else None
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
