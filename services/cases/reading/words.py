"""The history in words: one sentence for each event, Indonesian and English. It says what happened, never what was confided.

Each strategy, and the case itself, has one words file; `vocabulary.py` loads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.cases.rights import ReadingReason

Pair = tuple[str, str]
"""The same in Indonesian and English."""

ANY, NONE = "any", "none"
"""In a words file: whatever else the field holds, and that it holds nothing."""

READING_REASONS: Mapping[ReadingReason, Pair] = {
    "supervision": ("pembinaan dan pengawasan", "supervision"),
    "stand-in": ("menggantikan rekan yang tidak hadir", "standing in for a colleague"),
    "hand-over": ("serah terima kasus", "a hand-over"),
    "safety": ("keselamatan murid", "the student's safety"),
    "complaint": ("menanggapi keluhan", "a complaint"),
    "report": ("menyusun laporan", "a report"),
}


WITHHELD: Pair = ("Ada catatan yang tidak untuk peran ini.", "Something was recorded that is not for this role.")


_PASSED_OVER = "…"


class _Said(dict[str, str]):
    """What is withheld from the reader is passed over in a sentence."""

    def __missing__(self, _: str) -> str:
        return _PASSED_OVER


@dataclass(frozen=True, slots=True)
class Choice:
    """Another sentence for each value of a field."""

    field: str
    by_value: Mapping[str, Pair]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said of an event. values: the words that take the place of a field named in braces, by field and value."""

    said: Pair | Choice
    values: Mapping[str, Mapping[str, Pair]]

    def of(self, data: Mapping[str, Any]) -> Pair:
        """The sentence of one event. A value without words of its own is said as it is."""
        said = self.said
        indonesian, english = _chosen(said.by_value, data.get(said.field)) if isinstance(said, Choice) else said
        words = {name: _words(self.values.get(name, {}), data.get(name)) for name in (*data, *self.values) if self._is_said(name, data)}
        return (
            _whole(indonesian.format_map(_Said({name: each[0] for name, each in words.items()}))),
            _whole(english.format_map(_Said({name: each[1] for name, each in words.items()}))),
        )

    def _is_said(self, name: str, data: Mapping[str, Any]) -> bool:
        """A field that this reader is not given is passed over, unless the file has words for one that holds nothing."""
        return name in data or not self.values.get(name, {}).keys().isdisjoint((ANY, NONE))


@dataclass(frozen=True, slots=True)
class Words:
    """events: by type. deadlines: what was expected, by its code. values: words of codes that pages show, by field and value.

    titles: what each strategy is called, and the case itself.
    """

    events: Mapping[str, Sentence]
    deadlines: Mapping[str, Pair]
    values: Mapping[str, Mapping[str, Pair]]
    titles: Mapping[str, Pair]

    def sentence(self, event_type: str, data: Mapping[str, Any]) -> Pair:
        """What happened, in Indonesian and English. data: the event's open fields."""
        return WITHHELD if event_type == "withheld" else self.events[event_type].of(data)


def _whole(sentence: str) -> str:
    """A sentence that would end in nothing but what is withheld ends before it."""
    return sentence.replace(f": {_PASSED_OVER}.", ".")


def code(value: object) -> str:
    """A value as a words file names it."""
    if value is None:
        return NONE
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(words: Mapping[str, Pair], value: object) -> Pair:
    return words.get(code(value)) or words.get(ANY) or (str(value), str(value))


def _chosen(words: Mapping[str, Pair], value: object) -> Pair:
    return words.get(code(value)) or words.get(ANY) or WITHHELD
