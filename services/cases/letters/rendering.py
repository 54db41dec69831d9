"""PDF/UA-1 by Typst, outside the event loop, so many at a time and no more waiting than a school can wait for.

Equal input gives equal bytes wherever it runs: the date is part of the input, and only the fonts that come with Typst are used.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst

from services.cases.letters.laid_out import LaidOut
from services.cases.letters.legible import legible
from shared.errors import Unavailable

_TEMPLATES = Path(__file__).parent
_FONTS = typst.Fonts(include_system_fonts=False)

AT_ONCE, WAITING = 2, 200
"""Threads, and documents that may wait for one; 15 a second are made by one thread (ADR 33)."""


@dataclass(frozen=True, slots=True)
class Printing:
    """A document with what is only known once it is issued. number: of the register. address: of the page behind the QR code. emblem: as SVG."""

    laid_out: LaidOut
    number: str
    address: str
    emblem: str | None = None


@dataclass
class Press:
    """Renders documents. One for a process; each thread keeps a compiler of its own."""

    at_once: int = AT_ONCE
    waiting: int = WAITING
    _under_way: int = 0
    _threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._threads = ThreadPoolExecutor(self.at_once, thread_name_prefix="letters")

    async def pdf(self, printing: Printing) -> bytes:
        """The file. Raises: Unavailable: too many documents wait."""
        return await self.made(partial(rendered, printing))

    async def made(self, make: Callable[[], bytes]) -> bytes:
        """What `make` gives, in one of the threads. Raises: Unavailable: too many documents wait."""
        if self._under_way >= self.waiting:
            raise Unavailable("many documents are being made: try again in a few seconds")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, make)
        finally:
            self._under_way -= 1


def rendered(printing: Printing) -> bytes:
    """The same, at once."""
    laid_out = printing.laid_out
    return compiled(_TEMPLATES / f"{laid_out.style}.typ", data_of(printing), laid_out.on)


def compiled(template: Path, told: Mapping[str, Any], on: date | None = None) -> bytes:
    """A file from a template, which sees no other folder than its own. told: its data. on: the date that stands in the file, if one does."""
    made = typst.Compiler(root=template.parent, font_paths=_FONTS).compile(
        template,
        format="pdf",
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=datetime.combine(on, time(), UTC) if on else None,
    )
    assert isinstance(made, bytes)
    return made


def is_printable(picture: str) -> bool:
    """Whether the templates can show a picture. picture: SVG."""
    source = b'#set document(title: "-")\n#image(bytes(sys.inputs.picture), format: "svg", width: 2cm, height: 2cm, fit: "contain", alt: "-")'
    try:
        typst.compile(source, format="pdf", font_paths=_FONTS, sys_inputs={"picture": picture}, pdf_standards="ua-1")
    except typst.TypstError:
        return False
    return True


def data_of(printing: Printing) -> Mapping[str, Any]:
    """What the templates are given: texts that can be printed, pictures, and nothing else."""
    laid_out = printing.laid_out
    told = laid_out.model_dump(mode="json", exclude={"version", "secret", "emblem", "on", "name"})
    told["date"] = {"year": laid_out.on.year, "month": laid_out.on.month, "day": laid_out.on.day}
    told["number"] = printing.number
    printed: dict[str, Any] = _legible(told)
    return printed | {"address": printing.address, "emblem": printing.emblem, "qr": qr(printing.address)}


def qr(address: str) -> str:
    """The QR code of an address, as SVG."""
    written = BytesIO()
    segno.make(address, error="m", micro=False).save(written, kind="svg", border=2, xmldecl=False, nl=False)
    return written.getvalue().decode()


def _legible(told: Any) -> Any:
    if isinstance(told, str):
        return legible(told)
    if isinstance(told, dict):
        return {name: _legible(value) for name, value in told.items()}
    return [_legible(each) for each in told] if isinstance(told, list) else told
