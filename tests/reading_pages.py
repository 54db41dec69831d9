"""What a page says to whoever reads it, and what is wrong with its words: ids, codes, places that nobody filled, another language (people.md, The desk)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shared.pages.gathering import PARTS, known_in
from shared.pages.languages import LANGUAGES, Language

ROOT = Path(__file__).parents[1]
_SPOKEN = ("alt", "title", "aria-label", "placeholder", "value", "content")
_UNSEEN = frozenset({"script", "style", "template", "code"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_INLINE = frozenset({"a", "b", "em", "i", "strong", "wbr"})
"""Elements that stand in the middle of a sentence."""

_PLACE = re.compile(r"\{[a-z_]+\}|%\([a-z]+\)s")
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{12,}\b")
_MACHINE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d|\bUTC\b|[+]0[0-9]:00")
_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\bNone\b(?!\.$)|\bTrue\b|\bFalse\b|<[a-z_.]+ object|\bundefined\b")
_ODD = {"id": _ID, "code": _CODE, "place": _PLACE, "machine's time": _MACHINE_TIME}
_WORD = re.compile(r"[^\W\d_]+")
_HOUR = re.compile(r"\b(\d\d)[.:](\d\d)\b")


@dataclass
class Page:
    """texts: what is said, sentence by sentence, each with the language that it says it is in. links: addresses. times: moments with what is said of each. language: of its words."""

    language: str = ""
    texts: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    times: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """What stands between `code` is no language."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[tuple[str, str]] = []
        self._said: list[str] = []
        self._moment = ""

    @property
    def _language(self) -> str:
        return self._open[-1][1] if self._open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        language = told.get("lang", self._language)
        if tag not in _INLINE or language != self._language:
            self._end_of_sentence()
        self._note(tag, told)
        self.page.texts += [(told[name], language) for name in _SPOKEN if name in told and _is_spoken(tag, name, told)]
        if tag not in _VOID:
            self._open.append((tag, language))

    def _note(self, tag: str, told: dict[str, str]) -> None:
        self._moment = told.get("datetime", "") if tag == "time" else self._moment
        if tag == "html":
            self.page.language = told.get("lang", "")
        if tag == "a" and "href" in told:
            self.page.links.append(told["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE or (self._open and len(self._open) > 1 and self._open[-1][1] != self._open[-2][1]):
            self._end_of_sentence()
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        around = {tag for tag, _ in self._open}
        if "time" in around and self._moment:
            self.page.times.append((self._moment, data))
        if around.isdisjoint(_UNSEEN):
            self._said.append(data)

    def close(self) -> None:
        super().close()
        self._end_of_sentence()

    def _end_of_sentence(self) -> None:
        said = " ".join("".join(self._said).split())
        self._said.clear()
        if said:
            self.page.texts.append((said, self._language))


def _is_spoken(tag: str, name: str, told: dict[str, str]) -> bool:
    """A value is said where it stands on a button; content where it describes the page."""
    if name == "value":
        return tag == "input" and told.get("type") in ("submit", "button", "reset")
    return name != "content" or told.get("name") == "description"


def read(html: str) -> Page:
    """A page as somebody reads it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


# the words of each language ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vocabulary:
    """only: words that stand in texts of one language alone. whole: texts of the Indonesian catalogue that read otherwise in English."""

    only: dict[Language, frozenset[str]]
    untranslated: frozenset[str]


def vocabulary() -> Vocabulary:
    """From the catalogues and the files of words beside the strategies."""
    pairs = list(_pairs())
    said: dict[Language, set[str]] = {
        "id": {word for indonesian, _ in pairs for word in words(indonesian)},
        "en": {word for _, english in pairs for word in words(english)},
    }
    untranslated = frozenset(indonesian for indonesian, english in pairs if indonesian != english and " " in indonesian)
    return Vocabulary({"id": frozenset(said["id"] - said["en"]), "en": frozenset(said["en"] - said["id"])}, untranslated)


def words(text: str) -> set[str]:
    """Words of a text in small letters; places and addresses are none."""
    plain = re.sub(r"\{[^}]*\}|https?://\S+|\S+@\S+|\S*\d\S*", " ", text)
    return {found.group().casefold() for found in _WORD.finditer(plain) if len(found.group()) > 1}


def _pairs() -> Iterator[tuple[str, str]]:
    for part in PARTS:
        for (_, indonesian), english in known_in(part, "en").items():
            yield from ((indonesian, each) for each in english)
    for folder in ("services", "shared", "district"):
        for file in (ROOT / folder).rglob("*.toml"):
            yield from _pairs_of(tomllib.loads(file.read_text(encoding="utf-8")))


def _pairs_of(told: Any) -> Iterator[tuple[str, str]]:
    if isinstance(told, dict):
        if isinstance(told.get("id"), str) and isinstance(told.get("en"), str):
            yield told["id"], told["en"]
        for each in told.values():
            yield from _pairs_of(each)
    elif isinstance(told, list):
        for each in told:
            yield from _pairs_of(each)


# what is wrong with a page -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judging:
    """data: texts that people typed, names of people and places: they stay as they are in every language."""

    vocabulary: Vocabulary
    data: Callable[[str], bool]

    def of(self, page: Page, language: Language) -> list[str]:
        """What is wrong, each with the text where it stands."""
        wrong = [] if page.language == language else [f"says of itself that it is in {page.language!r}"]
        return wrong + [f"{what}: {text}" for text, spoken in page.texts for what in (*_odd_in(text), *self._foreign_in(text, spoken))]

    def _foreign_in(self, text: str, language: str) -> Iterator[str]:
        other = next(each for each in LANGUAGES if each != language)
        if not self.data(text) and (foreign := words(text) & self.vocabulary.only[other]):
            yield f"{other} {sorted(foreign)}"
        if language == "en" and text in self.vocabulary.untranslated:
            yield "untranslated"


def _odd_in(text: str) -> Iterator[str]:
    for name, pattern in _ODD.items():
        if told := pattern.search(text):
            yield f"{name} {told.group()}"


def wrong_hours(page: Page, zone: str) -> list[str]:
    """Moments that are said by other clocks than those of the zone. A text without an hour says none."""
    return [f"{moment}: {said}" for moment, said in page.times if (told := hours_in(said)) and hour_at(moment, zone) not in told]


def hours_in(text: str) -> set[tuple[int, int]]:
    """Hours that a text says."""
    return {(int(found[1]), int(found[2])) for found in _HOUR.finditer(text)}


def hour_at(moment: str, zone: str) -> tuple[int, int]:
    """The hour of a moment in ISO 8601 on the clocks of a zone."""
    here = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return here.hour, here.minute
