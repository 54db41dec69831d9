"""Looks through one PDF: a program of its own, which reads a file from its input and says by its exit whether people may open it.

A PDF is kept as evidence and opened by people, on whatever they have. So it is not taken where it runs something, starts a program, sends a form or
carries other files, nor where it is locked, because then nobody here can see what it holds. This is no scanner for viruses: it knows the ways that
the format itself offers (ISO 32000). It imports nothing of ours. Its exit: 0, or 3 where the file is not taken.
"""

from __future__ import annotations

import re
import resource
import sys
import zlib
from collections.abc import Iterator

ACTS = (
    "JavaScript", "Launch", "Rendition", "RichMedia", "XFA", "SubmitForm", "ImportData", "GoToE", "EmbeddedFile", "EmbeddedFiles", "Encrypt",
)  # fmt: skip
"""Names without which no PDF does any of it. /OpenAction is not among them: nearly every PDF says by it on which page it opens."""

MOST_UNFOLDED = 128 * 1024 * 1024
"""Octets that the streams of one file may come to; a report of two hundred drawn pages comes to some thirty million."""

_PIECE = 256 * 1024
_MEMORY = 512 * 1024 * 1024
_SECONDS = 20
_LONGEST_NAME = 64
NOT_TAKEN = 3


class NotInert(Exception):
    """It acts, or hides whether it does."""


def _spelled(name: str) -> str:
    """Every letter of a name may be written by its number."""
    return "".join(f"(?:{each}|#{ord(each):02x}|#{ord(each):02X})" for each in name)


_ACTING = re.compile(f"/(?:{'|'.join(map(_spelled, ACTS))})(?![^\\x00\\t\\n\\x0c\\r ()<>\\[\\]{{}}/%])".encode())
_STREAM = re.compile(rb"stream[\t\x0c ]*(?:\r\n|\n|\r)?")
_OBJECTS = re.compile(f"/{_spelled('ObjStm')}".encode())
_PLAIN = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?")
_FILTERED = re.compile(rb"/(?:Filter|DecodeParms|F|FFilter)\b|#")
_OTHERWISE = re.compile("|".join(map(_spelled, ("LZWDecode", "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode"))).encode())


def require_inert(file: bytes) -> None:
    """Raises: NotInert."""
    if _ACTING.search(file):
        raise NotInert
    _require_open(file)
    left = MOST_UNFOLDED
    for stream in _STREAM.finditer(file):
        seam = b""
        for piece in _unfolded(file, stream.end()):
            left -= len(piece)
            if left < 0 or _ACTING.search(seam + piece):
                raise NotInert
            seam = piece[-_LONGEST_NAME:]


def _require_open(file: bytes) -> None:
    """Objects that are packed together are packed in the one way that is looked into here, and no remark hides how."""
    packed = list(_OBJECTS.finditer(file))
    if packed and _OTHERWISE.search(file):
        raise NotInert
    for each in packed:
        begins, ends = file.rfind(b"obj", 0, each.start()), file.find(b"stream", each.end())
        line = max(file.rfind(b"\n", 0, begins), file.rfind(b"\r", 0, begins))
        said = _PLAIN.sub(b"", file[begins:ends], count=1)
        if min(begins, ends) < 0 or b"%" in file[line + 1 : begins] or b"%" in said or _FILTERED.search(said):
            raise NotInert


def _unfolded(file: bytes, start: int) -> Iterator[bytes]:
    """What a stream holds, in pieces; nothing where it is packed in another way, as a photograph is."""
    unpacking, packed = zlib.decompressobj(), memoryview(file)[start:]
    while not unpacking.eof:
        try:
            piece = unpacking.decompress(packed, _PIECE)
        except zlib.error:
            return
        packed = memoryview(unpacking.unconsumed_tail)
        if not piece and not packed:
            return
        yield piece


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        require_inert(sys.stdin.buffer.read())
    except (NotInert, MemoryError):
        return NOT_TAKEN
    return 0


if __name__ == "__main__":
    sys.exit(main())
