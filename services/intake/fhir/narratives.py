"""The narrative of a resource (`text`) as plain words."""

from __future__ import annotations

from html.parser import HTMLParser

from services.intake.fhir.parts import Line, Part, said

_INLINE = frozenset({"a", "abbr", "b", "big", "code", "em", "i", "small", "span", "strong", "sub", "sup", "tt", "u"})


class Narrative(Part):
    """XHTML. Mostly the elements once more, made by a machine; where the sender wrote more than they say, its status is `additional`."""

    status: Line = ""
    div: str = ""

    @property
    def words(self) -> str:
        """Without its marks, a line for each block."""
        reader = _Reader()
        reader.feed(self.div)
        reader.close()
        lines = (" ".join(each.split()) for each in "".join(reader.told).split("\f"))
        return "\n".join(filter(None, lines))

    def beside(self, words: list[str]) -> list[str]:
        """The words of the elements, and these where they say more or stand alone."""
        return said(words, self.words) if self.status == "additional" or not words else words


class _Reader(HTMLParser):
    """told: the text, with a form feed where a block begins or ends."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def handle_data(self, data: str) -> None:
        self.told.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as the parser calls it
        self._parted(tag)

    def handle_endtag(self, tag: str) -> None:
        self._parted(tag)

    def _parted(self, tag: str) -> None:
        if tag not in _INLINE:
            self.told.append("\f")
