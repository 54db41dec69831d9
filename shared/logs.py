"""Structured logs that carry ids and codes, never content."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import is_dataclass
from datetime import date, timedelta
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, TextIO
from uuid import UUID

import structlog

_PLAIN = (str, int, float, bool, UUID, date, timedelta)

log = structlog.get_logger()


class _WithoutMessage(logging.Formatter):
    """Libraries log messages, arguments and exceptions that may quote content: only logger, exception class and level stay."""

    def format(self, record: logging.LogRecord) -> str:
        """The message is never put together: arguments that do not fit would be printed."""
        error = record.exc_info[0] if record.exc_info else None
        return " ".join((record.name, *((error.__name__,) if error else ()), record.levelname))


def configure(service: str, level: str = "INFO") -> None:
    """JSON lines on standard error, for our own events and for libraries' warnings."""
    _write_without_content(level)
    structlog.contextvars.bind_contextvars(service=service)


def guard_process() -> None:
    """From now on Python itself quotes nothing either: of warnings and uncaught exceptions it writes class and place.

    This changes the whole process. Call it where a process of ours begins to serve, before anything else can fail.
    """
    _write_without_content("INFO")
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _write_without_content(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutMessage())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_content,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


# what Python prints by itself ----------------------------------------------------------------------------------------
# A hook that fails makes Python print what the hook was given, so none may fail.


def _warned(
    message: Warning | str,  # noqa: ARG001 - Python's signature; a serializer's warning holds the value
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    with suppress(Exception):
        log.warning("python-warning", warning=category.__name__, at=f"{Path(filename).name}:{lineno}")


def _uncaught(kind: type[BaseException], _: BaseException | None, trace: TracebackType | None) -> None:
    with suppress(Exception):
        log.error("uncaught", error=kind.__name__, at=_place(trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    _uncaught(told.exc_type, None, told.exc_traceback)


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    _uncaught(told.exc_type, None, told.exc_traceback)


def _place(trace: TracebackType | None) -> str:
    """File and line of the innermost frame."""
    frames = list(walk_tb(trace))
    return f"{Path(frames[-1][0].f_code.co_filename).name}:{frames[-1][1]}" if frames else "-"


# our own events ------------------------------------------------------------------------------------------------------


def _without_content(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redacts by type, not by name: sealed fields, exceptions and whole models never reach a log."""
    for name, value in event.items():
        event[name] = _redacted(value)
    return event


def _redacted(value: Any) -> Any:
    """Plain values stay as they are, also inside lists and dictionaries; of everything else only the class stays."""
    if isinstance(value, dict):
        return {name: _redacted(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and not hasattr(value, "_fields"):
        return [_redacted(each) for each in value]
    if isinstance(value, type):
        return value.__name__
    return value if value is None or (isinstance(value, _PLAIN) and not is_dataclass(value)) else f"[{type(value).__name__}]"
