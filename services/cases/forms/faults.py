"""What is wrong with a form, in words and at the field: every code that a body, the road or a rule can give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic_core import ErrorDetails

from services.cases.forms.filling import rows_typed
from services.cases.forms.wording import Form
from shared.errors import Fault, Sentences

_SENTENCES: Mapping[str, Sentences] = {
    "missing": Sentences("Isian ini belum diisi.", "This has not been filled in."),
    "string_too_short": Sentences("Isian ini belum diisi.", "This has not been filled in."),
    "too_short": Sentences("Pilih atau isi paling sedikit satu.", "Choose or fill in at least one."),
    "string_too_long": Sentences(
        "Isian ini terlalu panjang. Uraian paling banyak 20.000 huruf, isian pendek 200 huruf.",
        "This is too long. Long texts have at most 20,000 letters, short ones 200.",
    ),
    "too_long": Sentences("Terlalu banyak yang diisi.", "Too many are filled in."),
    "literal_error": Sentences("Pilih salah satu.", "Choose one."),
    "bool_type": Sentences("Pilih ya atau tidak.", "Choose yes or no."),
    "bool_parsing": Sentences("Pilih ya atau tidak.", "Choose yes or no."),
    "int_parsing": Sentences("Tulis angka, misalnya 1.", "Write a number, for example 1."),
    "int_type": Sentences("Tulis angka, misalnya 1.", "Write a number, for example 1."),
    "greater_than_equal": Sentences("Angka ini terlalu kecil.", "This number is too small."),
    "less_than_equal": Sentences("Angka ini terlalu besar.", "This number is too large."),
    "string_pattern_mismatch": Sentences(
        "Isian ini memuat tanda atau bentuk yang tidak dapat dipakai di sini.", "This holds a sign or a form that cannot be used here."
    ),
    "in-the-future": Sentences("Waktu ini belum terjadi.", "This time has not come yet."),
    "unknown-group": Sentences("Pilih kelompok yang Anda pimpin dan diikuti murid ini.", "Choose a group that you lead and this student is in."),
    "unknown-school": Sentences("Sekolah ini tidak ada di kabupaten/kota ini.", "There is no such school in the district."),
}
_MOMENT = Sentences("Tulis tanggal dan waktu yang ada di kalender.", "Write a date and time that the calendar has.")
_OTHER = Sentences("Isian ini tidak dapat diterima. Periksa kembali.", "This cannot be accepted. Check it again.")

Faulty = Mapping[str, Sentences]
"""What is wrong, by the name of the field in the form."""


def from_body(form: Form, errors: Iterable[ErrorDetails], typed: Mapping[str, Sequence[str]]) -> Faulty:
    """What the body says is wrong with what was typed."""
    return {_field(form, each["loc"], typed): sentence_of(each["type"]) for each in errors}


def from_road(form: Form, faults: Iterable[Fault], typed: Mapping[str, Sequence[str]]) -> Faulty:
    """What the road says: somebody who cannot be named, a moment that has not come."""
    found = ((_place(fault.pointer), fault) for fault in faults)
    return {_field(form, place, typed): fault.sentences or sentence_of(fault.code) for place, fault in found}


def _place(pointer: str) -> tuple[str | int, ...]:
    parts = pointer.removeprefix("/").split("/")
    return tuple(int(part) if part.isdigit() else part for part in parts)


def sentence_of(code: str) -> Sentences:
    """What is wrong by a code of the body, the road or a rule."""
    if code.startswith(("datetime", "timezone", "date_", "time_")):
        return _MOMENT
    return _SENTENCES.get(code, _OTHER)


def _field(form: Form, place: Sequence[str | int], typed: Mapping[str, Sequence[str]]) -> str:
    """The name of a field in the form: of a row, with the row's number there."""
    name = str(place[0]) if place else ""
    question = next((each for each in form.questions if each.name == name), None)
    match place[1:]:
        case (int(number), str(part)) if question and question.rows:
            rows = rows_typed(question, typed)
            return f"{name}-{rows[number] if number < len(rows) else number}-{part}"
        case _ if question and question.rows:
            return f"{name}-0-{next(each.name for each in question.rows if each.field.widget != 'made')}"
        case _:
            return name
