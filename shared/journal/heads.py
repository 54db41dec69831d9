"""The signed heads of a store outside the database, in `<folder>/<service>.heads`: who rewrites the database does not reach these.

Each line names the line before it and is signed with the key of the heads. A copy of the file on another machine is compared in the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import structlog
from pydantic import ValidationError

from shared.database import Database
from shared.errors import Unavailable
from shared.eventstore.epochs import FIRST, Epoch, epochs
from shared.heartbeat import Heartbeats
from shared.journal.entry import BEGINNING, Signed
from shared.journal.file import append, last_line, opened
from shared.keys import Keys

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two lines: what is younger can be rewritten together with the database's own heads."""

_HEAD = "SELECT position, store_hash FROM signed_head ORDER BY position DESC LIMIT 1"
_AT = "SELECT e.position, e.store_hash, EXISTS (SELECT FROM signed_head s WHERE s.position = e.position) FROM event e WHERE e.position = ANY (%s)"


class HeadLine(Signed):
    """store_hash: of the event at the position, in hexadecimal."""

    previous: str = BEGINNING
    epoch: UUID = FIRST
    position: int
    store_hash: str


class HeadKeeper:
    """A Part. folder: of the journal."""

    name = "head-keeper"

    def __init__(self, folder: Path, database: Database, keys: Keys, heartbeats: Heartbeats) -> None:
        self._path, self._database, self._keys = heads_file(folder, database.service), database, keys
        self._pulse = heartbeats.pulse(self.name)

    async def run(self) -> None:
        while True:
            try:
                await self.keep()
                self._pulse.detail = ""
            except Unavailable as error:
                self._pulse.detail = str(error)
            await self._pulse.rest(EVERY)

    async def keep(self) -> None:
        """Writes the newest signed head, where it has moved. Raises: Unavailable: the database does not answer, or the file cannot be written."""
        async with self._database.connection() as connection:
            row = await (await connection.execute(_HEAD)).fetchone()
        if row is None:
            return
        epoch = (await epochs(self._database))[-1].id
        line = HeadLine(service=self._database.service, key="", epoch=epoch, position=row[0], store_hash=row[1].hex())
        try:
            await asyncio.to_thread(self._append, line)
        except (OSError, ValidationError) as error:
            log.warning("head-not-kept", error=type(error).__name__)
            raise Unavailable(f"the heads of {line.service} cannot be written ({type(error).__name__}): look at the journal's folder") from None

    def _append(self, line: HeadLine) -> None:
        with opened(self._path) as descriptor:
            before = last_line(descriptor)
            known = HeadLine.model_validate_json(before) if before else None
            if known and (known.epoch, known.position) == (line.epoch, line.position):
                return
            chained = line.model_copy(update={"previous": sha256(before).hexdigest() if before else BEGINNING})
            append(descriptor, [chained.signed(self._keys.active("head"))])


def heads_file(folder: Path, service: str) -> Path:
    return folder / f"{service}.heads"


def read_heads(path: Path, service: str, trusted: Collection[str]) -> list[HeadLine]:
    """Every line, each following the one before. trusted: public keys in hexadecimal. Raises: ValueError: which line is wrong, and how."""
    found, previous = list[HeadLine](), BEGINNING
    for number, told in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        try:
            line = HeadLine.model_validate_json(told)
        except ValidationError:
            raise ValueError(f"{path.name}, line {number}: it was changed, or cut off") from None
        if line.previous != previous or line.service != service:
            raise ValueError(f"{path.name}, line {number}: a line before it is missing or was put in")
        if line.key not in trusted or not line.fits():
            raise ValueError(f"{path.name}, line {number}: nobody who is trusted signed it")
        found.append(line)
        previous = sha256(told).hexdigest()
    return found


def newest(path: Path) -> str:
    """The last line as it stands there, without its end; empty where there is none yet."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return lines[-1] if lines else ""


def read_kept(path: Path, service: str, trusted: Collection[str]) -> list[HeadLine]:
    """Lines that somebody kept elsewhere, now and then, of all services in one file: each stands for itself.

    Raises: ValueError: which line is wrong, and how. OSError.
    """
    found = list[HeadLine]()
    for number, told in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            line = HeadLine.model_validate_json(told)
        except ValidationError:
            raise ValueError(f"{path.name}, line {number}: it was changed, or cut off") from None
        if line.service != service:
            continue
        if line.key not in trusted or not line.fits():
            raise ValueError(f"{path.name}, line {number}: nobody who is trusted signed it")
        found.append(line)
    return found


async def compare(database: Database, lines: Iterable[HeadLine]) -> str:
    """What the store does not have as it was kept outside: the first gap, cut or rewriting, in words; empty where all of it is there."""
    known = await epochs(database)
    still = [each for each in lines if _is_there(each, known)]
    async with database.connection() as connection:
        rows = await (await connection.execute(_AT, ([each.position for each in still],))).fetchall()
    found = {position: (bytes(digest).hex(), signed) for position, digest, signed in rows}
    return next((wrong for each in still if (wrong := _wrong(each, found.get(each.position)))), "")


def _is_there(line: HeadLine, known: Sequence[Epoch]) -> bool:
    """What a restore has lost is named by the restore; here only what should be there."""
    ids = [each.id for each in known]
    if line.epoch not in ids:
        return True
    after = known[ids.index(line.epoch) + 1 :]
    return not after or line.position <= after[0].began_after


def _wrong(line: HeadLine, found: tuple[str, bool] | None) -> str:
    if found is None:
        return f"the history was cut: position {line.position}, which was kept outside, is missing"
    if found[0] != line.store_hash:
        return f"the history was rewritten: position {line.position} is not the one that was kept outside"
    return "" if found[1] else f"signed heads are missing: the one of position {line.position} was kept outside"
