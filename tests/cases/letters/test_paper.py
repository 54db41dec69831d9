"""What a school says of its paper, and the emblem: a picture is never kept as it came."""

import struct
import zlib
from typing import Any

import pytest

from services.cases.domain.letters.paper import (
    PAPER,
    EmblemSet,
    LetterheadSet,
    NameSignatory,
    NoSuchSignatory,
    NumberPatternSet,
    RemoveSignatory,
    SetEmblem,
    SetLetterhead,
    SetNumberPattern,
    SignatoryNamed,
    SignatoryRemoved,
    UnusablePattern,
)
from services.cases.letters.emblem import LARGEST, kind_of, sanitised
from services.cases.letters.rendering import is_printable
from shared.errors import Invalid
from shared.testing import given
from tests.cases.people import COORDINATOR, NOW, PRINCIPAL, words

ACT: dict[str, Any] = {"act": "act-1", "by": COORDINATOR, "at": NOW}
HEAD = {"authority": "Dinas", "name": "SMP 1", "npsn": "20400001", "place": "Contoh"}
SIGNATORY = {"person": PRINCIPAL, "role": "principal", "name": words("Bu Kepala"), "position": "Kepala", "number": None}


def test_each_setting_is_kept_and_the_same_again_is_quiet():
    for command, event in (
        (SetLetterhead(**ACT, **HEAD), LetterheadSet(**ACT, **HEAD, address="", contact="")),
        (SetEmblem(**ACT, digest="ab", kind="svg"), EmblemSet(**ACT, digest="ab", kind="svg")),
        (SetNumberPattern(**ACT, pattern="{number}/BK"), NumberPatternSet(**ACT, pattern="{number}/BK")),
        (NameSignatory(**ACT, **SIGNATORY), SignatoryNamed(**ACT, **SIGNATORY)),
    ):
        given(PAPER).when(command).then(event)
        given(PAPER, event).when(command).then()


def test_an_emblem_is_taken_away():
    given(PAPER, EmblemSet(**ACT, digest="ab", kind="svg")).when(SetEmblem(**ACT, digest=None, kind=None)).then(
        EmblemSet(**ACT, digest=None, kind=None)
    )
    given(PAPER).when(SetEmblem(**ACT, digest=None, kind=None)).then()


def test_a_pattern_without_a_number_and_an_unknown_signatory_are_refused():
    given(PAPER).when(SetNumberPattern(**ACT, pattern="421/BK")).refuses(UnusablePattern)
    given(PAPER).when(RemoveSignatory(**ACT, person=PRINCIPAL)).refuses(NoSuchSignatory)
    removed = SignatoryRemoved(**ACT, person=PRINCIPAL)
    given(PAPER, SignatoryNamed(**ACT, **SIGNATORY)).when(RemoveSignatory(**ACT, person=PRINCIPAL)).then(removed)


# emblem ------------------------------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10">%s</svg>'
SHAPE = b'<circle cx="5" cy="5" r="4" fill="#036"/>'


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width=2, height=2, *, pixels=None, more=b""):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\x10\x20\x30" * width for _ in range(height)) if pixels is None else pixels
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_picture_of_shapes_and_one_of_pixels_can_be_printed():
    for picture, kind in ((SVG % SHAPE, "svg"), (png(), "png")):
        kept = sanitised(picture)
        assert (kind_of(picture), kept.startswith("<svg "), is_printable(kept)) == (kind, True, True)


@pytest.mark.parametrize(
    "hostile",
    [
        b"<script>alert(1)</script>", b'<image href="file:///etc/passwd"/>', b'<image href="http://x.invalid/a.png"/>', b"<foreignObject><p>x</p></foreignObject>",
        b'<g onload="alert(1)"/>', b'<rect style="fill:url(http://x.invalid/#a)"/>', b'<a href="http://x.invalid">x</a>', b"<style>@import url(x)</style>",
        b'<use href="http://x.invalid/#a"/>', b'<rect fill="url(http://x.invalid/#a)"/>', b'<set attributeName="href" to="x"/>', b"<text>kata</text>",
    ],
)  # fmt: skip
def test_nothing_but_shapes_is_kept(hostile):
    kept = sanitised(SVG % (hostile + SHAPE))
    assert 'r="4"' in kept
    assert not any(each in kept for each in ("script", "http://x", "file:", "onload", "@import", "foreignObject", "kata", "<a ", "<use", "<set"))


def test_colours_in_a_style_stay():
    assert 'fill="#036"' in sanitised(SVG % b'<rect width="1" height="1" style="fill:#036;position:fixed"/>')


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (b"", "not-a-picture"), (b"kata", "not-a-picture"), (b"<svg", "not-a-picture"), (b"<html></html>", "not-a-picture"), (b"\xff\xfe", "not-a-picture"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG % SHAPE, "not-a-picture"), (SVG % (b"<g>" * 60 + b"</g>" * 60), "not-a-picture"),
        (SVG % (b" " * LARGEST), "too-large"), (png(2001, 1), "too-large"), (png()[:-20], "not-a-picture"), (png().replace(b"IDAT", b"IDAX"), "not-a-picture"),
        (png(2, 2, pixels=b"\x00" * 1_000_000), "not-a-picture"), (b"\x89PNG\r\n\x1a\n", "not-a-picture"),
    ],
)  # fmt: skip
def test_what_is_no_picture_or_too_large_is_refused(picture, code):
    with pytest.raises(Invalid) as refused:
        sanitised(picture)
    assert [each.code for each in refused.value.faults] == [code]


def test_what_lies_beside_the_pixels_is_left_out():
    """Such as a place, a name, or a whole file."""
    kept = sanitised(png(more=chunk(b"tEXt", b"Author\x00Nama Seseorang")))
    assert kept == sanitised(png())
