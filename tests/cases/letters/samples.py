"""Every document with invented contents, laid out as a school prints it: built from its model, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, get_args, get_origin

from services.cases.domain.letters.paper import LetterheadSet
from services.cases.letters.kinds import KINDS, REPORTS, Kind
from services.cases.letters.laid_out import LaidOut
from services.cases.letters.laying_out import Around, lay_out
from services.cases.letters.model import Model
from services.cases.letters.rendering import Printing
from services.cases.letters.signing import Printed, Signatories
from tests.cases.people import COORDINATOR, COUNSELLOR, NOW, PRINCIPAL

ALL: Mapping[str, Kind[Any]] = {**KINDS, **REPORTS}
SECRET = "0123456789abcdef" * 2
ADDRESS = f"https://tanggap.invalid/cases/surat/{SECRET}"
NUMBER = "421.5/012/BK/II/2026"
LETTERHEAD = LetterheadSet(
    act="act-1",
    by=COORDINATOR,
    at=NOW,
    authority="Pemerintah Kabupaten Contoh\nDinas Pendidikan",
    name="SMP Negeri 1 Contoh",
    address="Jalan Cendana Nomor 1, Contoh 55500",
    contact="Telepon (0274) 000000",
    npsn="20400001",
    place="Contoh",
)
EMBLEM = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10"><circle cx="5" cy="5" r="4" fill="#036"/></svg>'
SIGNATORIES = Signatories(
    "SMP Negeri 1 Contoh",
    {"principal": [PRINCIPAL], "counsellor": [COUNSELLOR], "coordinator": [COORDINATOR]},
    frozenset(),
    {PRINCIPAL: Printed("Dra. Siti Contoh, M.Pd.", "Kepala SMP Negeri 1 Contoh", "NIP 19700101 199501 2 001")},
    {COUNSELLOR: "Budi Contoh", COORDINATOR: "Ani Contoh", PRINCIPAL: "Siti Contoh"},
    COUNSELLOR,
    endorser=PRINCIPAL,
)


def sample(name: str, text: str = "Uraian contoh.", signatories: Signatories = SIGNATORIES, **around: Any) -> LaidOut:
    """A document in which every text is this one."""
    kind = ALL[name]
    said: dict[str, Any] = {"recipient": (), "copies": ("Arsip",), "emblem": "digest"} | around
    surrounding = Around("SMP Negeri 1 Contoh", LETTERHEAD, said["emblem"], signatories, date(2026, 2, 9), SECRET, said["recipient"], said["copies"])
    return lay_out(name, kind.form, model_of(kind.model, text), surrounding)


def model_of(model: type[Model], text: str) -> Model:
    """With this text in every field, and two of whatever there may be many of."""
    return model(**{name: _value(field.annotation, text) for name, field in model.model_fields.items()})


def _value(annotation: Any, text: str) -> Any:
    if get_origin(annotation) is tuple:
        return tuple(model_of(get_args(annotation)[0], text) for _ in range(2))
    return 3 if annotation is int else text


def printing(laid_out: LaidOut) -> Printing:
    return Printing(laid_out, NUMBER, ADDRESS, EMBLEM)


def texts(laid_out: LaidOut) -> Iterator[str]:
    """Everything that is printed of its parts."""
    for part in (*laid_out.parts, *laid_out.after):
        told = part.model_dump()
        yield from (told["text"],) if "text" in told else ()
        yield from (cell for row in told.get("rows", ()) for cell in row)
