"""The CSV files of a bundle, a zip or a folder, as text. What the archive program left there is passed over; two files of one name are refused."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from shared.errors import Fault, Invalid

MOST_OCTETS = 256 * 1024 * 1024
"""The largest unpacked size of one file in a bundle. More is a mistake or an attack."""

_LITTER = ("._", "~$")
"""How names begin that macOS and office programs leave beside the real file."""

_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ENOUGH_TO_TELL = 400
"""Octets that show whether a text without a mark is UTF-16: every second one is zero then."""

_NO_ZIP = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


def read_texts(path: Path, wanted: Collection[str]) -> dict[str, str]:
    """The text of each wanted file that is there, by its name without ending, in small letters.

    Raises: Invalid: not a whole zip, two files of one name, something far too large, or another encoding than UTF-8.
    """
    texts: dict[str, str] = {}
    found: dict[str, PurePosixPath] = {}
    for place, content in _members(path):
        name = place.stem.lower()
        if name not in wanted or _is_litter(place):
            continue
        if name in found:
            raise _second(found[name], place)
        found[name] = place
        texts[name] = _decoded(f"{name}.csv", content())
    return texts


def _members(path: Path) -> Iterator[tuple[PurePosixPath, Callable[[], bytes]]]:
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.is_file():
                yield PurePosixPath(each.relative_to(path).as_posix()), each.read_bytes
        return
    with _whole_zip(), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            yield PurePosixPath(member.filename.replace("\\", "/")), _unpacking(archive, member)


@contextmanager
def _whole_zip() -> Iterator[None]:
    try:
        yield
    except _NO_ZIP as error:
        raise Invalid(Fault("", "not-a-zip"), message="the bundle is not a whole zip file: send it again") from error


def _unpacking(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def unpacked() -> bytes:
        name = PurePosixPath(member.filename).name
        if member.file_size > MOST_OCTETS:
            raise Invalid(Fault(f"/{name}", "too-large"), message=f"{name} unpacks to more than {MOST_OCTETS} octets")
        with _whole_zip():
            return archive.read(member)

    return unpacked


def _is_litter(place: PurePosixPath) -> bool:
    return place.suffix.lower() != ".csv" or place.name.startswith(_LITTER) or "__MACOSX" in place.parts


def _second(first: PurePosixPath, second: PurePosixPath) -> Invalid:
    name = first.stem.lower()
    return Invalid(
        Fault(f"/{name}.csv", "second-file"),
        message=f"the bundle holds {first} and {second}: nobody can know which one is meant, so leave one of them",
    )


def _decoded(name: str, content: bytes) -> str:
    if _is_utf_16(content):
        raise Invalid(Fault(f"/{name}", "encoding"), message=f"{name} is UTF-16 (in spreadsheets: Unicode text): export it again as CSV UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(Fault(f"/{name}", "encoding"), message=f"{name} is not UTF-8: export it again with that encoding") from error
    if "\x00" in text:
        raise Invalid(Fault(f"/{name}", "unstorable-character"), message=f"{name} holds a NUL character: export it again")
    return text


def _is_utf_16(content: bytes) -> bool:
    start = content[:_ENOUGH_TO_TELL]
    return content.startswith(_WIDE_MARKS) or (len(start) > 1 and (not any(start[1::2]) or not any(start[::2])))
