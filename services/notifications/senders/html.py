"""The same words of a mail for programs that show HTML: paragraphs and links, nothing else. No style, no picture, nothing to fetch."""

from __future__ import annotations

import re
from html import escape

_LINK = re.compile(r"https?://[^\s<>\"]*[A-Za-z0-9/_-]")


def as_html(subject: str, text: str) -> str:
    """A whole document with the words of the mail and no others; the subject is its title. text: of the mail, in plain ASCII."""
    paragraphs = "\n".join(_paragraph(each) for each in text.strip().split("\n\n"))
    return f'<!doctype html>\n<html lang="id">\n<head><title>{escape(subject)}</title></head>\n<body>\n{paragraphs}\n</body>\n</html>\n'


def _paragraph(text: str) -> str:
    lines = "<br>\n".join(_with_links(line) for line in text.split("\n"))
    return f"<p>{lines}</p>"


def _with_links(line: str) -> str:
    parts, begin = [], 0
    for found in _LINK.finditer(line):
        link = escape(found[0])
        parts += [escape(line[begin : found.start()]), f'<a href="{link}">{link}</a>']
        begin = found.end()
    return "".join([*parts, escape(line[begin:])])
