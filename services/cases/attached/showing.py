"""The files of a case as its page shows them: what they are, and where they are downloaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlencode

from services.cases.attached.kept import AttachedFile
from services.cases.domain.steps.files import FileAdded
from shared.attachments.kinds import Kind, is_picture
from shared.pages import Text, say

_PICTURE = say("Foto")
_KINDS: Mapping[Kind, Text] = {"jpeg": _PICTURE, "png": _PICTURE, "webp": _PICTURE, "pdf": say("Berkas PDF")}


Stands = Literal["kegiatan", "dokumen"]
"""With what a file stands: an activity, or a letter that was issued."""


def files_shown(files: Sequence[AttachedFile], case_id: str, reason: str | None) -> Mapping[str, list[dict[str, object]]]:
    """By the concern with which they came. reason: why the person reads the case, if they said so."""
    found: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for each in files:
        found[each.concern].append(_shown(each, f"/cases/cases/{case_id}/lampiran", reason))
    return found


def place_of_files(case_id: str, stands: Stands, subject: str) -> str:
    """The page of the files of an activity or of a letter."""
    return f"/cases/cases/{case_id}/{stands}/{subject}/lampiran"


def kept_shown(files: Sequence[FileAdded], page: str, reason: str | None, names: Mapping[str, str]) -> list[dict[str, object]]:
    """Those of an activity or of a letter, each with when it came and from whom. page: on which they stand. names: of people, by id."""
    return [_shown(each, page, reason) | {"at": each.at, "by": names.get(each.by, "")} for each in files]


def _shown(file: AttachedFile | FileAdded, page: str, reason: str | None) -> dict[str, object]:
    place = f"{page}/{file.attachment}"
    query = f"?{urlencode({'reason': reason})}" if reason else ""
    return {
        "what": _KINDS[file.kind],
        "size": max(1, round(file.octets / 1000)),
        "picture": f"{place}{query}" if is_picture(file.kind) else "",
        "original": f"{place}/asli{query}",
        "digest": file.digest,
    }
