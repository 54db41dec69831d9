"""Loads the words files and checks them when the service starts: nothing that can happen is left without words, and no words are left over.

A file has the strategy's name (`title`), the sentences of its events (`[events]`), those that differ by a field's value
(`[events.<type>.<field>]`), the words that take the place of a field named in braces (`[values.<field>]`), and the names of what is expected
(`[deadlines]`). Each is a pair, Indonesian and English.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from services.cases.domain.casework import CASEWORK, Casework, type_of
from services.cases.domain.steps.deadline import DeadlinePassed
from services.cases.domain.steps.tells import Described
from services.cases.reading.words import ANY, NONE, Choice, Pair, Sentence, Words, code
from shared.errors import StartRefused
from shared.message import Event

WORDS = Path(__file__).parent / "words"
_Text = Annotated[str, StringConstraints(min_length=1)]
_Pair = tuple[_Text, _Text]


_Written = _Pair | dict[str, dict[str, _Pair]]
"""A sentence, or one for each value of a field."""


class _File(BaseModel):
    """A words file as it is written. title: what the strategy is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Pair
    events: dict[str, _Written]
    values: dict[str, dict[str, _Pair]] = {}
    deadlines: dict[str, _Pair] = {}


@cache
def words_of(casework: Casework = CASEWORK, folders: tuple[Path, ...] = (WORDS,)) -> Words:
    """The words of everything that can be done. folders: where the words files lie.

    Raises: StartRefused: a file is missing or cannot be read, something has no words, or words are left over.
    """
    files = {chapter.name: _read(chapter.name, folders) for chapter in casework.chapters}
    faults = [f"{name}.toml: {fault}" for chapter in casework.chapters for name in (chapter.name,) for fault in _faults(chapter, files[name])]
    if faults:
        raise StartRefused("the words files are not complete: " + "; ".join(faults))
    deadlines = {name: pair for file in files.values() for name, pair in file.deadlines.items()}
    events = {kind: Sentence(_said(each), file.values) for file in files.values() for kind, each in file.events.items()}
    passed = type_of(DeadlinePassed)
    titles = {name: file.title for name, file in files.items()}
    return Words(events | {passed: Sentence(events[passed].said, {"what": deadlines})}, deadlines, files["case"].values, titles)


def _read(name: str, folders: Sequence[Path]) -> _File:
    path = next((path for folder in folders if (path := folder / f"{name}.toml").exists()), None)
    if path is None:
        raise StartRefused(f"there is no {name}.toml in {', '.join(map(str, folders))}: write the words of {name} there")
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise StartRefused(f"{path} cannot be read: {error}") from error


def _said(written: _Written) -> Pair | Choice:
    if isinstance(written, tuple):
        return written
    ((field, by_value),) = written.items()
    return Choice(field, by_value)


# whether it is complete --------------------------------------------------------------------------------------------


def _faults(chapter: Described, file: _File) -> Iterator[str]:
    events = {type_of(event): event for event in chapter.tells}
    yield from _unlike("event", set(events), set(file.events))
    yield from _unlike("deadline", set(chapter.awaits), set(file.deadlines))
    used = {name for each in file.events.values() for pair in _pairs(each) for name in _named(pair)}
    yield from (f"no sentence names {name}: take its values out" for name in sorted(file.values.keys() - used))
    for kind in sorted(events.keys() & file.events.keys()):
        yield from (f"{kind} {fault}" for fault in _sentence_faults(events[kind], file, file.events[kind]))


def _unlike(what: str, wanted: set[str], there: set[str]) -> Iterator[str]:
    yield from (f"the {what} {name} has no words: add them" for name in sorted(wanted - there))
    yield from (f"there is no {what} {name}: take its words out" for name in sorted(there - wanted))


def _sentence_faults(event: type[Event], file: _File, written: _Written) -> Iterator[str]:
    if not isinstance(written, tuple):
        for field, by_value in written.items():
            yield from _uncovered(event, field, by_value)
        if len(written) != 1:
            yield "differs by several fields: choose one"
    for pair in _pairs(written):
        if pair[0] == pair[1]:
            yield "says the same in both languages: translate it"
        for name in sorted(_named(pair)):
            yield from _uncovered(event, name, file.values.get(name, {ANY: pair}))


def _uncovered(event: type[Event], name: str, by_value: Mapping[str, _Pair]) -> Iterator[str]:
    """What the field may hold and nobody has words for."""
    if name not in event.model_fields:
        yield f"names {name}: name one of its fields"
    elif ANY not in by_value:
        wanted = _values(event.model_fields[name])
        missing = {ANY} if wanted is None else wanted - by_value.keys()
        yield from (f"has no words where {name} is {each}: add them" for each in sorted(missing))


def _pairs(written: _Written) -> list[_Pair]:
    return [written] if isinstance(written, tuple) else [pair for by_value in written.values() for pair in by_value.values()]


def _named(pair: _Pair) -> set[str]:
    """The fields that a sentence names in braces."""
    return {name for text in pair for _, name, _, _ in string.Formatter().parse(text) if name}


def _values(field: FieldInfo) -> set[str] | None:
    """Every value that the field may have, as words files name them; None where nobody knows them all."""
    if field.annotation is int:
        limits = {type(each): each for each in field.metadata}
        least, most = limits.get(Ge), limits.get(Le)
        return {str(each) for each in range(int(str(least.ge)), int(str(most.le)) + 1)} if least and most else None
    return _codes(field.annotation)


def _codes(annotation: object) -> set[str] | None:
    if annotation is bool:
        return {code(True), code(False)}
    if annotation is type(None):
        return {NONE}
    if get_origin(annotation) is Literal:
        return {code(each) for each in get_args(annotation)}
    found = [_codes(each) for each in get_args(annotation)]
    known = [each for each in found if each is not None]
    return set[str]().union(*known) if found and len(known) == len(found) else None
