"""What a later release stored, beside which a process of this one still runs: it is never guessed at and never passed over (ADR 72)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shared.errors import LaterRelease
from shared.message import Event

Known = Callable[[str, int], bool]
"""Whether this release understands a type of event in a version."""

_newest: dict[str, int] = {}


def learn(events: Iterable[type[Event]]) -> None:
    """Notes what this release understands: these classes, and all versions before theirs."""
    for event in events:
        kind, version = (event.model_fields[name].default for name in ("type", "version"))
        _newest[kind] = max(version, _newest.get(kind, 0))


def is_known(kind: str, version: int) -> bool:
    """Whether any codec of this process reads this version."""
    return version <= _newest.get(kind, 0)


def is_any(kind: str, version: int) -> bool:
    """For a read model that looks at no event's meaning."""
    return bool(kind) and version > 0


def require_known(kept: Iterable[tuple[str, int]], known: Known = is_known) -> None:
    """kept: types and versions of stored events. Raises: LaterRelease: one of them is not of this release or before."""
    for kind, version in kept:
        if not known(kind, version):
            raise LaterRelease(f"{kind}, version {version}, was stored by a later release: a process of that release goes on with it")
