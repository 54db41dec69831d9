"""The answers of Dapodik's web service, as files of JSON: one folder for each school, long answers in several pages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, JsonValue

from services.intake.roster.dapodik.told import Field, Subject, Told, ToldSchool
from services.intake.roster.untrusted import untrusted
from shared.errors import Invalid

ENDPOINTS: Mapping[Subject, str] = {
    "school": "getSekolah", "students": "getPesertaDidik", "staff": "getGtk", "classes": "getRombonganBelajar",
}  # fmt: skip
"""The endpoint of each subject, as the open SDKs of Dapodik's web service name it (docs/sources.md)."""

FIELDS: Mapping[Subject, Mapping[str, Field]] = {
    "school": {"sekolah_id": "id", "npsn": "npsn", "nama": "name"},
    "students": {
        "peserta_didik_id": "id", "nama": "name", "tanggal_lahir": "born", "email": "email", "nomor_telepon_seluler": "phone",
        "rombongan_belajar_id": "class", "nama_rombel": "class-name", "nama_ayah": "father", "nama_ibu": "mother", "nama_wali": "guardian",
    },
    "staff": {"ptk_id": "id", "nama": "name", "email": "email", "no_hp": "phone", "jenis_ptk_id_str": "post", "jabatan_ptk_id_str": "duty"},
    "classes": {"rombongan_belajar_id": "id", "nama": "name", "jenis_rombel_str": "kind", "ptk_id": "homeroom-teacher"},
}  # fmt: skip
"""The allow-list: what is taken of each answer. Nothing else of it is kept."""

_HEADINGS: Mapping[Subject, Mapping[Field, str]] = {subject: {name: column for column, name in fields.items()} for subject, fields in FIELDS.items()}


class Answer(BaseModel):
    """One page of an answer. results: how many rows there are in all pages together, where the service says so."""

    model_config = ConfigDict(extra="ignore")

    results: int | None = None
    rows: list[dict[str, JsonValue]] | dict[str, JsonValue]

    @property
    def listed(self) -> list[dict[str, JsonValue]]:
        """The rows; a school is one row, which Dapodik gives without a list."""
        return self.rows if isinstance(self.rows, list) else [self.rows]


def subject_of(place: PurePosixPath) -> Subject | None:
    """The subject of a file: `getPesertaDidik.json`, `pesertadidik-2.json`, `peserta_didik.json`."""
    name = "".join(letter for letter in place.stem.lower() if letter.isalpha()).removeprefix("get")
    return next((subject for subject, endpoint in ENDPOINTS.items() if endpoint.lower().removeprefix("get") == name), None)


def read_answers(files: Iterable[tuple[PurePosixPath, bytes]]) -> list[ToldSchool]:
    """The schools of a folder of answers. files: of which each has a subject. Raises: Invalid: an answer cannot be read, or only in part."""
    pages: dict[PurePosixPath, dict[Subject, list[tuple[PurePosixPath, bytes]]]] = defaultdict(lambda: defaultdict(list))
    for place, content in files:
        if subject := subject_of(place):
            pages[place.parent][subject].append((place, content))
    return [_school(folder, told) for folder, told in sorted(pages.items())]


def _school(folder: PurePosixPath, pages: Mapping[Subject, list[tuple[PurePosixPath, bytes]]]) -> ToldSchool:
    rows = {subject: list(_rows(subject, sorted(told))) for subject, told in pages.items()}
    schools = rows.pop("school", [])
    if len(schools) != 1:
        raise untrusted("missing-file", f"/{folder.name}/getSekolah.json", place=f"getSekolah.json ({folder.name})".removesuffix(" ()"))
    return ToldSchool(schools[0], rows, {subject: frozenset(FIELDS[subject].values()) for subject in rows})


def _rows(subject: Subject, pages: Iterable[tuple[PurePosixPath, bytes]]) -> Iterable[Told]:
    """Raises: Invalid: the pages hold fewer rows than the service says there are."""
    wanted, seen = 0, set[str]()
    for place, content in pages:
        answer = read_answer(subject, place, content)
        wanted = max(wanted, answer.results or 0)
        for number, row in enumerate(answer.listed, start=1):
            told = Told(place.name, number, _cells(subject, row), _HEADINGS[subject])
            seen.add(told["id"] or f"{place.name}/{number}")
            yield told
    if len(seen) < wanted:
        raise untrusted("half-answer", f"/{ENDPOINTS[subject]}", place=f"{ENDPOINTS[subject]} ({len(seen)}/{wanted})")


def read_answer(subject: Subject, place: PurePosixPath, content: bytes) -> Answer:
    """The answer with the fields of the allow-list alone: the rest is let go while it is read. Raises: Invalid: it is none."""
    kept = FIELDS[subject]
    try:
        told = json.loads(content, object_pairs_hook=lambda pairs: {key: value for key, value in pairs if key in kept or key in ("rows", "results")})
        answer = Answer.model_validate(told if isinstance(told, dict) and "rows" in told else {"rows": told})
    except (ValueError, RecursionError) as error:
        raise _no_answer(place) from error
    if not isinstance(answer.rows, list) and (subject != "school" or not answer.rows):
        raise _no_answer(place)
    return answer


def _no_answer(place: PurePosixPath) -> Invalid:
    return untrusted("not-an-answer", f"/{place.name}", place=place.name)


def _cells(subject: Subject, row: Mapping[str, JsonValue]) -> dict[Field, str]:
    return {name: told for column, name in FIELDS[subject].items() if (told := _cell(row.get(column)))}


def _cell(value: JsonValue) -> str:
    """A number stands as it is written; what is no single value is none."""
    return " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
