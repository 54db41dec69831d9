"""Upcasts old event versions from JSON to JSON, one version at a time, in one place. A golden file proves each step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Upcast = Callable[[Json], Json]


class Upcasters:
    """Steps by (type, old version); each returns the body of the next version. types: the types with a step."""

    def __init__(self, steps: Mapping[tuple[str, int], Upcast] | None = None) -> None:
        self._steps = dict(steps or {})
        self.types = frozenset(event_type for event_type, _ in self._steps)

    def upcast(self, event_type: str, version: int, body: str) -> str:
        """The body at its newest version; the same text if no step applies."""
        step = self._steps.get((event_type, version))
        if step is None:
            return body
        lifted: Json = json.loads(body)
        while step is not None:
            lifted = {**step(lifted), "version": version + 1}
            version += 1
            step = self._steps.get((event_type, version))
        return json.dumps(lifted, ensure_ascii=False, separators=(",", ":"))

    def upcast_many(self, types: Sequence[str | None], versions: Sequence[int | None], bodies: Sequence[str]) -> Sequence[str]:
        """The bodies at their newest versions, in order; the same sequence if no body needs a step.

        types, versions: may be None where the type is not in `types`.
        """
        if not self.types or self.types.isdisjoint(types):
            return bodies
        kept = zip(types, versions, bodies, strict=True)
        return [body if kind is None or version is None else self.upcast(kind, version, body) for kind, version, body in kept]
