"""The words of every form: what it is called, what it asks, what may be chosen; Indonesian and English, in files beside each other.

A field without words, a choice without words, and words of something that no form asks are faults: the service does not start (people page, rule 2).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from services.cases.domain.casework import CASEWORK, Casework
from services.cases.domain.steps.command import Command
from services.cases.forms.fields import Field, Widget, fields_of
from services.cases.reading.vocabulary import WORDS
from shared.errors import StartRefused

_COMMON, _FORMS = "common.forms.toml", "*.forms.toml"
_Said = Annotated[str, StringConstraints(min_length=1)]
Pair = tuple[_Said, _Said]
"""The same in Indonesian and English."""


_SAVE: Pair = ("Simpan", "Save")
"""On the button of a form that says nothing else."""


class _Written(BaseModel):
    """What is said of fields: of all forms, of one, or of one kind of row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: dict[str, Pair] = {}
    hints: dict[str, Pair] = {}
    choices: dict[str, dict[str, Pair]] = {}
    widgets: dict[str, Widget] = {}


class _WrittenRow(_Written):
    """one: what a single row is called."""

    one: Pair


class _WrittenForm(_Written):
    title: Pair
    lead: Pair | None = None
    button: Pair = _SAVE
    parts: dict[str, _WrittenRow] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """A field with its words. options: what may be chosen, by code. one: what a single row is called; rows: what each row asks."""

    field: Field
    label: Pair
    hint: Pair | None = None
    options: Mapping[str, Pair] | None = None
    one: Pair | None = None
    rows: tuple[Question, ...] = ()

    @property
    def name(self) -> str:
        return self.field.name


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one command. lead: what whoever fills it in should know first. button: says what happens when it is pressed."""

    command: type[Command]
    title: Pair
    lead: Pair | None
    button: Pair
    questions: tuple[Question, ...]


@cache
def forms_of(work: Casework = CASEWORK, folders: tuple[Path, ...] = (WORDS,)) -> Mapping[str, Form]:
    """The form of every command that a person gives on a case or beside one, by the command's name. folders: where the words files lie.

    Raises: StartRefused: a file cannot be read, something has no words, or words are left over.
    """
    common, written = _read(folders)
    given = {command.called: command for command in (*work.commands, *work.beside_cases) if command.permission}
    faults = [f"no form has the words of {name}: write [{name}] with its title" for name in given if name not in written]
    faults += [f"[{name}] belongs to no command: take it out" for name in written if name not in given]
    made = {name: _form(command, _Words((written[name], common))) for name, command in given.items() if name in written}
    faults += [fault for name, (_, missing) in made.items() for fault in missing]
    if faults:
        raise StartRefused("the words of the forms are not complete: " + "; ".join(faults))
    return {name: form for name, (form, _) in made.items()}


def _read(folders: Sequence[Path]) -> tuple[_Written, dict[str, _WrittenForm]]:
    common, forms = _Written(), dict[str, _WrittenForm]()
    for path in (path for folder in folders for path in sorted(folder.glob(_FORMS))):
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
            if path.name == _COMMON:
                common = _Written.model_validate(told)
            else:
                forms |= {name: _WrittenForm.model_validate(each) for name, each in told.items()}
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise StartRefused(f"{path.name} cannot be read: {error}") from error
    return common, forms


# putting words to fields -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """said: the nearest first."""

    said: tuple[_Written, ...]

    def label(self, name: str) -> Pair | None:
        return next((each.labels[name] for each in self.said if name in each.labels), None)

    def hint(self, name: str) -> Pair | None:
        return next((each.hints[name] for each in self.said if name in each.hints), None)

    def options(self, name: str) -> Mapping[str, Pair]:
        found: dict[str, Pair] = {}
        for each in reversed(self.said):
            found |= each.choices.get(name, {})
        return found

    def widget(self, field: Field) -> Widget:
        return next((each.widgets[field.name] for each in self.said if field.name in each.widgets), field.widget)

    def nearer(self, row: _Written) -> _Words:
        return _Words((row, *self.said))


def _form(command: type[Command], words: _Words) -> tuple[Form, list[str]]:
    written = words.said[0]
    assert isinstance(written, _WrittenForm)
    questions = tuple(_question(each, words, written.parts) for each in fields_of(command))
    faults = [fault for each in questions for fault in _faults(each, command.called)]
    return Form(command, written.title, written.lead, written.button, questions), faults


def _question(field: Field, words: _Words, rows: Mapping[str, _WrittenRow]) -> Question:
    row = rows.get(field.name)
    parts = tuple(_question(each, words.nearer(row), {}) for each in field.parts) if row else ()
    known = words.options(field.name)
    options = {each: known.get(each) or _as_number(each) for each in field.choices} if field.choices else None
    named = replace(field, widget=words.widget(field))
    return Question(named, words.label(field.name) or ("", ""), words.hint(field.name), options, row.one if row else None, parts)


def _as_number(code: str) -> Pair:
    return (code, code) if code.isdigit() else ("", "")


def _faults(question: Question, called: str) -> Iterator[str]:
    name = question.name
    if question.field.widget == "made":
        return
    if not question.label[0]:
        yield f"{called} asks for {name} without words: write labels.{name}"
    yield from (f"{called}: the choice {each} of {name} has no words" for each, pair in (question.options or {}).items() if not pair[0])
    if question.field.widget == "rows" and not question.rows:
        yield f"{called}: the rows of {name} have no words: write [{called}.parts.{name}]"
    for each in question.rows:
        yield from _faults(each, f"{called}, {name}")
