"""Reads a PDF as another program would: its text, its tags in order, and whether it holds some words anywhere in its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf


def opened(file: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(file))


def tags(pdf: pikepdf.Pdf) -> list[str]:
    """The structure types in reading order."""
    return [str(element.S).lstrip("/") for element in elements(pdf.Root.StructTreeRoot.K)]


def elements(node: Any) -> Iterator[Any]:
    """Every element of the structure tree, depth first."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        if "/K" in node:
            yield from elements(node.K)


def text(pdf: pikepdf.Pdf) -> str:
    """What the pages say, by the fonts' own tables."""
    return "".join(pages_of(pdf))


def pages_of(pdf: pikepdf.Pdf) -> list[str]:
    """What each page says."""
    return [_page_text(page) for page in pdf.pages]


def _page_text(page: pikepdf.Page) -> str:
    said, table = "", dict[str, str]()
    fonts = {name: _table(font) for name, font in page.obj.Resources.get("/Font", pikepdf.Dictionary()).items()}
    for step in pikepdf.parse_content_stream(page):
        match str(step.operator):
            case "Tf":
                table = fonts[str(step.operands[0])]
            case "Tj":
                said += _decoded(bytes(step.operands[0]), table)
            case "TJ":
                said += "".join(_decoded(bytes(each), table) for each in step.operands[0] if isinstance(each, pikepdf.String))
            case "ET":
                said += "\n"
    return said


def _decoded(codes: bytes, table: dict[str, str]) -> str:
    return "".join(table.get(codes[place : place + 2].hex(), "") for place in range(0, len(codes), 2))


def _table(font: Any) -> dict[str, str]:
    """Code to text, from the font's ToUnicode table."""
    written = bytes(font.ToUnicode.read_bytes()).decode("latin-1")
    found: dict[str, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", written, re.DOTALL):
        found |= {code.lower(): _utf16(said) for code, said in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block)}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", written, re.DOTALL):
        for first, last, said in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found |= {f"{code:04x}": chr(int(said, 16) + code - int(first, 16)) for code in range(int(first, 16), int(last, 16) + 1)}
    return found


def _utf16(said: str) -> str:
    return bytes.fromhex(said).decode("utf-16-be")


def bytes_of(file: bytes) -> bytes:
    """The file with every stream unpacked: nothing can hide in it."""
    pdf = opened(file)
    unpacked = [bytes(each.read_bytes()) for each in pdf.objects if isinstance(each, pikepdf.Stream)]
    written = BytesIO()
    pdf.save(written, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False)
    return b"\n".join([file, written.getvalue(), *unpacked])
