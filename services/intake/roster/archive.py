"""The files of a bundle, a zip or a folder, read piece by piece. What the archive program left there is passed over; two of one name are refused.

Nothing is ever unpacked onto the disk, so the paths in a zip lead nowhere.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Protocol

from services.intake.roster.untrusted import untrusted
from shared.errors import Invalid
from shared.zips import NO_ZIP, files_of

MOST_OCTETS = 256 * 1024 * 1024
"""The unpacked size of all files together that are read. More is a mistake or an attack."""

MOST_MEMBERS = 10_000
"""Files in a zip. Python's reader takes a minute and half a gigabyte for a list of a million."""

_LISTED = b"PK\x01\x02"
"""Stands before each file in a zip's list of contents (APPNOTE 4.3.12)."""

_AT_ONCE = 1024 * 1024
_ENCRYPTED = 0x1
_LONGEST_PLACE = 100

_LITTER = ("._", "~$")
"""How names begin that macOS and office programs leave beside the real file."""

_COPY = re.compile(r"(?:salinan |copy of )?([a-z]+)(?:[ _-]+(?:copy|salinan))?(?: ?\(\d+\)|[ _-]\d{1,2})?")
"""How a browser or a desktop names the second copy of a file: users (1), users - Copy, Salinan users."""

Source = Path | BinaryIO
"""A folder, a zip, or an open zip."""


class Octets(Protocol):
    """Some octets after the other."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a bundle. size: in octets, unpacked. opened: while the bundle is gone through."""

    place: PurePosixPath
    size: int
    opened: Callable[[], AbstractContextManager[Octets]]

    def read(self) -> bytes:
        """All of it."""
        with self.opened() as octets:
            return octets.read()


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file that we read, as often as it is asked for, and never whole."""

    source: Source
    place: PurePosixPath

    @contextmanager
    def opened(self) -> Iterator[Octets]:
        """Raises: Invalid: a damaged or locked zip, here or while it is read."""
        with closing(members(self.source)) as every, next(each for each in every if each.place == self.place).opened() as octets:
            yield octets


def find_files(source: Source, wanted: Collection[str]) -> dict[str, BundleFile]:
    """Each wanted file that is there, by its name without ending, in small letters.

    Raises: Invalid: not a whole zip, two files of one name, or something far too large.
    """
    found: dict[str, BundleFile] = {}
    left = MOST_OCTETS
    for member in members(source):
        name = member.place.stem.lower()
        if member.place.suffix.lower() != ".csv" or not _is_meant(name, wanted, member.place):
            continue
        if name in found:
            raise _second(found[name].place, member.place)
        if member.size > left:
            raise untrusted("too-large", f"/{name}.csv")
        found[name], left = BundleFile(source, member.place), left - member.size
    return found


def _is_meant(name: str, wanted: Collection[str], place: PurePosixPath) -> bool:
    """Whether it is one of the files that we read. Raises: Invalid: it is a copy of one, and nobody knows which of the two is meant."""
    if name in wanted:
        return True
    copied = _COPY.fullmatch(name)
    if copied and copied[1] in wanted:
        raise untrusted("copied-file", f"/{copied[1]}.csv", place=_shown(place))
    return False


def members(source: Source) -> Generator[Member]:
    """Every file but what the archive program left there. Raises: Invalid: not a whole zip, or one with far too many files."""
    yield from (member for member in _every(source) if not _is_litter(member.place))


def _every(source: Source) -> Iterator[Member]:
    if isinstance(source, Path) and source.is_dir():
        for each in sorted(source.rglob("*")):
            if each.is_file():
                yield Member(PurePosixPath(each.relative_to(source).as_posix()), each.stat().st_size, partial(_file, each))
        return
    with _open_zip(source) as archive:
        with _whole_zip():
            listed = files_of(archive)
        for member in listed:
            yield Member(PurePosixPath(member.filename.replace("\\", "/")), member.file_size, _unpacking(archive, member))


def _file(path: Path) -> AbstractContextManager[Octets]:
    return path.open("rb")


def _open_zip(source: Source) -> zipfile.ZipFile:
    with _whole_zip():
        if _listed(source) > MOST_MEMBERS:
            raise untrusted("too-large", place="zip")
        return zipfile.ZipFile(source)


def _listed(source: Source) -> int:
    """At most how many files a zip may list, told before the list is read."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _listed(file)
    source.seek(0)
    count, last = 0, b""
    while octets := source.read(_AT_ONCE):
        count += (last + octets).count(_LISTED)
        last = octets[-len(_LISTED) + 1 :]
    return count


@contextmanager
def _whole_zip() -> Iterator[None]:
    try:
        yield
    except NO_ZIP as error:
        raise untrusted("not-a-zip") from error


def _unpacking(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], AbstractContextManager[Octets]]:
    @contextmanager
    def unpacked() -> Iterator[Octets]:
        if member.flag_bits & _ENCRYPTED:
            raise untrusted("encrypted")
        with _whole_zip():
            file = archive.open(member)
        with file:
            yield _Unpacked(file)

    return unpacked


class _Unpacked:
    """What a zip holds. A zip that is cut or damaged shows only where it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        with _whole_zip():
            return self._file.read(size)


def _is_litter(place: PurePosixPath) -> bool:
    return place.name.startswith(_LITTER) or "__MACOSX" in place.parts


def _second(first: PurePosixPath, second: PurePosixPath) -> Invalid:
    return untrusted("second-file", f"/{first.stem.lower()}.csv", place=f"{_shown(first)}, {_shown(second)}")


def _shown(place: PurePosixPath) -> str:
    """A path of the zip for a message: short, and without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(place)[-_LONGEST_PLACE:])
