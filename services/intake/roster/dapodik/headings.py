"""Finds the columns of a list by their Indonesian headings, also after somebody moved or renamed a few."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.intake.roster.dapodik.told import Field, Subject
from services.intake.roster.untrusted import untrusted

ROWS_ABOVE = 30
"""How many rows may stand above the headings: title, school, who downloaded it, empty ones."""

_FEWEST = 2
"""Headings in a row of them. A title stands alone."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """A column is one whose heading holds all words of one of `words`, and none of `never`."""

    words: tuple[frozenset[str], ...]
    never: frozenset[str] = frozenset()

    def fits(self, told: frozenset[str]) -> bool:
        return any(words <= told for words in self.words) and not self.never & told


def _heading(*words: str, never: str = "") -> _Heading:
    return _Heading(tuple(frozenset(each.split()) for each in words), frozenset(never.split()))


_NO_NAME = "ayah ibu wali kandung panggilan sekolah rombel kelas dusun bank rekening kelurahan penerima kepala"
_OF_NOBODY_ELSE = "ayah ibu wali kandung"

HEADINGS: Mapping[Subject, Mapping[Field, _Heading]] = {
    "students": {
        "name": _heading("nama", never=_NO_NAME),
        "id": _heading("nisn", "nis n"),
        "born": _heading("tanggal lahir", "tgl lahir", never=f"{_OF_NOBODY_ELSE} tempat"),
        "email": _heading("email", "e mail", "surel", never=_OF_NOBODY_ELSE),
        "phone": _heading("hp", "handphone", "seluler", "wa", "whatsapp", never=_OF_NOBODY_ELSE),
        "class-name": _heading("rombel", "kelas", "rombongan belajar", never="tingkat jenis wali"),
        "father": _heading("nama ayah"),
        "mother": _heading("nama ibu"),
        "guardian": _heading("nama wali", never="kelas"),
    },
    "staff": {
        "name": _heading("nama", never=_NO_NAME),
        "id": _heading("nuptk"),
        "email": _heading("email", "e mail", "surel"),
        "phone": _heading("hp", "handphone", "seluler", "wa", "whatsapp"),
        "post": _heading("jenis ptk", "jabatan"),
        "duty": _heading("tugas tambahan"),
    },
}
"""What Dapodik's lists call each field, word by word. School numbers of a student (NIPD) change at each school and are no id."""

_SECOND_IDS: Mapping[Subject, _Heading] = {"students": _heading("nipd", "nis", "induk"), "staff": _heading("nip")}
"""What somebody without a national number is told by at the school."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a list has what. first: the first row of people, counted from 0. columns: by field. second_id: where the school's own number stands."""

    subject: Subject
    first: int
    columns: Mapping[Field, int]
    second_id: int | None
    titles: Sequence[str]


def find_layout(place: str, rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of a list; None where nothing in its first rows is one. Raises: Invalid: two columns could be the same."""
    for number, row in enumerate(rows[:ROWS_ABOVE]):
        below = rows[number + 1] if number + 1 < len(rows) else ()
        is_deep = _continues(row, below)
        titles = _below_merged(row, below) if is_deep else row
        if subject := _subject(titles):
            return _layout(place, subject, number + 1 + is_deep, titles)
    return None


def _continues(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a second row belongs to the headings: it names parts of merged ones (Data Ayah: Nama, Tahun Lahir) and holds no number."""
    if sum(1 for cell in row if cell) < _FEWEST:
        return False
    under_nothing = any(cell and not _cell(row, place) for place, cell in enumerate(below))
    return under_nothing and not any(letter.isdigit() for cell in below for letter in cell)


def _below_merged(row: Sequence[str], below: Sequence[str]) -> list[str]:
    """One title for each column; a merged heading stands for each column below it."""
    above, titles = "", list[str]()
    for place in range(max(len(row), len(below))):
        above = _cell(row, place) or (above if _cell(below, place) else "")
        titles.append(f"{above} {_cell(below, place)}".strip())
    return titles


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", title.lower()))


def _subject(titles: Sequence[str]) -> Subject | None:
    words = [_words(title) for title in titles]
    for subject, headings in HEADINGS.items():
        told = {name for name, heading in headings.items() if any(heading.fits(each) for each in words)}
        if {"name", "id"} <= told or ("name" in told and any(_SECOND_IDS[subject].fits(each) for each in words) and told & {"class-name", "post"}):
            return subject
    return None


def _layout(place: str, subject: Subject, first: int, titles: Sequence[str]) -> Layout:
    columns: dict[Field, int] = {}
    for name, heading in HEADINGS[subject].items():
        if (found := _column(place, titles, heading)) is not None:
            columns[name] = found
    return Layout(subject, first, columns, _column(place, titles, _SECOND_IDS[subject]), titles)


def _column(place: str, titles: Sequence[str], heading: _Heading) -> int | None:
    """The column with the shortest heading that fits: "HP" before "HP lain". Raises: Invalid: two have the same."""
    fitting = sorted((len(_words(title)), number) for number, title in enumerate(titles) if heading.fits(_words(title)))
    if len(fitting) > 1 and fitting[0][0] == fitting[1][0]:
        title = titles[fitting[1][1]]
        raise untrusted("second-column", f"/{place}/{title}", place=f"{title} ({place})")
    return fitting[0][1] if fitting else None
