"""A person's copy as PDF/UA, by the machinery of letters: it is no numbered letter, and nothing of it is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import typst

from services.cases.letters.legible import legible
from services.cases.letters.material import on
from services.cases.letters.rendering import qr
from shared.subjects import Entry, Part, Reader, ToPrint

_TEMPLATES = Path(__file__).parents[1] / "letters"
_FONTS = typst.Fonts(include_system_fonts=False)

_RIGHTS = (
    "Keterangan tentang orang lain, termasuk siapa yang melapor, tidak ditampilkan. "
    "Jika ada yang keliru, Anda berhak meminta perbaikan; Anda juga berhak meminta pembatasan, penghapusan, atau mengajukan keberatan (UU 27/2022)."
)
INTRODUCTIONS: Mapping[Reader, str] = {
    "student": f"Ini salinan data pribadi yang disimpan tentang Anda. {_RIGHTS}",
    "guardian": (
        f"Ini salinan data pribadi yang disimpan tentang anak Anda, untuk Anda sebagai orang tua/wali. {_RIGHTS}\n"
        "Yang diceritakan murid dalam konseling adalah milik murid dan tidak ditampilkan."
    ),
}
ROUTINE = "tentang jalannya pekerjaan: batas waktu, pemberitahuan kepada petugas, dan siapa yang menangani."

NO_PAGE = "-"
"""The layout of letters has a place for the page that tells a letter from a forgery; a copy is printed without it."""


async def printed(asked: ToPrint) -> bytes:
    """The file, made outside the event loop."""
    return await asyncio.to_thread(_rendered, asked)


def _rendered(asked: ToPrint) -> bytes:
    made = typst.Compiler(root=_TEMPLATES, font_paths=_FONTS).compile(
        _TEMPLATES / "subject.typ",
        format="pdf",
        sys_inputs={"data": json.dumps(_legible(dict(_data(asked))), ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=datetime.combine(asked.day, time(), UTC),
    )
    assert isinstance(made, bytes)
    return made


def _data(asked: ToPrint) -> Iterator[tuple[str, Any]]:
    day = asked.day
    yield "title", "Salinan data pribadi"
    yield "letterhead", {"authority": (), "name": asked.district, "address": "", "contact": "", "npsn": ""}
    yield from (("emblem", None), ("signatures", ()), ("copies", ()), ("confidential", True), ("address", NO_PAGE), ("qr", qr(NO_PAGE)))
    yield "number", f"{asked.name}, {on(day)}"
    yield "date", {"year": day.year, "month": day.month, "day": day.day}
    yield "introduction", INTRODUCTIONS[asked.reader]
    yield "parts", [part for each in asked.parts for part in _part(each)]


def _part(part: Part) -> Iterator[Mapping[str, Any]]:
    yield {"kind": "rows", "heading": part.title, "rows": part.facts}
    if rows := [(each.day, _said(each)) for each in part.entries if not each.routine]:
        yield {"kind": "table", "heading": "Yang dicatat", "columns": ("Tanggal", "Catatan"), "widths": (3, 8), "rows": rows, "tall": False}
    if routine := sum(each.routine for each in part.entries):
        yield {"kind": "rows", "heading": "Jalannya pekerjaan", "rows": (("Tercatat juga", f"{routine} hal {ROUTINE}"),)}


def _said(entry: Entry) -> str:
    left_out = [f"({entry.withheld} keterangan tidak ditampilkan)"] if entry.withheld else []
    return "\n".join([entry.what, *entry.words, *left_out])


def _legible(told: Any) -> Any:
    if isinstance(told, str):
        return legible(told)
    if isinstance(told, Mapping):
        return {name: _legible(value) for name, value in told.items()}
    return [_legible(each) for each in told] if isinstance(told, list | tuple) else told
