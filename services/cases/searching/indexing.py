"""The part that keeps the index of names: whoever the roster told is found a moment later, and a rotated key reaches everybody."""

from __future__ import annotations

import asyncio

from services.cases.searching.index import NameIndex, Unindexed
from services.cases.searching.spelling import parts_of
from services.cases.searching.tokens import token_of
from shared.keys import Key
from shared.sealed import Erased
from shared.service import Kernel

AT_ONCE = 200
"""Students of one transaction."""

EVERY = 1.0
"""Seconds between two looks."""


class Indexing:
    """A Part."""

    name = "name-index"

    def __init__(self, kernel: Kernel, index: NameIndex) -> None:
        self._vault, self._keys, self._index = kernel.vault, kernel.keys, index
        self._pulse = kernel.heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            done = await self.step()
            self._pulse.idle()
            if done < AT_ONCE:
                await asyncio.sleep(EVERY)

    async def step(self) -> int:
        """Indexes the next students; how many. Raises: Unavailable."""
        found = await self._index.unindexed(AT_ONCE)
        if found:
            self._pulse.working()
            key = self._keys.active("name-index")
            await self._index.keep(await self._tokens(found, key), key.id)
        return len(found)

    async def _tokens(self, found: list[Unindexed], key: Key) -> dict[Unindexed, list[int]]:
        """Whose name was erased has none."""
        names = await self._vault.open_many([each.name for each in found])
        pairs = zip(found, names, strict=True)
        return {each: [] if isinstance(name, Erased) else sorted(token_of(key, part) for part in parts_of(name)) for each, name in pairs}
