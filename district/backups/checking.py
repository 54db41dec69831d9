"""Checking a backup: it is read whole, and each store's history in it is followed from event to event."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyrage.x25519 import Identity

from district.backups.manifest import Manifest
from district.backups.reading import Reading
from shared.errors import Fault, Invalid
from shared.logins import SERVICES


@dataclass(frozen=True, slots=True)
class Checked:
    """What a backup holds, after all of it was read."""

    manifest: Manifest
    events: int


def check(file: Path, key: Identity) -> Checked:
    """Reads all of a backup, and follows the chain of each store from its first event to its head.

    Raises: Invalid: it cannot be read, is not whole, or a history in it does not hang together.
    """
    reading = Reading(file, key)
    chains = {f"{service}.event": _Chain(reading, service) for service in SERVICES}
    try:
        for table, content in reading.pieces():
            if table in chains:
                chains[table].follow(content)
    finally:
        reading.close()
    for chain in chains.values():
        chain.require_head()
    return Checked(reading.manifest, sum(chain.position for chain in chains.values()))


class _Chain:
    """The events of one store in the order of their positions: each names the hash of the history before it."""

    def __init__(self, reading: Reading, service: str) -> None:
        table = next(each for each in reading.manifest.tables if each.full_name == f"{service}.event")
        self._columns = [table.columns.index(name) for name in ("position", "previous_store_hash", "store_hash")]
        self._service, self._head = service, reading.manifest.stores[service]
        self._hash = _as_copied("00" * 32)
        self.position, self._whole = 0, True

    def follow(self, content: bytes) -> None:
        """Looks at some more events."""
        for line in content.splitlines():
            cells = line.split(b"\t")
            position, before, after = (cells[column] for column in self._columns)
            self._whole = self._whole and (int(position), before) == (self.position + 1, self._hash)
            self.position, self._hash = int(position), after

    def require_head(self) -> None:
        """Raises: Invalid: the history does not lead from its beginning to the head, event by event."""
        if not self._whole or (self.position, self._hash) != (self._head.position, _as_copied(self._head.store_hash)):
            raise Invalid(
                Fault(f"/{self._service}", "history-broken"),
                message=f"the history of {self._service} in this backup does not hang together: take the backup before it, "
                "and look at the store with ./tanggap audit verify",
            )


def _as_copied(digest: str) -> bytes:
    """A hash as COPY writes it."""
    return b"\\\\x" + digest.encode()
