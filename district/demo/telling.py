"""How far the day is: a moving line at a terminal, plain lines elsewhere, never long silence."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol

from district.commands.shell import console, errors

SILENCE = 3.0
"""Seconds after which a plain line says that the step still goes on."""


class Telling(Protocol):
    """Tells of the steps of something long."""

    def step(self, indonesian: str, english: str) -> None:
        """A step begins."""


@contextmanager
def telling(count: int, *, silence: float = SILENCE) -> Iterator[Telling]:
    """count: how many steps are to come. silence: as `SILENCE`."""
    if console.is_terminal and errors.is_terminal:
        with errors.status("…") as status:
            yield _Moving(count, status.update)
    else:
        lines = _Lines(count)
        ended = Event()
        watching = Thread(target=lines.watch, args=(ended, silence), daemon=True)
        watching.start()
        try:
            yield lines
        finally:
            ended.set()
            watching.join()


class _Moving:
    def __init__(self, count: int, show: _Shown) -> None:
        self._count, self._number, self._show = count, 0, show

    def step(self, indonesian: str, english: str) -> None:
        self._number += 1
        self._show(f"{self._number}/{self._count} {indonesian} / {english}")


class _Shown(Protocol):
    def __call__(self, status: str) -> None: ...


class _Lines:
    def __init__(self, count: int) -> None:
        self._count, self._number = count, 0
        self._words, self._began, self._last = "", time.monotonic(), time.monotonic()

    def step(self, indonesian: str, english: str) -> None:
        self._number, self._began = self._number + 1, time.monotonic()
        self._words = f"[{self._number}/{self._count}] {indonesian} / {english}"
        self._say(self._words)

    def watch(self, ended: Event, silence: float) -> None:
        """Says every so often that the step goes on. silence: seconds."""
        while not ended.wait(silence / 3):
            if self._words and time.monotonic() - self._last >= silence:
                self._say(f"{self._words} … {time.monotonic() - self._began:.0f} s")

    def _say(self, line: str) -> None:
        self._last = time.monotonic()
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
