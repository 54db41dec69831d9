"""Looks through one PDF: a program of its own, which reads a file from its input and says by its exit whether people may open it.

A PDF is kept as evidence and opened by people, on whatever they have. So it is not taken where it runs something, starts a program, sends a form,
carries other files, fetches some from elsewhere, or asks for a page of the web as soon as it is opened, which tells its sender who opened it; nor
where it is locked, because then nobody here can see what it holds. This is no scanner for viruses: it knows the ways that the format itself offers
(ISO 32000). It imports nothing of ours. Its exit: 0, or 3 where the file is not taken.
"""

from __future__ import annotations

import re
import resource
import sys
import zlib
from collections.abc import Iterator

ACTS = (
    "JavaScript", "Launch", "Rendition", "RichMedia", "XFA", "SubmitForm", "ImportData", "GoToE", "GoToR", "EmbeddedFile", "EmbeddedFiles",
    "Encrypt", "FileAttachment", "Movie", "Sound", "OnInstantiate",
)  # fmt: skip
"""Names without which no PDF does any of it. /OpenAction is not among them: nearly every PDF says by it on which page it opens."""

MOST_UNFOLDED = 128 * 1024 * 1024
"""Octets that the streams of one file may come to; a report of two hundred drawn pages comes to some thirty million."""

_PIECE = 256 * 1024
_MOUTHFUL = 16 * 1024
_DEEPEST = 100
_MEMORY = 512 * 1024 * 1024
_SECONDS = 20
_LONGEST = 512
NOT_TAKEN = 3


_DIGITS = 10

Held = tuple[int, bytes, int]
"""An object: its number, in what it stands, and where."""


class NotInert(Exception):
    """It acts, or hides whether it does."""


def _spelled(name: str) -> str:
    """Every letter of a name may be written by its number."""
    return "".join(f"(?:{each}|#{ord(each):02x}|#{ord(each):02X})" for each in name)


_ACTING = re.compile(f"/(?:{'|'.join(map(_spelled, ACTS))})(?![^\\x00\\t\\n\\x0c\\r ()<>\\[\\]{{}}/%])".encode())
_NAMED = rb"(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
_GAP, _REGULAR = rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]*+)*+", rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
_SAYS = rb"(?:[^<>]|<[0-9A-Fa-f\x00\t\n\x0c\r ]*+>){0,300}?"
_LEADS = _SAYS + f"/{_spelled('URI')}".encode() + _NAMED
_OPENING = f"/{_spelled('OpenAction')}".encode() + _GAP
_BY_ITSELF = re.compile(
    _OPENING + rb"<<" + _LEADS
    + b"|" + f"/(?:{_spelled('AA')}|{_spelled('EF')})".encode() + _GAP + rb"(?:<<|[0-9]+" + _GAP + rb"[0-9]+" + _GAP + rb"R)"
    + b"|" + f"/{_spelled('FS')}".encode() + _GAP + f"/{_spelled('URL')}".encode() + _NAMED
)  # fmt: skip
"""A page of the web when it is opened; anything at all when a page of it is turned or a field is touched; files within, and files of the web."""

_OPENING_ELSEWHERE = re.compile(_OPENING + rb"([0-9]++)" + _GAP + rb"[0-9]++" + _GAP + rb"R")
_LEADING = re.compile(_GAP + rb"<<" + _LEADS)
_NUMBER = re.compile(rb"(?<![0-9])([0-9]++)" + _GAP + rb"[0-9]++" + _GAP + rb"obj")
_FIRST = re.compile(rb"/First ([0-9]++) (?![0-9])")
_TOGETHER = re.compile("|".join(map(_spelled, ("/ObjStm", "/XRef"))).encode())
_OTHERWISE = re.compile("|".join(map(_spelled, ("LZWDecode", "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode"))).encode())

_OBJECT = re.compile(rb"obj" + _REGULAR + rb"*+" + _GAP + rb"<<")
_WORD = re.compile(_GAP + rb"(<<|>>|[\[\](]|/" + _REGULAR + rb"*+|<[^<>]*+>|" + _REGULAR + rb"++)")
_CLOSES = {b"<<": b">>", b"[": b"]"}
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_NUMBERED = re.compile(rb"#([0-9A-Fa-f]{2})")

_HOLDS_OBJECTS = re.compile(rb"/(?:N|ObjStm)(?= )")
_PLAIN = re.compile(rb"/Filter (?:/FlateDecode|\[ /FlateDecode \])(?= )")
_FILTERED = re.compile(rb"/(?:Filter|F|FFilter|DecodeParms|DP|FDecodeParms)(?= )")
_FROM_ELSEWHERE = re.compile(rb"/(?:F|FFilter|Ref)(?= )")
_STREAM = re.compile(_GAP + rb"stream")
_LINE = re.compile(rb"[\t\x0c ]*(?:\r\n|\n|\r)")
_REST_OF_LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\n|\r)?")


