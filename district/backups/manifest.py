"""What stands at the beginning and at the end of a backup, so that a reader knows what comes and whether all of it came."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

MANIFEST, SECRETS, ENDING = "manifest.json", "secrets", "ending.json"
"""Names of members of the archive; the others are pieces of tables, `<schema>.<table>/<number>`."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Table(_Model):
    """columns: those that are kept, in the order of the pieces, which are text as COPY writes it."""

    schema_name: str
    name: str
    columns: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """`schema.table`."""
        return f"{self.schema_name}.{self.name}"


class StoreAt(_Model):
    """Where a store stood: its last event, the hash of its whole history, and which numbered migrations its schema had. epoch: its number."""

    position: int
    store_hash: str
    recorded_at: datetime | None
    migrations: tuple[str, ...]
    epoch: int


class Manifest(_Model):
    """moment: everything that was committed before it is in the backup. release: of the program that wrote it. keys: how many keys of persons."""

    format: Literal[1] = 1
    moment: datetime
    release: str
    stores: dict[str, StoreAt]
    keys: int
    tables: tuple[Table, ...]

    def events(self) -> int:
        """Of all stores."""
        return sum(store.position for store in self.stores.values())


class TableEnd(_Model):
    """What was written of a table. digest: SHA-256 of its text, in hexadecimal."""

    rows: int
    size: int
    digest: str


class Ending(_Model):
    """Stands last: without it a backup is not whole."""

    tables: dict[str, TableEnd]
