"""What a process remembers of traces, for as long as there is room: a trace is an aid, and where it is forgotten nothing else is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST = 20_000


class Remembered(Generic[K, V]):
    """The newest `MOST` of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[K, V] = OrderedDict()

    def __setitem__(self, key: K, value: V) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def get(self, key: K) -> V | None:
        return self._kept.get(key)

    def forget(self, key: K) -> None:
        """As if it had never been there."""
        self._kept.pop(key, None)
