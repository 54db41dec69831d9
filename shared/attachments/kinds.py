"""Which files are taken, how large and how many. A file is what its content says, whatever its name or its sender says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["jpeg", "png", "webp", "pdf"]

Fault = Literal["too-large", "too-many", "unknown-kind", "unreadable", "acts", "infected"]
"""Why a file is not taken."""

MOST_OCTETS = 8 * 1024 * 1024
"""Of one file: a photograph of a telephone is three to six million octets."""

MOST_AT_ONCE = 3
"""Files that come with one sending."""

MOST_OF_ONE = 12
"""Files that one concern may have."""


@dataclass(frozen=True, slots=True)
class _Told:
    starts: bytes
    ending: str
    media_type: str


_TOLD: Mapping[Kind, _Told] = {
    "jpeg": _Told(b"\xff\xd8\xff", "jpg", "image/jpeg"),
    "png": _Told(b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    "webp": _Told(b"RIFF", "webp", "image/webp"),
    "pdf": _Told(b"%PDF-", "pdf", "application/pdf"),
}

ACCEPTED = ",".join(each.media_type for each in _TOLD.values())
"""What a browser offers to choose. It is a help for people and no check."""


def kind_of(content: bytes) -> Kind | None:
    """What the first octets say; None for everything that is not taken. Whether a picture is one, its redrawing finds out."""
    for kind, told in _TOLD.items():
        if content.startswith(told.starts) and (kind != "webp" or content[8:12] == b"WEBP"):
            return kind
    return None


def is_picture(kind: Kind) -> bool:
    """Whether it is redrawn. Everything else can only be downloaded as it came."""
    return kind != "pdf"


def file_name(attachment: str, kind: Kind) -> str:
    """Our own: what the sender called the file is kept nowhere, because names of files tell names of people."""
    return f"lampiran-{attachment[:8]}.{_TOLD[kind].ending}"
