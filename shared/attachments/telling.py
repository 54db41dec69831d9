"""What a service's own events say of the files that lie with it."""

from __future__ import annotations

from typing import Protocol

from shared.sealed import Sealed


class Telling(Protocol):
    """owner: as it stands beside the file. Raises: HistoryBroken; Unavailable."""

    async def names(self, attachment: str, owner: str) -> bool:
        """Whether an event names this file: then it is somebody's, and stays."""
        ...

    async def key(self, attachment: str, owner: str) -> Sealed | None:
        """The key of a file that an event names, sealed; None where none does."""
        ...
