"""What a bundle is, whoever made it: OneRoster as CSV, a folder of Dapodik's answers, or Dapodik's lists. One reader for all."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from services.intake.roster.archive import MOST_OCTETS, Source, members
from services.intake.roster.csvfile import WIDE_MARKS
from services.intake.roster.dapodik.answers import read_answers, subject_of
from services.intake.roster.dapodik.lists import is_list, read_lists
from services.intake.roster.dapodik.mapping import bundle_of
from services.intake.roster.dapodik.sheets import OLD
from services.intake.roster.reading import Bundle, read_bundle
from services.intake.roster.untrusted import untrusted

_WORKBOOK = PurePosixPath("xl/workbook.xml")
"""Stands in every XLSX file, which is a zip of its own."""

_ONEROSTER = frozenset({"users", "orgs"})
_LISTS = (".xlsx", ".csv")


_MOST_OF_ONE = 32 * 1024 * 1024
"""Octets of a list or answer of one school. The largest schools' are a tenth of it."""


def read_source(source: Source, school: str | None = None) -> Bundle:
    """The rows of a bundle. school: the NPSN of the school whose lists these are, where they do not say.

    Raises: Invalid: nothing that we read, or something that cannot be trusted as a whole.
    """
    if (alone := _alone(source)) is not None:
        return bundle_of(read_lists([alone], school))
    places = [each.place for each in members(source)]
    if any(_is_answer(place) for place in places):
        return bundle_of(read_answers(_contents(source, _is_answer)))
    if not any(_is_oneroster(place) for place in places):
        lists = [(place, content) for place, content in _contents(source, _may_be_list) if is_list(place.name, content)]
        if lists:
            return bundle_of(read_lists(lists, school))
    return read_bundle(source)


def _is_answer(place: PurePosixPath) -> bool:
    return place.suffix.lower() == ".json" and subject_of(place) is not None


def _is_oneroster(place: PurePosixPath) -> bool:
    return place.suffix.lower() == ".csv" and place.stem.lower() in _ONEROSTER


def _may_be_list(place: PurePosixPath) -> bool:
    return place.suffix.lower() in _LISTS


def _contents(source: Source, wanted: Callable[[PurePosixPath], bool]) -> Iterator[tuple[PurePosixPath, bytes]]:
    left = MOST_OCTETS
    for each in members(source):
        if not wanted(each.place):
            continue
        left -= each.size
        if each.size > _MOST_OF_ONE or left < 0:
            raise untrusted("too-large", f"/{each.place.name}", place=each.place.name)
        yield each.place, each.read()


def _alone(source: Source) -> tuple[PurePosixPath, bytes] | None:
    """A list that came by itself, not in a zip or a folder."""
    if not isinstance(source, Path):
        return _list_in(PurePosixPath("daftar"), source)
    if source.is_dir():
        return None
    with source.open("rb") as file:
        return _list_in(PurePosixPath(source.name), file)


def _list_in(place: PurePosixPath, file: BinaryIO) -> tuple[PurePosixPath, bytes] | None:
    file.seek(0)
    is_zip = zipfile.is_zipfile(file)
    if is_zip and not any(each.place == _WORKBOOK for each in members(file)):
        return None
    file.seek(0)
    content = file.read(_MOST_OF_ONE + 1)
    file.seek(0)
    if len(content) > _MOST_OF_ONE:
        return None
    return (place, content) if is_zip or content.startswith(OLD) or _is_text(content) else None


def _is_text(content: bytes) -> bool:
    """Whether it may be a CSV file, in whatever encoding: a wrong one is told as such. What neither is one nor a zip is refused as no zip."""
    return bool(content) and (content.startswith(WIDE_MARKS) or b"\0" not in content)
