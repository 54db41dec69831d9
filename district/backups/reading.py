"""Reading a backup: its beginning, its tables in order, and proof at the end that all of it came as it was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pyrage.x25519 import Identity

from district.backups.archive import members
from district.backups.manifest import ENDING, MANIFEST, SECRETS, Ending, Manifest, TableEnd
from shared.errors import Fault, Invalid
from shared.secretset import SecretSet
from shared.secrettext import read_secrets

Model = TypeVar("Model", bound=BaseModel)


class Reading:
    """A backup that is being read, once and in order: `manifest` and `secrets` are known at once, then come the `pieces`.

    Raises: Invalid: this is no backup, or one of a newer release; FileNotFoundError.
    """

    def __init__(self, file: Path, key: Identity) -> None:
        self.file, self._members = file, members(file, key)
        self.manifest = self._parsed(Manifest, self._next(MANIFEST))
        self.secrets: SecretSet = read_secrets(self._next(SECRETS).decode(), str(file))

    def pieces(self) -> Iterator[tuple[str, bytes]]:
        """Full name of a table and some of its rows, as COPY takes them. The last is followed by the proof that nothing is missing.

        Raises: Invalid: not all of it is there, or not as it was written.
        """
        tally: dict[str, _Tally] = defaultdict(_Tally)
        for name, content in self._members:
            if name == ENDING:
                self._compare(self._parsed(Ending, content), tally)
                return
            table = name.rpartition("/")[0]
            tally[table].add(content)
            yield table, content
        raise self._wrong("its end is missing")

    def close(self) -> None:
        """Stops reading, wherever it is."""
        self._members.close()

    def _compare(self, ending: Ending, tally: dict[str, _Tally]) -> None:
        found = {name: each.told() for name, each in tally.items()}
        expected = {name: each for name, each in ending.tables.items() if each.rows}
        if found != expected or ending.tables.keys() != {table.full_name for table in self.manifest.tables}:
            raise self._wrong("its tables are not those that were written")

    def _next(self, wanted: str) -> bytes:
        name, content = next(self._members, ("", b""))
        if name != wanted:
            raise self._wrong(f"{wanted} is missing")
        return content

    def _parsed(self, model: type[Model], content: bytes) -> Model:
        try:
            return model.model_validate_json(content)
        except ValidationError:
            raise self._wrong("it was made by a release that this one cannot read: use that release, or a newer one") from None

    def _wrong(self, why: str) -> Invalid:
        return Invalid(Fault(f"/{self.file.name}", "backup-not-whole"), message=f"{self.file} is no whole backup: {why}")


class _Tally:
    """What came of a table so far."""

    def __init__(self) -> None:
        self._rows, self._size, self._digest = 0, 0, sha256()

    def add(self, content: bytes) -> None:
        self._rows += content.count(b"\n")
        self._size += len(content)
        self._digest.update(content)

    def told(self) -> TableEnd:
        return TableEnd(rows=self._rows, size=self._size, digest=self._digest.hexdigest())
