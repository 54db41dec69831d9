"""Structured logs that carry ids and codes, never content."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from dataclasses import is_dataclass
from typing import Any

import structlog

from shared.sealed import Sealed


def configure(service: str, level: str = "INFO") -> None:
    """JSON lines on standard error, for our own events and for libraries' warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s"))
    handler.addFilter(_without_trace)
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
    structlog.contextvars.bind_contextvars(service=service)


def _without_trace(record: logging.LogRecord) -> bool:
    """Libraries log exceptions whose message and frames may quote content: only the class stays."""
    if record.exc_info and record.exc_info[0]:
        record.name = f"{record.name} {record.exc_info[0].__name__}"
    record.exc_info = record.exc_text = None
    return True


def _without_content(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redacts by type, not by name: sealed fields, exceptions and whole models never reach a log."""
    for name, value in event.items():
        event[name] = _redacted(value)
    return event


def _redacted(value: Any) -> Any:
    """The same value, also inside lists and dictionaries, with only the class of what may hold content."""
    if isinstance(value, Sealed | BaseException) or hasattr(value, "model_dump") or (is_dataclass(value) and not isinstance(value, type)):
        return f"[{type(value).__name__}]"
    if isinstance(value, dict):
        return {name: _redacted(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(each) for each in value]
    return value.__name__ if isinstance(value, type) else value
