"""Redraws one picture: a program of its own, which reads a file from its input, writes a JPEG to its output and can do nothing else.

Decoders of pictures are where files attack. This process has a bound of memory and of time, writes no file and ends after one picture. It imports
nothing of ours. Its exit tells whether there is a picture: 0, or 3 where it cannot be read or has too many pixels.
"""

from __future__ import annotations

import resource
import sys
from io import BytesIO

from PIL import Image, ImageOps

MOST_PIXELS = 64_000_000
"""Over this no picture is decoded; cameras of telephones come to 50 million."""

LONGEST = 3000
"""Pixels of the longer side of what people see: writing in a photographed chat can still be read."""

_MEMORY = 1024 * 1024 * 1024
_SECONDS = 20
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 88
UNREADABLE = 3


class Unreadable(Exception):
    """It is no picture, or more than one is allowed to be."""


def redrawn(content: bytes) -> bytes:
    """The first picture of a file as a JPEG, upright, on white, with nothing else of the file. Raises: Unreadable."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable
            return _as_jpeg(_drawn(image))
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError) as error:
        raise Unreadable from error


def _drawn(image: Image.Image) -> Image.Image:
    """Small first, so that only one copy is ever large."""
    image.draft("RGB", (LONGEST, LONGEST))
    image.thumbnail((LONGEST, LONGEST), reducing_gap=2.0)
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    fresh = Image.new("RGB", upright.size, "white")  # a new one: comments and profiles hang on the old
    fresh.paste(upright, mask=upright.getchannel("A"))
    return fresh


def _as_jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    _bound()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        sys.stdout.buffer.write(redrawn(sys.stdin.buffer.read()))
    except Unreadable:
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
