"""Reading a journal before it is believed: every line follows the one before it, is signed by a trusted key, and none is missing at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import Fault, Invalid
from shared.journal.entry import BEGINNING, Entry, Head, Told, hash_of, public_half
from shared.journal.file import JournalFile
from shared.keys import Key

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Read:
    """A whole journal. told: its events, in the order in which they were stored. head: how far it goes, and until when it was kept."""

    told: tuple[Told, ...]
    head: Head


def read_journal(folder: Path, service: str, held: Iterable[Key]) -> Read:
    """The journal of a service, believed only where all of it is whole.

    held: the keys at hand, also those after their overlap. Raises: Invalid, which names the line; FileNotFoundError: there is none.
    """
    file = JournalFile(folder, service)
    told = file.path.read_bytes().splitlines(keepends=True)
    lines = _Lines(file.path, service, told)
    head = lines.head(file.head_path)
    entries = lines.entries(len(told) if told and told[-1].endswith(b"\n") else len(told) - 1 if head.lines < len(told) else len(told))
    trusted = _trusted(entries, {public_half(each) for each in held})
    lines.require_signed(entries, trusted)
    lines.require_head(entries, head, trusted)
    return Read(tuple(each.told for each in entries if each.told), head)


class _Lines:
    """What was read, and how to say which line is wrong."""

    def __init__(self, path: Path, service: str, lines: Sequence[bytes]) -> None:
        self._path, self._service, self._lines = path, service, lines

    def head(self, path: Path) -> Head:
        """Raises: Invalid: it is not there, or is no head."""
        if not path.exists():
            raise self._wrong(0, f"{path.name} is missing beside it: copy both")
        return self._parsed(Head, path.read_bytes(), 0, f"{path.name} was changed")

    def entries(self, whole: int) -> list[Entry]:
        """The first `whole` lines. Raises: Invalid: one was changed or cut, or something before it is missing."""
        found, previous = list[Entry](), BEGINNING
        for number, line in enumerate(self._lines[:whole], start=1):
            entry = self._parsed(Entry, line, number, "it was changed, or cut off")
            if entry.line() != line or not entry.fits():
                raise self._wrong(number, "it was changed")
            if entry.service != self._service:
                raise self._wrong(number, f"it is of {entry.service}")
            if entry.previous != previous:
                raise self._wrong(number, "what stood before it is missing, or was changed")
            found.append(entry)
            previous = hash_of(line)
        return found

    def require_signed(self, entries: Sequence[Entry], trusted: Collection[str]) -> None:
        """Raises: Invalid: somebody signed a line who is not trusted."""
        for number, entry in enumerate(entries, start=1):
            if entry.key not in trusted:
                raise self._wrong(number, "it is signed with a key that nobody vouches for: this journal is of another district, or of other secrets")

    def require_head(self, entries: Sequence[Entry], head: Head, trusted: Collection[str]) -> None:
        """Raises: Invalid: lines are missing at the end, or the head is not of this journal."""
        if head.service != self._service or head.key not in trusted or not head.fits():
            raise self._wrong(0, f"{self._path.name}.head was changed, or is of another journal")
        if head.lines > len(entries):
            raise self._wrong(len(entries) + 1, f"the end is cut off: {head.lines - len(entries)} lines are missing from here on")
        if head.last != (hash_of(self._lines[head.lines - 1]) if head.lines else BEGINNING):
            raise self._wrong(head.lines, f"it is not the line that {self._path.name}.head knows")

    def _parsed(self, model: type[Model], content: bytes, number: int, why: str) -> Model:
        try:
            return model.model_validate_json(content)
        except ValidationError:
            raise self._wrong(number, why) from None

    def _wrong(self, number: int, why: str) -> Invalid:
        place = f"line {number} of {self._path}" if number else f"{self._path}"
        return Invalid(
            Fault(f"/{self._path.name}/{number}", "journal-damaged"), message=f"{place}: {why}. Nothing was restored; take another copy of it"
        )


def _trusted(entries: Sequence[Entry], held: Collection[str]) -> frozenset[str]:
    """The keys at hand, and every key that one of the trusted vouches for."""
    known, pending = frozenset(held), [each for each in entries if each.kind == "key"]
    while believed := {each.vouched for each in pending if each.vouched not in known and each.key in known and each.fits()}:
        known |= believed
    return known
