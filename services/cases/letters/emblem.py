"""A school's emblem: PNG or SVG up to 200 kB. It is never kept as it came: an SVG is written anew from shapes alone, a PNG from its pixels alone.

Both are kept as SVG, so that a document has one way to show it.
"""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Literal
from xml.etree import ElementTree as ET

from shared.errors import Fault, Invalid, Sentences

LARGEST = 200 * 1024
_WIDEST = 2000
_DEEPEST = 40
_HEADER = 13
_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset({
    "svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "linearGradient", "radialGradient", "stop", "clipPath",
})  # fmt: skip
_ATTRIBUTES = frozenset({
    "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "d", "points", "transform", "id", "fill",
    "fill-rule", "fill-opacity", "clip-rule", "clip-path", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
    "stroke-dasharray", "stroke-opacity", "opacity", "offset", "stop-color", "stop-opacity", "gradientUnits", "gradientTransform", "spreadMethod",
    "clipPathUnits", "preserveAspectRatio",
})  # fmt: skip
_VALUE = re.compile(r"[\w\s.,#%()+\-]*")
_ADDRESS = re.compile(r"url\s*\(", re.IGNORECASE)
_OWN = re.compile(r"url\(#[\w.\-]+\)")
_STYLE = re.compile(r"\s*([\w-]+)\s*:\s*([^;]*)")

SENTENCES = {
    "not-a-picture": Sentences("Lambang harus berupa PNG atau SVG yang utuh.", "An emblem is a whole PNG or SVG."),
    "too-large": Sentences(
        "Lambang paling besar 200 kB dan 2000 titik lebar dan tingginya.", "An emblem has at most 200 kB, and 2000 dots in width and height."
    ),
}


def sanitised(picture: bytes) -> str:
    """The picture as SVG. Raises: Invalid: it is too large, or neither PNG nor SVG."""
    if len(picture) > LARGEST:
        raise refused("too-large")
    return _from_png(picture) if picture.startswith(_PNG) else _from_svg(picture)


def kind_of(picture: bytes) -> Literal["png", "svg"]:
    """Of one that was sanitised."""
    return "png" if picture.startswith(_PNG) else "svg"


def refused(code: str) -> Invalid:
    """Why a picture is not taken. code: one of `SENTENCES`."""
    return Invalid(Fault("/picture", code, SENTENCES[code]))


# PNG ---------------------------------------------------------------------------------------------------------------


def _from_png(picture: bytes) -> str:
    chunks = [(kind, body) for kind, body in _chunks(picture) if kind in _CHUNKS]
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != _HEADER or chunks[-1][0] != b"IEND":
        raise refused("not-a-picture")
    width, height = struct.unpack(">II", chunks[0][1][:8])
    if not 0 < width <= _WIDEST or not 0 < height <= _WIDEST:
        raise refused("too-large")
    _require_pixels(b"".join(body for kind, body in chunks if kind == b"IDAT"), width, height)
    written = _PNG + b"".join(_chunk(kind, body) for kind, body in chunks)
    data = b64encode(written).decode()
    image = f'<image width="{width}" height="{height}" href="data:image/png;base64,{data}"/>'
    return f'<svg xmlns="{_SVG}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">{image}</svg>'


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place + 12 <= len(picture):
        (length,) = struct.unpack(">I", picture[place : place + 4])
        kind, body = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        if picture[place + 8 + length : place + 12 + length] != struct.pack(">I", zlib.crc32(kind + body)):
            raise refused("not-a-picture")
        yield kind, body
        place += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _require_pixels(packed: bytes, width: int, height: int) -> None:
    """They unpack to no more than a picture of this size can have (16 bits a channel)."""
    most = height * (width * 8 + 1) + 1
    try:
        unpacked = zlib.decompressobj().decompress(packed, most)
    except zlib.error as error:
        raise refused("not-a-picture") from error
    if not unpacked or len(unpacked) >= most:
        raise refused("not-a-picture")


# SVG ---------------------------------------------------------------------------------------------------------------


def _from_svg(picture: bytes) -> str:
    try:
        text = picture.decode()
    except UnicodeDecodeError as error:
        raise refused("not-a-picture") from error
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise refused("not-a-picture")
    try:
        root = ET.fromstring(text)  # noqa: S314 - neither a document type nor an entity is in it
    except ET.ParseError as error:
        raise refused("not-a-picture") from error
    if root.tag not in ("svg", f"{{{_SVG}}}svg"):
        raise refused("not-a-picture")
    return ET.tostring(_shape(root), encoding="unicode")


def _shape(element: ET.Element, depth: int = 0) -> ET.Element:
    """The element with what may stand in a picture, and without everything else."""
    kept = ET.Element(_local(element.tag), {} if depth else {"xmlns": _SVG})
    if depth > _DEEPEST:
        raise refused("not-a-picture")
    for name, value in _attributes(element):
        if name in _ATTRIBUTES and _is_harmless(value):
            kept.set(name, value)
    kept.extend([_shape(child, depth + 1) for child in element if isinstance(child.tag, str) and _local(child.tag) in _SHAPES])
    return kept


def _attributes(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Its attributes; those in `style` count as if they stood for themselves."""
    yield from ((name, value) for name, value in element.attrib.items() if name != "style")
    for declaration in element.attrib.get("style", "").split(";"):
        if found := _STYLE.fullmatch(declaration):
            yield found[1], found[2].strip()


def _is_harmless(value: str) -> bool:
    """Numbers, colours and names; an address only of something inside the picture."""
    return bool(_VALUE.fullmatch(value)) if not _ADDRESS.search(value) else bool(_OWN.fullmatch(value.strip()))


def _local(tag: str) -> str:
    return tag.removeprefix(f"{{{_SVG}}}")