def require_inert(file: bytes) -> None:
    """Raises: NotInert."""
    if _acts(file) or (_TOGETHER.search(file) and _OTHERWISE.search(file)):
        raise NotInert
    left, opening = MOST_UNFOLDED, _opening(file)
    for start in _starts(file):
        seam = b""
        for piece in _unfolded(file, start):
            left -= len(piece)
            if left < 0 or _acts(seam + piece):
                raise NotInert
            opening |= _opening(seam + piece)
            seam = (seam + piece)[-_LONGEST:]
    objects = list(_objects(file))
    for each in re.finditer(rb"obj", file):
        if begins := _OBJECT.match(file, each.start()):
            said, ends = _dictionary(file, begins.end())
            within = _require_open(file, said, ends)
            objects += _packed(file, said, within) if within and opening else ()
    if any(number in opening and _LEADING.match(told, at) for number, told, at in objects):
        raise NotInert


def _acts(told: bytes) -> bool:
    return bool(_ACTING.search(told) or _BY_ITSELF.search(told))


def _opening(told: bytes) -> set[int]:
    """Numbers of objects that say what is done on opening."""
    return {int(found[1]) for found in _OPENING_ELSEWHERE.finditer(told) if len(found[1]) <= _DIGITS}


def _objects(file: bytes) -> Iterator[Held]:
    """Those that stand in the file itself."""
    for found in _NUMBER.finditer(file):
        if len(found[1]) <= _DIGITS:
            yield int(found[1]), file, found.end()


def _packed(file: bytes, said: bytes, start: int) -> Iterator[Held]:
    """Those that are packed together: their numbers and places come first. Raises: NotInert, where they cannot be told."""
    told = b"".join(_unfolded(file, start)) if _PLAIN.search(said) else file[start:]
    first = _FIRST.search(said)
    if not first or len(first[1]) > _DIGITS:
        raise NotInert
    words = told[: int(first[1])].split()
    for number, place in zip(words[::2], words[1::2], strict=False):
        if not (number.isdigit() and place.isdigit() and max(len(number), len(place)) <= _DIGITS):
            raise NotInert
        yield int(number), told, int(first[1]) + int(place)


def _require_open(file: bytes, said: bytes, ends: int) -> int:
    """Objects that are packed together are packed in the one way that is looked into here, and to the end. They are told by /N, without which no
    reader finds one of them; most do not ask for their type. What a stream or a drawing holds stands here, and is not fetched.
    Where they begin; 0, where there are none.
    """
    begins = _STREAM.match(file, ends)
    if begins and _FROM_ELSEWHERE.search(said):
        raise NotInert
    if not begins or not _HOLDS_OBJECTS.search(said):
        return 0
    rest, packed = _PLAIN.subn(b"", said, count=1)
    line = _LINE.match(file, begins.end())
    if not line or _FILTERED.search(rest) or (packed and not _is_whole(file, line.end())):
        raise NotInert
    return line.end()


def _dictionary(file: bytes, at: int) -> tuple[bytes, int]:
    """What it says, without what those in it say, and where it ends. at: behind its brackets. Raises: NotInert, where it is malformed."""
    said, within = [], [b"<<"]
    while within:
        if len(within) > _DEEPEST or not (found := _WORD.match(file, at)):
            raise NotInert
        word, at = found[1], found.end()
        if word == b"(":
            at = _behind_string(file, at)
        elif word in _CLOSES:
            within.append(word)
        elif word in _CLOSES.values() and _CLOSES[within.pop()] != word:
            raise NotInert
        if within.count(b"<<") == 1:
            said.append(_NUMBERED.sub(lambda number: bytes.fromhex(number[1].decode()), word))
    return b" ".join([*said, b""]), at


def _behind_string(file: bytes, at: int) -> int:
    depth = 1
    for each in _IN_STRING.finditer(file, at):
        depth += {b"(": 1, b")": -1}.get(each[0], 0)
        if not depth:
            return each.end()
    raise NotInert


def _starts(file: bytes) -> Iterator[int]:
    """Where streams begin: behind the word, or on the next line, because some readers pass over what else stands on its own."""
    for each in re.finditer(rb"stream", file):
        here, line = _LINE.match(file, each.end()), _REST_OF_LINE.match(file, each.end())
        yield from {found.end() if found else each.end() for found in (here, line)}


def _unfolded(file: bytes, start: int) -> Iterator[bytes]:
    """What a stream holds, in pieces, up to where it goes wrong; nothing where it is packed in another way, as a photograph is. Its head and its sum
    are left out of account, as readers leave them.
    """
    unpacking, at, step = zlib.decompressobj(-zlib.MAX_WBITS), start + 2, _PIECE
    while step and not unpacking.eof:
        before, packed = unpacking.copy(), file[at : at + _MOUTHFUL]
        try:
            piece = unpacking.decompress(packed, step)
        except zlib.error:  # it keeps nothing of a call that fails: nearer, in smaller steps
            unpacking, step = before, step // 2
            continue
        at += len(packed) - len(unpacking.unconsumed_tail)
        if not piece and not packed:
            return
        yield piece


def _is_whole(file: bytes, start: int) -> bool:
    """Whether it unfolds to its end with the sum it names. It was unfolded before, so it is not too large."""
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(memoryview(file)[start:])
    except zlib.error:
        return False
    return unpacking.eof


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
