"""How a program of ours ends: through every `with`, so that no server, helper process or temporary folder outlives it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_KILLED = 128
"""What a shell adds to a signal's number, to tell of a program that a signal ended."""


_LONGEST = 60.0
"""Seconds that cleaning up may take: servers are given up to ten each."""


class Stopped(SystemExit):
    """Somebody asked the program to end."""


def end_orderly() -> None:
    """From now on SIGTERM, Ctrl-C and a closed terminal end the program as an exception does.

    A shell starts background jobs with Ctrl-C ignored, which would hold for them and their helpers: so it is always set. A hang-up that is ignored
    stays ignored, because `nohup` means it.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hang_up)


@contextmanager
def stopping_is_well() -> Iterator[None]:
    """Around what serves until it is stopped: SIGTERM and a closed terminal end it with exit code 0."""
    try:
        yield
    except Stopped as stopped:
        stopped.code = 0
        raise


def _end(number: int, _: FrameType | None) -> None:
    """Once: a second signal must not cut the cleaning up short."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)
    _end_at_last(_KILLED + number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Stopped(_KILLED + number)


def _hang_up(_: int, __: FrameType | None) -> None:
    """A web server that runs by then knows only SIGTERM."""
    signal.raise_signal(signal.SIGTERM)


def _end_at_last(code: int) -> None:
    """Something that does not let itself be ended must not keep the program alive."""
    last = Timer(_LONGEST, os._exit, (code,))
    last.daemon = True
    last.start()
