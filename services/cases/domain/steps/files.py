"""Files that came with an activity, a referral or a group, or as the scan of a signed letter: what each is, and where its chain of custody begins
(ADR 69, 87).

The file's key is no part of the history: it lies sealed beside the chunks, so that nobody who reads the history has it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.activity import NoSuchActivity
from services.cases.domain.steps.command import ActEvent
from services.cases.domain.steps.tells import NOTHING, Tells
from shared.attachments.kinds import MOST_OF_ONE, Kind
from shared.errors import Refused
from shared.message import Event, Fact


class File(Fact):
    """One file as it was taken. digest: the SHA-256 of what came, in hexadecimal."""

    attachment: str
    kind: Kind
    octets: int
    digest: str


class KeepFiles(Fact):
    """Files were taken and lie sealed. activity: with whose words they stand; it may be a referral or a group.
    document: the issued letter of which they are the signed scan. One of the two.
    """

    act: str
    by: str
    at: AwareDatetime
    activity: str | None = None
    document: str | None = None
    files: tuple[File, ...]


class FileAdded(ActEvent):
    type: Literal["file-added"] = "file-added"
    version: Literal[1] = 1
    activity: str | None
    document: str | None
    attachment: str
    kind: Kind
    octets: int
    digest: str


Files = tuple[FileAdded, ...]
NONE: Files = ()


class FilesFull(Refused):
    code = "files-full"
    indonesian = "Lampiran di sini sudah sebanyak yang dapat disimpan. Tuliskan keterangannya tanpa berkas."
    english = "There are as many files here as may be kept. Write the words without a file."


def keep(command: KeepFiles, files: Files, stands: Container[str]) -> Sequence[FileAdded]:
    """stands: ids with whose words files may stand. Raises: NoSuchActivity, FilesFull: of one of them, so of none."""
    if command.activity is not None and command.activity not in stands:
        raise NoSuchActivity
    if len(of(files, command.activity, command.document)) + len(command.files) > MOST_OF_ONE:
        raise FilesFull
    about = {name: getattr(command, name) for name in ("act", "by", "at", "activity", "document")}
    return [FileAdded(**about, **dict(each)) for each in command.files]


def of(files: Files, activity: str | None, document: str | None) -> Sequence[FileAdded]:
    """Those of one activity or of one letter, in the order in which they came."""
    return [each for each in files if each.activity == activity and each.document == document]


TELLS: Mapping[type[Event], Tells[Any]] = {FileAdded: NOTHING}
