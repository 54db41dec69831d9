"""A form in parts, read within bounds, whatever it is made of."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from fastapi import Request

from shared.attachments import uploads
from shared.attachments.uploads import FREE, Holding, Reading, Sent, reading
from shared.errors import Invalid, Malformed, TooSlow, Unavailable

pytestmark = pytest.mark.anyio


def part(value: bytes, name: str = "text", more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


def request(pieces: Sequence[bytes] | AsyncIterator[bytes], charset: str = "utf-8") -> Request:
    """A form that comes in these pieces."""
    waiting = _told(pieces) if isinstance(pieces, Sequence) else pieces

    async def receive() -> dict[str, object]:
        piece = await anext(waiting, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    kind = f"multipart/form-data; boundary=x; charset={charset}".encode()
    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}, receive)


async def _told(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def read(form: Reading, *pieces: bytes, charset: str = "utf-8") -> Sent:
    return await form.read(request(pieces, charset))


@pytest.mark.parametrize(
    ("charset", "value", "refused"), [("undefined", b"a", Malformed), ("unicode_escape", rb"\ud800", Invalid), ("unicode_escape", rb"\x00", Invalid)]
)
async def test_words_in_letters_that_cannot_be_kept_are_refused(charset, value, refused):
    with reading(Holding()) as form, pytest.raises(refused):
        await read(form, part(value), b"--x--\r\n", charset=charset)


async def test_of_a_form_that_breaks_off_only_words_that_can_be_shown_come_back():
    with reading(Holding()) as form:
        with pytest.raises(Malformed):
            await read(
                form, part(rb"\ud800"), part(b"Kata saya", "receipt"), b"--x\r\nContent-Disposition: form-data\r\n\r\n", charset="unicode_escape"
            )
        assert form.words.words.multi_items() == [("receipt", "Kata saya")]


A_FILE = '; filename="a"'


async def test_words_pass_while_files_take_all_the_room_and_the_room_is_given_back():
    holding, long_words = Holding(most=FREE), part("🕊".encode() * 20_000)
    file = part(bytes(FREE), "files", A_FILE)
    with reading(holding) as first:
        await read(first, part(bytes(FREE + 50_000), "files", A_FILE), b"--x--\r\n")
        with reading(holding) as second, pytest.raises(Unavailable):
            await read(second, file, file, b"--x--\r\n")
        with reading(holding) as words:
            assert len((await read(words, long_words, b"--x--\r\n")).word("text")) == 20_000
    with reading(holding) as third:
        assert len((await read(third, file, b"--x--\r\n")).files) == 1
    holding.take(FREE)


async def test_a_form_that_hardly_moves_is_given_up_and_its_words_come_back(monkeypatch):
    monkeypatch.setattr(uploads, "SILENCE", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        yield part(b"Kata saya") + part(bytes(70_000), "files", A_FILE)
        while True:
            await asyncio.sleep(0.01)
            yield b"x"

    with reading(Holding()) as form:
        with pytest.raises(TooSlow):
            await asyncio.wait_for(form.read(request(dripping())), 30)
        assert form.words.word("text") == "Kata saya"


async def test_a_slow_form_that_goes_on_is_read_to_its_end(monkeypatch):
    now = 0.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)

    async def slowly() -> AsyncIterator[bytes]:
        nonlocal now
        yield part(b"", "files", A_FILE)[:-2]
        for _ in range(8):
            now += uploads.SILENCE / 2
            yield bytes(16 * 1024)
        yield b"\r\n--x--\r\n"

    with reading(Holding()) as form:
        (file,) = (await form.read(request(slowly()))).files
    assert len(file.content) == 8 * 16 * 1024
