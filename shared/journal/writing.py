"""Writing lines of the journal: what is new is chained, signed and on the disk before this returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from shared.journal import file as files
from shared.journal.entry import Entry, Head, hash_of, public_half
from shared.journal.file import JournalFile
from shared.keys import Key, Keys


class Writer:
    """Writes the journal of one service. keys: of this service."""

    def __init__(self, folder: Path, service: str, keys: Keys) -> None:
        self.file = JournalFile(folder, service)
        self._service, self._keys = service, keys

    def write(self, entries: Sequence[Entry], epoch: UUID, upto: int, at: datetime) -> None:
        """Writes those of the entries that are not there yet. upto: position up to which they are all there is.

        Raises: OSError: nothing was written. ValueError: the last line is no line of a journal.
        """
        with self.file.held() as descriptor:
            line = files.last_line(descriptor)
            before = Entry.model_validate_json(line) if line else None
            lines = self.file.lines_before(descriptor, hash_of(line))
            fresh = [each for each in entries if not before or _follows(each, before)]
            chained = self._chained(fresh, line, before)
            if chained:
                files.append(descriptor, chained)
            if chained and not before:
                files.settle(self.file.path.parent)
            last = chained[-1].line() if chained else line
            self._tell(Head(service=self._service, key="", lines=lines + len(chained), last=hash_of(last), epoch=epoch, position=upto, at=at))

    def _tell(self, head: Head) -> None:
        self.file.write_head(head.signed(self._keys.active("journal")))

    def _chained(self, entries: Sequence[Entry], line: bytes, before: Entry | None) -> list[Entry]:
        active, done, previous = self._keys.active("journal"), list[Entry](), hash_of(line)
        for entry, by in (*self._vouching(active, before), *((each, active) for each in entries)):
            signed = entry.model_copy(update={"previous": previous}).signed(by)
            done.append(signed)
            previous = hash_of(signed.line())
        return done

    def _vouching(self, active: Key, before: Entry | None) -> list[tuple[Entry, Key]]:
        """After a rotation the older keys that are still there and the active one vouch for each other: whoever trusts one can read all lines."""
        if before is None or before.key == public_half(active):
            return []
        others = [each for each in self._keys.held("journal") if each != active]
        return [*((self._claim(before, active), each) for each in others), *((self._claim(before, each), active) for each in others)]

    def _claim(self, before: Entry, key: Key) -> Entry:
        place = {"service": self._service, "epoch": before.epoch, "position": before.position}
        return Entry.model_validate(place | {"key": "", "kind": "key", "vouched": public_half(key)})


def _follows(entry: Entry, before: Entry) -> bool:
    return entry.epoch != before.epoch or entry.position > before.position
