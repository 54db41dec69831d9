"""What people see of a picture: redrawn in a process of its own, upright, without a word of its metadata; what is no picture gives none."""

from io import BytesIO

import pytest
from PIL import Image

from shared.attachments.picture import LONGEST
from shared.attachments.redrawing import Redrawing
from tests.attachments.hostile import PLACE, UNREADABLE, bomb, photograph, png_that_says, polyglot, text_bomb

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photograph_is_upright_and_says_nothing_of_where_it_was_taken(kind):
    came = photograph(kind)
    assert PLACE in came
    drawn = await Redrawing().of(came)
    assert drawn and PLACE not in drawn
    with Image.open(BytesIO(drawn)) as image:
        assert (image.format, image.size, dict(image.getexif()), image.info.get("comment")) == ("JPEG", (300, 400), {}, None)
        assert [band.crop((250, 50, 251, 51)).tobytes() > b"\x80" for band in image.split()] == [
            True,
            True,
            False,
        ]  # the corner that was left is right now


async def test_what_hangs_behind_a_picture_is_gone():
    drawn = await Redrawing().of(polyglot())
    assert drawn and b"kenari" not in drawn and b"PK\x03\x04" not in drawn


async def test_a_large_picture_becomes_small_enough_to_read_writing_in_it():
    drawn = await Redrawing().of(photograph(size=(6000, 4000), orientation=1))
    with Image.open(BytesIO(drawn or b"")) as image:
        assert image.size == (LONGEST, LONGEST * 2 // 3)


async def test_what_can_be_seen_through_is_drawn_on_white():
    file = BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(file, "PNG")
    with Image.open(BytesIO(await Redrawing().of(file.getvalue()) or b"")) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


HOSTILE = UNREADABLE | {"bomb": bomb(), "text-bomb": text_bomb(), "promises-too-much": png_that_says(65_000, 65_000), "nothing": b""}


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_picture_comes_from_what_is_none_or_is_too_much(name):
    assert await Redrawing().of(HOSTILE[name]) is None
