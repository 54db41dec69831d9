"""Where the district of a home folder answers, so that a verb finds it whatever its port."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_FILE = "serving.json"


class ServingNote:
    """The file that says where this program serves. home: the folder it lies in."""

    def __init__(self, home: Path) -> None:
        self._file = home / _FILE

    def write(self, port: int) -> None:
        """From now on verbs find this program."""
        told = {"port": port, "process": os.getpid(), "since": psutil.Process().create_time()}
        fresh = self._file.with_name(f"{_FILE}.new")
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(self._file)

    def remove(self) -> None:
        """Unless it is another program's."""
        if _told(self._file)[1] == os.getpid():
            self._file.unlink(missing_ok=True)


@contextmanager
def serving(home: Path) -> Iterator[ServingNote]:
    """A note to write once this program answers; it is removed when it ends."""
    note = ServingNote(home)
    try:
        yield note
    finally:
        note.remove()


def port_in_use(home: Path) -> int | None:
    """The port of the district that serves from this folder; None: none does, or it was killed and left its note."""
    port, process, since = _told(home / _FILE)
    try:
        return port if psutil.Process(process).create_time() == since else None
    except (ValueError, psutil.Error):
        return None


def _told(file: Path) -> tuple[int, int, float]:
    """Port, process and its start; of no process where there is no such note."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return int(told["port"]), int(told["process"]), float(told["since"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return 0, -1, 0.0
