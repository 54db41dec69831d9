"""What people read in a source file: its comments and docstrings, with the line where each begins."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = frozenset({".git", ".venv", ".cache", ".tanggap"})

MARKS = {
    ".sql": re.compile(r"--(.*)"),
    ".toml": re.compile(r"#(.*)"),
    ".yml": re.compile(r"#(.*)"),
    ".sh": re.compile(r"#(.*)"),
    ".css": re.compile(r"/\*(.*?)\*/", re.DOTALL),
    ".md": re.compile(r"(.*)"),
}
"""How a comment begins, by suffix. A Markdown page is read whole."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring lines of one comment, or one docstring, as one line of text."""

    file: str
    line: int
    text: str


def files(suffix: str, under: Path = ROOT) -> list[Path]:
    """Every file of ours with this suffix, in order."""
    return sorted(path for path in under.rglob(f"*{suffix}") if NOT_OURS.isdisjoint(path.relative_to(under).parts))


def passages(path: Path, under: Path = ROOT) -> Iterator[Passage]:
    """Everything that people read in this file."""
    source, name = path.read_text(encoding="utf-8"), str(path.relative_to(under))
    lines = _python(source) if path.suffix == ".py" else _marked(source, MARKS[path.suffix])
    for line, text in _joined(lines):
        yield Passage(name, line, re.sub(r"\s+", " ", text).strip())


def _python(source: str) -> list[tuple[int, str]]:
    """Comments, and every string that stands as a statement of its own: such a string documents a module, a class, a function or a constant."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found = [(token.start[0], token.string.lstrip("#")) for token in tokens if token.type == tokenize.COMMENT]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found += [(node.lineno + place, line) for place, line in enumerate(node.value.value.splitlines())]
    return sorted(found)


def _marked(source: str, mark: re.Pattern[str]) -> list[tuple[int, str]]:
    found = []
    for match in mark.finditer(source):
        first = source.count("\n", 0, match.start()) + 1
        found += [(first + place, line) for place, line in enumerate(match.group(1).splitlines())]
    return found


def _joined(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines that follow each other are one passage; an empty line ends it."""
    first, text, last = 0, "", -1
    for line, part in lines:
        if text and (line > last + 1 or not part.strip()):
            yield first, text
            text = ""
        if part.strip():
            first, text = (line, part) if not text else (first, f"{text} {part}")
        last = line
    if text:
        yield first, text
