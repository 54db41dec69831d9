"""Finds every text of the pages, and writes those that a catalogue lacks into it: `python -m shared.pages.gathering`.

Each part has catalogues of its own, and each folder of a part one file: texts of `services/intake/templates/accounts/` and of
`services/intake/accounts/` stand in `services/intake/catalogues/en/LC_MESSAGES/accounts.po`, those outside such folders in `tanggap.po`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from shared.pages.catalogues import FOLDER, catalogues_in, read_catalogue
from shared.pages.environment import FRAME
from shared.pages.languages import LANGUAGES, Language

ROOT = FRAME.parents[1]
PARTS = (FRAME, *(ROOT / "services" / name for name in ("intake", "cases", "notifications")), ROOT / "district")
TRANSLATED: tuple[Language, ...] = tuple(language for language in LANGUAGES if language != "id")
"""Languages with a catalogue: the Indonesian text itself is the key."""

_METHODS = [("templates/**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
_OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
_KEYWORDS = {"say": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_WIDTH = 150
_HEADER = 'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural_forms}\\n"\n\n'


@dataclass(frozen=True, slots=True)
class Found:
    """A text of a page. text: both forms where it is counted. place: file and line. topic: the name of its catalogue's file."""

    text: str | tuple[str, str]
    context: str | None
    place: tuple[str, int]
    topic: str


def texts_in(part: Path) -> Iterator[Found]:
    """Every text that the templates and the code of a part say."""
    for file, line, text, _, context in extract_from_dir(part, _METHODS, _OPTIONS, _KEYWORDS):
        shown = (text[0], text[1]) if isinstance(text, tuple) else text
        yield Found(shown, context, (file, line), _topic(Path(file)))


def _topic(file: Path) -> str:
    folders = [name for name in file.parts[:-1] if name != "templates"]
    return folders[0] if folders else "tanggap"


def known_in(part: Path, language: Language) -> dict[tuple[str | None, str], tuple[str, ...]]:
    """The translations of a part's catalogues, by context and text."""
    entries = [each for file in catalogues_in(part, language) for each in read_catalogue(file) if each.id and not each.fuzzy]
    known = {(each.context, _first(each.id)): _forms(each.string or "") for each in entries}
    return {key: forms for key, forms in known.items() if all(forms)}


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _missing(part: Path, language: Language) -> Iterator[Found]:
    """Each text once, where it is said first."""
    known = set(known_in(part, language)) | set(known_in(FRAME, language))
    for found in texts_in(part):
        if (found.context, _first(found.text)) not in known:
            known.add((found.context, _first(found.text)))
            yield found


def gather(part: Path, language: Language) -> int:
    """Adds what a part's catalogues lack, without translation; how many texts that were."""
    catalogues: dict[str, Catalog] = {}
    missing = list(_missing(part, language))
    for found in missing:
        file = part / FOLDER / language / "LC_MESSAGES" / f"{found.topic}.po"
        catalogue = catalogues.setdefault(found.topic, read_catalogue(file) if file.exists() else Catalog(language))
        catalogue.add(found.text, context=found.context)
    for topic, catalogue in catalogues.items():
        _write(part / FOLDER / language / "LC_MESSAGES" / f"{topic}.po", catalogue)
    return len(missing)


def _write(file: Path, catalogue: Catalog) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as lines:
        lines.write(_HEADER.format(language=catalogue.locale_identifier, plural_forms=catalogue.plural_forms).encode())
        write_po(lines, catalogue, width=_WIDTH, no_location=True, sort_output=True, omit_header=True)


if __name__ == "__main__":
    for each in PARTS:
        for code in TRANSLATED:
            sys.stdout.write(f"{each.relative_to(ROOT)}: {gather(each, code)} texts to translate into {code}\n")
