"""Files as people send them, and as somebody sends them who means harm. All made here; none is kept."""

import struct
import zlib
from io import BytesIO
from random import Random

from PIL import Image

PLACE = b"GPS-CANARY-6.2S-106.8E"
"""Stands in the metadata of every honest picture here; nobody may see it in what people are shown."""

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def photograph(kind: str = "JPEG", size: tuple[int, int] = (400, 300), orientation: int = 6) -> bytes:
    """With a place in its EXIF, and upright only when it is turned."""
    image = Image.new("RGB", size, "navy")
    image.paste("orange", (0, 0, size[0] // 2, size[1] // 2))
    told = image.getexif()
    told[0x0112], told[0x010E] = orientation, PLACE.decode()
    told.get_ifd(0x8825)[29] = PLACE.decode()
    file = BytesIO()
    image.save(file, kind, exif=told, **({"comment": PLACE} if kind == "JPEG" else {}))
    return file.getvalue()


def png_that_says(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose header promises a size. pixels: raw, before they are packed."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(pixels, 9)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, told: bytes) -> bytes:
    return struct.pack(">I", len(told)) + name + told + struct.pack(">I", zlib.crc32(name + told))


def bomb() -> bytes:
    """30,000 × 30,000 pixels in some kilobytes."""
    return png_that_says(30_000, 30_000, bytes(4_000_000))


def text_bomb() -> bytes:
    """A small picture whose compressed comment unfolds to 200 million letters."""
    picture = png_that_says(1, 1, b"\0\0\0\0")
    comment = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    return picture[:33] + comment + picture[33:]


WRONG_KINDS = {
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif-and-script": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
    "zip": b"PK\x03\x04" + bytes(40),
    "program": b"\x7fELF" + bytes(60),
    "riff-that-is-sound": b"RIFF\x24\0\0\0WAVEfmt ",
    "empty": b"",
    "pdf-after-words": b"words" + PDF,
}
UNREADABLE = {
    "only-a-head": b"\xff\xd8\xff\xe0" + bytes(10),
    "html-in-jpeg": b"\xff\xd8\xff<html><script>alert(1)</script>",
    "webp-without-picture": b"RIFF\x1a\0\0\0WEBPVP8 ",
}


def polyglot() -> bytes:
    """A picture with an archive and a page behind its end."""
    return photograph() + b"PK\x03\x04<script>alert('kenari')</script>"


def mutated(random: Random) -> bytes:
    """An honest file with some octets changed, lost or doubled."""
    file = bytearray(random.choice([photograph(), photograph("PNG"), photograph("WEBP"), PDF, polyglot()]))
    for _ in range(random.randint(1, 30)):
        place = random.randrange(len(file))
        file[place : place + random.choice((0, 1, 4))] = random.randbytes(random.choice((1, 4)))
    return bytes(file[: random.randint(1, len(file))] if random.random() < 0.3 else file)
