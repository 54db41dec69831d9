"""What is typed on the pages of a referral, page by page, and what is wrong with it at which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.cases.reading.receivers import Asks, Wish
from shared.errors import Sentences
from shared.typed import whole_number, with_plain_line_breaks

Page = Literal["need", "receiver", "contents", "check"]
PAGES: Mapping[Page, tuple[str, ...]] = {
    "need": ("need", "words", "age", "area", "unaccompanied", "around_the_clock"),
    "receiver": ("agency", "alternatives", "why"),
    "contents": (
        "consent", "giver", "how", "form", "ground", "ground_reason", "phoned_ground", "said", "identity", "problem", "done", "wanted", "approver",
    ),
    "check": (),
}  # fmt: skip
"""The fields of each page, in the order in which they are asked."""

ADDRESSES: Mapping[Page, str] = {"need": "/rujuk", "receiver": "/rujuk/penerima", "contents": "/rujuk/isi", "check": "/rujuk/periksa"}

Typed = Mapping[str, Sequence[str]]
Faults = dict[str, Sentences]

LONGEST, LONGEST_LINE = 20_000, 200
_LINES = frozenset({"need", "words", "age", "area", "form"})
_TOO_LONG = Sentences(
    "Isian ini terlalu panjang. Uraian paling banyak 20.000 huruf, isian pendek 200 huruf.",
    "This is too long. Long texts have at most 20,000 letters, short ones 200.",
)
_OLDEST = 150
_AGE = Sentences("Tulis umur dengan angka, misalnya 14.", "Write the age as a number, for example 14.")
NOT_UNDERSTOOD: Mapping[Asks, Sentences] = {
    "need": Sentences("Pilih kebutuhan dari daftar ini.", "Choose a need from this list."),
    "words": Sentences("Pencarian ini tidak dapat dipakai. Tulis dengan kata lain.", "This search cannot be used. Use other words."),
}
"""What the directory of agencies refused to look for, by field."""

_MISSING: Mapping[str, Sentences] = {
    "agency": Sentences("Pilih lembaga yang menerima.", "Choose the agency that receives the student."),
    "why": Sentences("Tuliskan mengapa lembaga ini.", "Write why this agency."),
    "consent": Sentences("Pilih bagaimana dengan persetujuan.", "Choose what there is of consent."),
    "giver": Sentences("Pilih siapa yang menyetujui.", "Choose who consented."),
    "form": Sentences("Tulis nomor atau tempat lembar persetujuan.", "Write the number or place of the sheet of consent."),
    "ground": Sentences("Pilih dasarnya.", "Choose the ground."),
    "ground_reason": Sentences("Tuliskan alasannya; orang kedua memutuskan atas alasan ini.", "Write the reason; a second person decides on it."),
    "phoned_ground": Sentences("Pilih dasarnya.", "Choose the ground."),
    "said": Sentences("Tuliskan apa yang disampaikan lewat telepon.", "Write what was said by phone."),
    "problem": Sentences("Tuliskan masalah yang dirujuk.", "Write what is referred."),
    "wanted": Sentences("Tuliskan apa yang diminta dari lembaga.", "Write what the agency is asked for."),
    "approver": Sentences("Pilih siapa yang diminta menyetujui.", "Choose who is asked to approve."),
}
_NEEDED_BY_CONSENT: Mapping[str, tuple[str, ...]] = {
    "given": ("giver", "form", "approver"),
    "asked": ("approver",),
    "overridden": ("ground", "ground_reason", "approver"),
    "phoned": ("phoned_ground", "said"),
}
_NO_ALTERNATIVE = Sentences(
    "Belum ada lembaga lain yang ditawarkan. Kembali ke halaman lembaga dan pilih paling sedikit satu.",
    "No other agency is offered yet. Go back to the page of agencies and choose at least one.",
)
_SAME = Sentences("Lembaga lain tidak sama dengan lembaga yang menerima.", "Another agency is not the one that receives the student.")


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that was typed so far."""

    typed: Typed

    def one(self, name: str) -> str:
        """The only value of a field, empty where there is none."""
        values = self.typed.get(name, ())
        return str(with_plain_line_breaks(values[0])).strip() if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, each once."""
        return tuple(dict.fromkeys(each for each in self.typed.get(name, ()) if each))

    @property
    def phoned(self) -> bool:
        """Help was called first: no alternative is needed, and nobody's approval is waited for."""
        return self.one("consent") == "phoned"

    def wish(self) -> Wish:
        """What is looked for; an age that cannot be read is left out."""
        return Wish(
            need=self.one("need")[:LONGEST_LINE],
            words=self.one("words")[:LONGEST_LINE],
            age=_age(self.one("age")),
            area=self.one("area")[:LONGEST_LINE],
            unaccompanied=bool(self.one("unaccompanied")),
            around_the_clock=bool(self.one("around_the_clock")),
        )

    def faults(self, page: Page) -> Faults:
        """What is wrong on one page."""
        found = {name: _TOO_LONG for name in PAGES[page] if len(self.one(name)) > (LONGEST_LINE if name in _LINES else LONGEST)}
        return found | self._missing(page)

    def _missing(self, page: Page) -> Faults:
        match page:
            case "need":
                return {"age": _AGE} if self.one("age") and _age(self.one("age")) is None else {}
            case "receiver":
                same = {"alternatives": _SAME} if self.one("agency") in self.all("alternatives") else {}
                return self._empty("agency", "why") | same
            case "contents":
                needed = _NEEDED_BY_CONSENT.get(self.one("consent"), ("consent",))
                return self._empty("consent", *needed, "problem", "wanted") | self._without_alternatives()
            case "check":
                return {}

    def _without_alternatives(self) -> Faults:
        """They stand on the page before; only here it is known whether help was called first."""
        return {} if self.phoned or self.all("alternatives") or not self.one("consent") else {"consent": _NO_ALTERNATIVE}

    def _empty(self, *names: str) -> Faults:
        return {name: _MISSING[name] for name in dict.fromkeys(names) if not self.one(name)}


def first_faulty(said: Said) -> tuple[Page, Faults] | None:
    """The first page that is not complete yet."""
    return next(((page, faults) for page in PAGES if (faults := said.faults(page))), None)


def _age(said: str) -> int | None:
    """In years; None for what is none. It is asked of every draft, so it refuses nothing."""
    number = whole_number(said)
    return number if number is not None and number <= _OLDEST else None
