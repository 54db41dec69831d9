"""The words of a document and the order of its fields: one file for each in `forms/`, so that whoever corrects a sentence reads no code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.cases.letters.laid_out import Blanks, Page, Paragraph, Part, Rows, Section, Table
from services.cases.letters.model import Model
from services.cases.letters.numbering import numbered_through

_FIELD = re.compile(r"\{(\w+)\}")


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ParagraphForm(_Words):
    heading: str = ""
    paragraph: str


class SectionForm(_Words):
    heading: str
    text: str


class RowsForm(_Words):
    heading: str = ""
    rows: tuple[tuple[str, str], ...]


class TableForm(_Words):
    """table: a field that holds several things. columns: heading, field of each thing, share of the width. `#` numbers them.

    tall: its rows leave room for a signature.
    """

    heading: str = ""
    table: str
    columns: tuple[tuple[str, str, int], ...]
    empty: str = "Tidak ada."
    tall: bool = False


class BlanksForm(_Words):
    heading: str = ""
    blanks: tuple[str, ...]


class PageForm(_Words):
    page: str


PartForm = ParagraphForm | SectionForm | RowsForm | TableForm | BlanksForm | PageForm


class SignatureForm(_Words):
    """who: whose place it is, `issuer` for whoever issues it, `endorser` for whom the document names as such. name, position: of anybody else."""

    caption: str = ""
    who: Literal["principal", "coordinator", "issuer", "endorser", "other"] = "other"
    name: str = ""
    position: str = ""


class Form(_Words):
    """title, matter, recipient: may hold fields in braces, like every other text here. after: pages behind the signatures."""

    title: str
    style: Literal["letter", "report"]
    confidential: bool = False
    matter: str = ""
    attachments: str = "–"
    recipient: str = ""
    parts: Annotated[tuple[PartForm, ...], Field(min_length=1)]
    signatures: tuple[SignatureForm, ...] = ()
    after: tuple[PartForm, ...] = ()

    def named(self) -> Iterator[str]:
        """Every field that the words name."""
        texts = [
            self.title,
            self.matter,
            self.recipient,
            self.attachments,
            *(text for each in self.signatures for text in (each.name, each.position)),
        ]
        for part in (*self.parts, *self.after):
            texts += _texts(part)
            if isinstance(part, TableForm):
                yield part.table
        for text in texts:
            yield from _FIELD.findall(text)


def _texts(part: PartForm) -> Sequence[str]:
    match part:
        case ParagraphForm():
            return [part.paragraph]
        case SectionForm():
            return [part.text]
        case RowsForm():
            return [value for _, value in part.rows]
        case _:
            return ()


def form_of(file: Path) -> Form:
    """Raises: ValueError: the file does not say a form."""
    return Form.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def filled(text: str, values: Mapping[str, str | None]) -> str | None:
    """The text with every field in its place, in one pass: braces in what somebody wrote are no field. None where one has no value."""
    if any(values[name] is None for name in _FIELD.findall(text)):
        return None
    return _FIELD.sub(lambda field: values[field[1]] or "", text)


def values_of(model: Model) -> Mapping[str, str | None]:
    """Every field that is a text or a number, as it is printed."""
    told = dict(model)
    return {name: None if value is None else str(value) for name, value in told.items() if not isinstance(value, tuple)}


def parts_of(forms: Sequence[PartForm], model: Model) -> tuple[Part, ...]:
    """The parts in order. What has no value is left out with its label, and the headings after it move up."""
    values = values_of(model)
    return numbered_through([part for each in forms if (part := _part(each, model, values))])


def _part(form: PartForm, model: Model, values: Mapping[str, str | None]) -> Part | None:
    match form:
        case ParagraphForm(heading=heading, paragraph=paragraph):
            text = filled(paragraph, values)
            return None if text is None else Paragraph(heading=heading, text=text)
        case SectionForm(heading=heading):
            text = filled(form.text, values)
            return None if text is None else Section(heading=heading, text=text)
        case RowsForm(heading=heading):
            rows = tuple((label, value) for label, said in form.rows if (value := filled(said, values)) is not None)
            return Rows(heading=heading, rows=rows) if rows else None
        case TableForm():
            return _table(form, model)
        case BlanksForm(heading=heading, blanks=labels):
            return Blanks(heading=heading, labels=labels)
        case PageForm(page=heading):
            return Page(heading=heading)


def _table(form: TableForm, model: Model) -> Part:
    things = model.several(form.table)
    if not things:
        return Paragraph(heading=form.heading, text=form.empty)
    rows = tuple(tuple(_cell(number, thing, field) for _, field, _ in form.columns) for number, thing in enumerate(things, start=1))
    columns, widths = tuple(each for each, _, _ in form.columns), tuple(width for _, _, width in form.columns)
    return Table(heading=form.heading, columns=columns, widths=widths, rows=rows, tall=form.tall)


def _cell(number: int, thing: Model, field: str) -> str:
    return str(number) if field == "#" else (values_of(thing)[field] or "") if field else ""
