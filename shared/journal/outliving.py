"""Which events outlive a restore: those whose class says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.message import Event, Outlives


def outliving() -> Mapping[str, Outlives]:
    """How each type of event outlives a restore, of all classes that this process has imported."""
    return {kind.model_fields["type"].default: kind.outlives for kind in _below(Event) if kind.outlives and "type" in kind.__annotations__}


def _below(kind: type[Event]) -> Iterator[type[Event]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
