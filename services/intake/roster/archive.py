"""The files of a bundle, a zip or a folder, as octets. What the archive program left there is passed over; two files of one name are refused.

Nothing is ever unpacked onto the disk, so the paths in a zip lead nowhere.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

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


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a bundle. size: in octets, unpacked."""

    place: PurePosixPath
    size: int
    read: Callable[[], bytes]


def read_files(source: Source, wanted: Collection[str]) -> dict[str, bytes]:
    """The octets of each wanted file that is there, by its name without ending, in small letters.

    Raises: Invalid: not a whole zip, a locked one, two files of one name, or something far too large.
    """
    contents: dict[str, bytes] = {}
    found: dict[str, PurePosixPath] = {}
    for member in members(source):
        name = member.place.stem.lower()
        if member.place.suffix.lower() != ".csv" or not _is_meant(name, wanted, member.place):
            continue
        if name in found:
            raise _second(found[name], member.place)
        if member.size > MOST_OCTETS - sum(map(len, contents.values())):
            raise untrusted("too-large", f"/{name}.csv")
        found[name], contents[name] = member.place, member.read()
    return contents


def _is_meant(name: str, wanted: Collection[str], place: PurePosixPath) -> bool:
    """Whether it is one of the files that we read. Raises: Invalid: it is a copy of one, and nobody knows which of the two is meant."""
    if name in wanted:
        return True
    copied = _COPY.fullmatch(name)
    if copied and copied[1] in wanted:
        raise untrusted("copied-file", f"/{copied[1]}.csv", place=_shown(place))
    return False


def members(source: Source) -> Iterator[Member]:
    """Every file but what the archive program left there. Raises: Invalid: not a whole zip, or one with far too many files."""
    return (member for member in _every(source) if not _is_litter(member.place))


def _every(source: Source) -> Iterator[Member]:
    if isinstance(source, Path) and source.is_dir():
        for each in sorted(source.rglob("*")):
            if each.is_file():
                yield Member(PurePosixPath(each.relative_to(source).as_posix()), each.stat().st_size, each.read_bytes)
        return
    with _open_zip(source) as archive:
        with _whole_zip():
            listed = files_of(archive)
        for member in listed:
            yield Member(PurePosixPath(member.filename.replace("\\", "/")), member.file_size, _unpacking(archive, member))


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


def _unpacking(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def unpacked() -> bytes:
        if member.flag_bits & _ENCRYPTED:
            raise untrusted("encrypted")
        with _whole_zip():
            return archive.read(member)

    return unpacked


def _is_litter(place: PurePosixPath) -> bool:
    return place.name.startswith(_LITTER) or "__MACOSX" in place.parts


def _second(first: PurePosixPath, second: PurePosixPath) -> Invalid:
    return untrusted("second-file", f"/{first.stem.lower()}.csv", place=f"{_shown(first)}, {_shown(second)}")


def _shown(place: PurePosixPath) -> str:
    """A path of the zip for a message: short, and without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(place)[-_LONGEST_PLACE:])
