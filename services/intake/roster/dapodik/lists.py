"""The lists that Dapodik's users download: students, teachers and other staff, as XLSX or CSV."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath

from services.intake.roster.cells import wrong_id
from services.intake.roster.dapodik.headings import Layout, find_layout
from services.intake.roster.dapodik.sheets import read_sheets
from services.intake.roster.dapodik.spans import spread
from services.intake.roster.dapodik.told import Field, Subject, Told, ToldSchool
from services.intake.roster.untrusted import untrusted

_NPSN = re.compile(r"(?<![0-9A-Za-z])(\d{8}|[A-Z]\d{7})(?![0-9A-Za-z])", re.ASCII)
_SCHOOL = re.compile(r"(TK|PAUD|SD|SDLB|SMP|SMPLB|SMA|SMALB|SMK|SLB|MI|MIN|MIS|MTS|MTSN|MTSS|MA|MAN|MAS|SKB|PKBM|UPT|UPTD)[NS]?\b.*", re.IGNORECASE)
"""How names of schools begin."""

_MONTHS = ("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember")
_WRITTEN_DATE = re.compile(rf"(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})", re.IGNORECASE)
_NISN = re.compile(r"[0-9]{10}")
_NUPTK = re.compile(r"[0-9]{16}")
_NUMBERS: Mapping[Subject, re.Pattern[str]] = {"students": _NISN, "staff": _NUPTK}

_SPREADSHEETS_OWN = ("=", "#")
"""How a formula, its error and a truth value begin: there was a number, so nobody is known by another one."""

_GARBLED = "'{}"
"""A number of the wrong length is told as one that a spreadsheet changed: it dropped the zeros before it, or rounded it."""


_FIRST_ROWS = 40
"""Among which the headings stand."""

ReadList = tuple[Told, Subject, list[Told], frozenset[Field]]
"""A list's school, whom it is about, its rows, and the fields that they have."""


def read_lists(files: Iterable[tuple[PurePosixPath, bytes]], school: str | None) -> list[ToldSchool]:
    """The schools whose lists these are. school: the NPSN of those that do not name theirs. Raises: Invalid: no list, or of no school."""
    found: dict[str, list[ReadList]] = defaultdict(list)
    for place, content in files:
        for told, subject, rows, fields in _read(place.name, content, school):
            found[told["npsn"]].append((told, subject, rows, fields))
    return [_joined(lists) for lists in found.values()]


def is_list(place: str, content: bytes) -> bool:
    """Whether a file has the headings of a list. Raises: Invalid: it is no sheet at all."""
    return any(find_layout(place, list(islice(sheet.rows, _FIRST_ROWS))) for sheet in read_sheets(place, content))


def _joined(lists: Sequence[ReadList]) -> ToldSchool:
    """Several lists of one kind are parts of one, by class for instance."""
    rows: dict[Subject, list[Told]] = defaultdict(list)
    fields: dict[Subject, frozenset[Field]] = {}
    for _, subject, told, known in lists:
        rows[subject] += told
        fields[subject] = fields.get(subject, known) & known
    school = next((told for told, *_ in lists if told["name"]), lists[0][0])
    return ToldSchool(school, rows, fields)


def _read(place: str, content: bytes, school: str | None) -> Iterator[ReadList]:
    """Every sheet with the headings of a list; many keep one for each class. A number above the first is that of the others that name none."""
    found = False
    for sheet in read_sheets(place, content):
        rows = list(sheet.rows)
        layout = find_layout(place, rows)
        if layout is None:
            continue
        spread(place, rows, sheet.spans, layout.first)
        read = _read_sheet(f"{place} ({sheet.name})" if found else place, rows, layout, school)
        found, school = True, read[0]["npsn"]
        yield read
    if not found:
        raise untrusted("no-list", f"/{place}", place=place)


def _read_sheet(place: str, rows: Sequence[Sequence[str]], layout: Layout, school: str | None) -> ReadList:
    told = _told_school(place, rows[: layout.first], school)
    people = [
        each for number, row in enumerate(rows[layout.first :], start=layout.first + 1) if (each := _person(place, number, row, layout, told["npsn"]))
    ]
    return told, layout.subject, people, frozenset(layout.columns)


def _told_school(place: str, above: Sequence[Sequence[str]], school: str | None) -> Told:
    """The number and the name that stand above the headings."""
    cells = [cell for row in above for cell in row if cell]
    number = next((match[1] for cell in cells if (match := _NPSN.search(cell))), None) or school
    if number is None:
        raise untrusted("no-school", f"/{place}", place=place)
    name = next((cell for cell in cells if _SCHOOL.fullmatch(cell)), "")
    return Told(place, 1, {"npsn": number, **({"name": name} if name else {})}, {"npsn": "NPSN", "name": "Sekolah"})


def _person(place: str, number: int, row: Sequence[str], layout: Layout, npsn: str) -> Told | None:
    """None for an empty row, one that only numbers the columns, and what stands below the list."""
    cells: dict[Field, str] = {name: row[column] for name, column in layout.columns.items() if column < len(row)}
    cells |= {"id": _id(cells.get("id", ""), row, layout, npsn), "born": _date(cells.get("born", "")), "phone": _phone(cells.get("phone", ""))}
    cells = {name: cell for name, cell in cells.items() if cell}
    if not _is_somebody(cells, layout.subject):
        return None
    return Told(place, number, cells, {name: layout.titles[column] for name, column in layout.columns.items()})


def _is_somebody(cells: Mapping[Field, str], subject: Subject) -> bool:
    """Whoever has a name and anything more, or a whole national number."""
    is_named = any(letter.isalpha() for letter in cells.get("name", ""))
    return (is_named and len(cells) > 1) or bool(_NUMBERS[subject].fullmatch(cells.get("id", "")))


def _id(told: str, row: Sequence[str], layout: Layout, npsn: str) -> str:
    """The national number; for somebody without one, the school's own beside the school's."""
    if told.startswith(_SPREADSHEETS_OWN):
        return told
    if any(letter.isdigit() for letter in told):
        return told if _NUMBERS[layout.subject].fullmatch(told) else _GARBLED.format(told)
    second = row[layout.second_id] if layout.second_id is not None and layout.second_id < len(row) else ""
    if not any(letter.isdigit() for letter in second):
        return ""
    return _GARBLED.format(second) if wrong_id(second) else f"{npsn}/{second}"


def _date(told: str) -> str:
    """A month that is written out leaves no doubt; any other form does, and stays as it is."""
    match = _WRITTEN_DATE.fullmatch(told)
    if match is None:
        return told
    return f"{match[3]}-{_MONTHS.index(match[2].lower()) + 1:02}-{int(match[1]):02}"


def _phone(told: str) -> str:
    """Telephone numbers begin with 0 or +; one that does not was a number to a spreadsheet."""
    return told if told[:1] in ("0", "+", "(") or not told[:1].isdigit() or told.startswith("62") else _GARBLED.format(told)
