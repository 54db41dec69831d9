"""Texts of pages in gettext catalogues. The Indonesian text is the key; a catalogue is read as it lies in the checkout, so nothing is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from markupsafe import Markup, escape

from shared.errors import Sentences
from shared.pages.languages import Language, Text

FOLDER = "catalogues"


def catalogues_in(folder: Path, language: Language) -> list[Path]:
    """The files of one language below a service's folder, or the frame's: one for each topic."""
    return sorted((folder / FOLDER / language / "LC_MESSAGES").glob("*.po"))


def read_catalogue(file: Path) -> Catalog:
    """One file. Raises: babel's PoFileError: it is damaged."""
    with file.open("rb") as lines:
        return read_po(lines, abort_invalid=True)


class Texts:
    """Texts in one language. folders: that hold catalogues, the frame's own first."""

    def __init__(self, language: Language, folders: Iterable[Path]) -> None:
        self.language: Language = language
        self._known = Translations()
        for folder in folders:
            for file in catalogues_in(folder, language):
                self._known.merge(_compiled(read_catalogue(file)))

    def one(self, text: str, **values: object) -> Markup:
        """A text of the catalogue, with values in its `{places}`; everything is escaped."""
        return _filled(self._known.ugettext(text), values)

    def several(self, one: str, many: str, count: int, **values: object) -> Markup:
        """The text that fits the number."""
        return _filled(self._known.ungettext(one, many, count), {"count": count} | values)

    def in_context(self, context: str, text: str, **values: object) -> Markup:
        """A text that means different things in different places. context: such as `button`."""
        return _filled(str(self._known.upgettext(context, text)), values)

    def said(self, text: Text) -> Markup:
        """Whatever a page is given to say. What was said already stays as it is."""
        match text:
            case Markup():
                return text
            case str():
                return self.one(text)
            case Sentences():
                return escape(text.english if self.language == "en" else text.indonesian)
            case (indonesian, english):
                return escape(english if self.language == "en" else indonesian)

    @property
    def globals(self) -> dict[str, Callable[..., Markup]]:
        """What templates call them; Babel finds texts by these names."""
        return {"_": self.one, "ngettext": self.several, "pgettext": self.in_context}


def _compiled(catalogue: Catalog) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _filled(text: str, values: dict[str, object]) -> Markup:
    return escape(text).format(**values) if values else escape(text)
