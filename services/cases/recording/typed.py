"""Reads the form of *Catat layanan*: what was typed, as a session, or what is wrong at which field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.cases.recording.session import AREAS, DETAILS, NEXT, ORIGINS, RESULTS, Origin, Session
from shared.errors import Sentences
from shared.typed import moment_of, with_plain_line_breaks

LONGEST, LONGEST_LINE = 20000, 200

FIELDS = ("at", "story", "result", "next", "area", "origin", "confidentiality", "approach", "other_approach", *DETAILS)

Code = TypeVar("Code", bound=str)

WHEN = Sentences("Tulis tanggal dan waktu yang ada di kalender.", "Write a date and time that the calendar has.")
FUTURE = Sentences(
    "Pertemuan ini belum terjadi. Untuk janji, pakai Jadwalkan konseling.", "This session has not happened yet. To plan one, schedule it."
)
STORY = Sentences("Tuliskan apa yang terjadi.", "Write what happened.")
TOO_LONG = Sentences("Isian ini terlalu panjang.", "This is too long.")
CHOOSE: Mapping[str, Sentences] = {
    "result": Sentences("Pilih hasilnya.", "Choose the result."),
    "next": Sentences("Pilih apa yang berikutnya.", "Choose what comes next."),
    "area": Sentences("Pilih bidangnya.", "Choose the field."),
}
CONFIDENTIALITY = Sentences(
    "Pada pertemuan pertama, murid diberi tahu batas kerahasiaan. Centang bila sudah.",
    "At the first session the student is told the limits of confidentiality. Tick this when it was done.",
)

Faults = dict[str, Sentences]


def read(typed: Mapping[str, str], zone: ZoneInfo, now: datetime, *, first: bool, begins: bool) -> tuple[Session | None, Faults]:
    """typed: the fields as the browser sent them. first: of the service's sessions. begins: the service begins with it."""
    said = {name: str(with_plain_line_breaks(value)).strip() for name, value in typed.items()}
    faults: Faults = {}
    at = _moment(said.get("at", ""), zone, now, faults)
    story = _text(said, "story", LONGEST, faults)
    if not story:
        faults.setdefault("story", STORY)
    result, following = _code(said, "result", RESULTS, faults), _code(said, "next", NEXT, faults)
    area = _code(said, "area", AREAS, faults) if begins else None
    if first and not said.get("confidentiality"):
        faults["confidentiality"] = CONFIDENTIALITY
    approach = _text(said, "other_approach", LONGEST_LINE, faults) or _text(said, "approach", LONGEST_LINE, faults)
    details = {name: _text(said, name, LONGEST, faults) for name in DETAILS}
    if faults or at is None or result is None or following is None:
        return None, faults
    origin: Origin = next((each for each in ORIGINS if each == said.get("origin")), "referral")
    return Session(at, story, approach, result, following, area, origin, bool(said.get("confidentiality")), details), {}


def _moment(said: str, zone: ZoneInfo, now: datetime, faults: Faults) -> datetime | None:
    moment = moment_of(said, zone)
    if moment is None:
        faults["at"] = WHEN
    elif moment > now:
        faults["at"] = FUTURE
    return moment


def _text(said: Mapping[str, str], name: str, longest: int, faults: Faults) -> str:
    if len(said.get(name, "")) > longest:
        faults[name] = TOO_LONG
    return said.get(name, "")


def _code(said: Mapping[str, str], name: str, known: Mapping[Code, object], faults: Faults) -> Code | None:
    found = next((each for each in known if each == said.get(name)), None)
    if found is None:
        faults[name] = CHOOSE[name]
    return found
