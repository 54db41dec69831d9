"""What a file of a directory holds: the members of a zip, the table that each CSV is, and its text."""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.notifications.directory.tables import TABLES, Name
from shared.errors import Fault, Invalid
from shared.zips import NO_ZIP, files_of

MOST_OCTETS = 64 * 1024 * 1024
MOST_MEMBERS = 1_000
Code = Literal["not-hsds", "too-large", "encoding"]

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""With such a beginning a text is UTF-16 and nothing else: a spreadsheet's *Unicode text*."""


@dataclass(frozen=True, slots=True)
class Member:
    """table: that the package says it is; None where it says nothing."""

    name: str
    content: bytes
    table: Name | None = None


def members(name: str, content: bytes) -> Iterator[Member]:
    """The files of a zip, or the one that it is. Raises: Invalid."""
    if not content.startswith(b"PK\x03\x04"):
        yield Member(name, content)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [each for each in files_of(archive) if not each.filename.rpartition("/")[2].startswith(("._", "~$"))]
            if len(found) > MOST_MEMBERS or sum(each.file_size for each in found) > MOST_OCTETS:
                raise refused("too-large", "it is far too large: send it in parts")
            packages = [archive.read(each) for each in found if each.filename.rpartition("/")[2].lower() == "datapackage.json"]
            tables = {path: table for each in packages for path, table in _resources(each)}
            for each in found:
                short = each.filename.rpartition("/")[2]
                yield Member(short, archive.read(each), tables.get(short.lower()))
    except NO_ZIP as error:
        raise refused("not-hsds", "the zip is not whole: make it again") from error


def _resources(package: bytes) -> Iterator[tuple[str, Name]]:
    """Which file holds which table, as a tabular package says it: its files may have any name. One that says it otherwise says nothing."""
    try:
        told = json.loads(package)
    except (ValueError, RecursionError):
        return
    listed = told.get("resources") if isinstance(told, dict) else None
    for each in listed if isinstance(listed, list) else []:
        name, path = (each.get("name"), each.get("path")) if isinstance(each, dict) else (None, None)
        if isinstance(name, str) and isinstance(path, str) and (table := table_named(name)):
            yield path.rpartition("/")[2].lower(), table


def table_named(name: str) -> Name | None:
    """In the singular or the plural, in capitals or not."""
    return next((each for each in TABLES if each.removesuffix("s") == name.lower().removesuffix("s")), None)


def text_of(file: str, content: bytes) -> str:
    """Raises: Invalid: it is neither UTF-8 nor marked as UTF-16."""
    if len(content) > MOST_OCTETS:
        raise refused("too-large", f"{file} is far too large: send it in parts")
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("encoding", f"{file} is not UTF-8: export it again") from error


def one_table(text: str) -> tuple[str, str, int]:
    """How to read a CSV: its separator, the text from its head on, and how many lines stand before that.

    A spreadsheet may say its separator in a line of its own (`sep=;`); else it is the sign that stands most often in the head.
    """
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        return first.strip()[-1], rest, 1
    head = text.lstrip().splitlines()[:1]
    return max(",;\t", key="".join(head).count), text, 0


def refused(code: Code, sentence: str) -> Invalid:
    return Invalid(Fault("", code), message=sentence)
