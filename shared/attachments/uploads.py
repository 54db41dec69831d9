"""Reads a form in parts with files, within bounds of memory, and never through a file of the machine.

What comes is counted as it comes. Octets of a file over its bound are dropped while the rest is read, so that the words beside it are not lost.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from shared.attachments.kinds import MOST_AT_ONCE, MOST_OCTETS, Fault
from shared.errors import Fault as Wrong
from shared.errors import Invalid, Malformed, TooLarge, TooSlow, Unavailable

MOST_SENT = 40 * 1024 * 1024
"""Octets of one form with everything in it: what is over is not read to its end."""

PATIENCE = 300.0
"""Seconds in which it has to come: a photograph over a bad line."""

SILENCE = 20.0
"""Seconds in which some more of it has to come, so that nobody holds the room of others with a form that stands still."""

FREE = 128 * 1024
"""Octets of each form that are not counted: words alone always pass, however many files are being received."""

HELD = 192 * 1024 * 1024
"""Octets of all forms that are being read and worked on at one moment: the bound of a service's memory for files."""

_SOME = 16 * 1024
_MOST_PARTS = 20
_MOST_WORDS = 512 * 1024
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came. fault: why it is not taken, as far as its size and number tell."""

    content: bytes = field(repr=False)
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """words: the other fields, in order. files: none where none was chosen."""

    words: FormData
    files: Sequence[Upload]

    def word(self, name: str) -> str:
        """Of a field that stands once; empty where it is not there."""
        found = self.words.get(name, "")
        return found if isinstance(found, str) else ""

    def all(self, name: str) -> list[str]:
        """Of a field that may stand several times."""
        return [each for each in self.words.getlist(name) if isinstance(each, str)]


class Holding:
    """Counts octets that are held for files."""

    def __init__(self, most: int = HELD) -> None:
        self._most, self._held = most, 0

    def take(self, octets: int) -> None:
        """Raises: Unavailable: as many are held as may be."""
        if self._held + octets > self._most:
            raise Unavailable("many files are being received: send it again in a minute, or the words without a file")
        self._held += octets

    def give_back(self, octets: int) -> None:
        self._held -= octets


class Reading:
    """One form being read. words: what had come of it where it could not be read to its end, so that it can be shown again."""

    def __init__(self, holding: Holding) -> None:
        self._holding, self._taken = holding, 0
        self.words = Sent(FormData(), ())

    def close(self) -> None:
        self._holding.give_back(_above_free(self._taken))
        self._taken = 0

    async def read(self, request: Request) -> Sent:
        """Raises: Malformed, Invalid, TooLarge, TooSlow, Unavailable."""
        if not is_in_parts(request):
            return _as_storable(Sent(await request.form(), ()))
        parser = _Parser(request.headers, self._counted(request), max_files=_MOST_PARTS, max_fields=_MOST_PARTS, max_part_size=_MOST_WORDS)
        try:
            async with asyncio.timeout(PATIENCE):
                form = await parser.parse()
        except TimeoutError:
            raise TooSlow(f"the files did not come within {PATIENCE:.0f} seconds: send smaller ones") from None
        except (MultiPartException, UnicodeError, LookupError):  # also of letters in an encoding that there is not
            raise Malformed(Wrong("", "form-invalid")) from None
        finally:
            self.words = Sent(_storable(parser.items), ())
        try:
            return await _sent(form, parser)
        finally:
            await form.close()

    async def _counted(self, request: Request) -> AsyncGenerator[bytes]:
        pieces, clock, seen = request.stream(), asyncio.get_running_loop().time, 0
        due = clock() + SILENCE
        while piece := await _next(pieces, due):
            self._take(len(piece))
            if self._taken >= seen + _SOME:
                seen, due = self._taken, clock() + SILENCE
            yield piece

    def _take(self, octets: int) -> None:
        taken = self._taken + octets
        if taken > MOST_SENT:
            raise TooLarge(f"the form is over {MOST_SENT} octets: send smaller files, or fewer")
        self._holding.take(_above_free(taken) - _above_free(self._taken))
        self._taken = taken


async def _next(pieces: AsyncGenerator[bytes], due: float) -> bytes:
    """Empty at the end."""
    try:
        async with asyncio.timeout_at(due):
            return await anext(pieces, b"")
    except TimeoutError:
        raise TooSlow(f"almost nothing came within {SILENCE:.0f} seconds: send it again") from None


def _above_free(octets: int) -> int:
    return max(0, octets - FREE)


class _Parser(MultiPartParser):
    """Starlette's, without its files on disk: what is over a bound is dropped while the rest is read."""

    spool_max_size = MOST_SENT + 1

    def __init__(self, *told: object, **named: object) -> None:
        super().__init__(*told, **named)  # type: ignore[arg-type]
        self.seen: dict[int, int] = {}

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is None:
            super().on_part_data(data, start, end)
            return
        seen = self.seen[id(file)] = self.seen.get(id(file), 0) + end - start
        if seen <= MOST_OCTETS and len(self.seen) <= MOST_AT_ONCE:
            super().on_part_data(data, start, end)


@contextmanager
def reading(holding: Holding) -> Iterator[Reading]:
    """A form, and what is made of it: what it holds counts until both are done."""
    form = Reading(holding)
    try:
        yield form
    finally:
        form.close()


def is_in_parts(request: Request) -> bool:
    """A form without files may come the short way, too."""
    return request.headers.get("content-type", "").lower().strip().startswith("multipart/form-data")


async def _sent(form: FormData, parser: _Parser) -> Sent:
    chosen = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and id(value) in parser.seen]
    return _as_storable(Sent(_words(form.multi_items()), [await _upload(file, parser.seen[id(file)], place) for place, file in enumerate(chosen)]))


def _words(items: Sequence[tuple[str, UploadFile | str]]) -> FormData:
    return FormData([(name, value) for name, value in items if isinstance(value, str)])


def _storable(items: Sequence[tuple[str, UploadFile | str]]) -> FormData:
    """The words without a NUL and without half a character: neither can be stored, nor the second shown."""
    return FormData([(name, value) for name, value in items if isinstance(value, str) and not _UNSTORABLE.search(name + value)])


def _as_storable(sent: Sent) -> Sent:
    if len(_storable(sent.words.multi_items())) < len(sent.words.multi_items()):
        raise Invalid(Wrong("", "unstorable-character"))
    return sent


async def _upload(file: UploadFile, seen: int, place: int) -> Upload:
    if place >= MOST_AT_ONCE:
        return Upload(b"", "too-many")
    return Upload(b"", "too-large") if seen > MOST_OCTETS else Upload(await file.read())
