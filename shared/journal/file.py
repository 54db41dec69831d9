"""The files of one service's journal: appended under a lock, on the disk before anybody is told, and without a half line at the end."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from shared.journal.entry import BEGINNING, Entry, Head, Signed

_BLOCK = 256 << 10
"""Longer than a line can be."""


class JournalFile:
    """Lines in `<folder>/<service>.journal`, and their head beside them in `<service>.journal.head`."""

    def __init__(self, folder: Path, service: str) -> None:
        self.path, self.head_path = folder / f"{service}.journal", folder / f"{service}.journal.head"

    def last(self) -> Entry | None:
        """The last line; None where there is none yet. Raises: OSError; ValueError: it is no line of a journal."""
        with self.held() as open_file:
            line = last_line(open_file)
        return Entry.model_validate_json(line) if line else None

    def held(self) -> AbstractContextManager[int]:
        """As `opened`, of the lines."""
        return opened(self.path)

    def lines_before(self, descriptor: int, last: str) -> int:
        """How many lines there are: as the head says, where it is of the last line; else they are counted."""
        try:
            head = Head.model_validate_json(self.head_path.read_bytes())
        except (OSError, ValueError):
            head = None
        if head and head.last == last:
            return head.lines
        return 0 if last == BEGINNING else _counted(descriptor)

    def write_head(self, head: Head) -> None:
        """Replaces the head. After a crash an older one may stand there: it is then of some line before the last. Raises: OSError."""
        fresh = self.head_path.with_name(f"{self.head_path.name}.new")
        fresh.write_bytes(head.line())
        fresh.chmod(0o600)
        fresh.replace(self.head_path)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Nobody else appends meanwhile. Gives the open file, which is made where it is not there. Raises: OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def last_line(descriptor: int) -> bytes:
    """The last whole line; empty: there is none. A half one, which was never acknowledged, is cut off. Raises: OSError."""
    size = os.fstat(descriptor).st_size
    begin = max(0, size - _BLOCK)
    content = os.pread(descriptor, size - begin, begin)
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.ftruncate(descriptor, begin + whole)
    lines = content[:whole].splitlines(keepends=True)
    return lines[-1] if lines else b""


def append(descriptor: int, entries: Sequence[Signed]) -> None:
    """All of it is durable when this returns. Raises: OSError: nothing of it is left."""
    before = os.fstat(descriptor).st_size
    content = b"".join(entry.line() for entry in entries)
    try:
        _write_all(descriptor, content)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise


def settle(folder: Path) -> None:
    """The names in the folder are durable as well. Raises: OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    if os.write(descriptor, content) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _counted(descriptor: int) -> int:
    found, place = 0, 0
    while piece := os.pread(descriptor, _BLOCK, place):
        found, place = found + piece.count(b"\n"), place + len(piece)
    return found
