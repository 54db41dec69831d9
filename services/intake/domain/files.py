"""Files that come with what a reporter says: what is kept of each, and what others hear of it (ADR 51)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from shared.attachments.kinds import Kind
from shared.errors import Refused
from shared.events import ConcernAttached, ConcernRaised
from shared.message import Event, Fact
from shared.sealed import ConcernText


class File(Fact):
    """One file as it was taken. digest: the SHA-256 of what came, in hexadecimal.

    key: of this file alone, sealed under the concern's own key. keys: the same under the key of each student whom the concern identifies.
    """

    attachment: str
    kind: Kind
    octets: int
    digest: str
    key: ConcernText
    keys: dict[str, ConcernText]


class FileAttached(Event):
    """The reporter handed over a file: where its chain of custody begins. Private to intake; addition: with which words it came."""

    type: Literal["file-attached"] = "file-attached"
    version: Literal[1] = 1
    attachment: str
    addition: str
    kind: Kind
    octets: int
    digest: str
    key: ConcernText


class TooManyFiles(Refused):
    """The concern has as many as one may have; the words are still welcome."""

    code = "too-many-files"
    indonesian = "Laporan ini sudah memiliki lampiran sebanyak yang dapat diterima. Kirim keterangan tanpa berkas."
    english = "This concern has as many files as it may have. Send the words without a file."


def attached(addition: str, files: Sequence[File], raised: Sequence[ConcernRaised]) -> list[FileAttached | ConcernAttached]:
    """raised: what was told of each student. One event for each student who is identified, and one for all who are not, as of words."""
    kept = [_kept(addition, each) for each in files]
    return [*kept, *(told for each in files for told in _told(addition, each, raised))]


def _kept(addition: str, file: File) -> FileAttached:
    return FileAttached(
        attachment=file.attachment, addition=addition, kind=file.kind, octets=file.octets, digest=file.digest, key=file.key
    )  # fmt: skip


def _told(addition: str, file: File, raised: Sequence[ConcernRaised]) -> list[ConcernAttached]:
    first: dict[str | None, ConcernRaised] = {}
    for each in raised:
        first.setdefault(each.student, each)
    keys = {student: file.keys.get(student) if student else file.key for student in first}
    return [_heard(addition, file, about, key) for student, about in first.items() if (key := keys[student])]


def _heard(addition: str, file: File, about: ConcernRaised, key: ConcernText) -> ConcernAttached:
    return ConcernAttached(
        concern=about.concern,
        attachment=file.attachment,
        addition=addition,
        school=about.school,
        student=about.student,
        kind=file.kind,
        octets=file.octets,
        digest=file.digest,
        key=key,
    )
