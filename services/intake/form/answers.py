"""What somebody has answered so far, what is wrong with it, and the concern that it becomes. Nothing is chosen beforehand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from services.intake.form.questions import ABOUT, CATEGORIES, DANGERS
from services.intake.raising import NARRATIVE, ConcernBody
from shared.pages import say
from shared.typed import with_plain_line_breaks

Step = Literal["siapa", "apa", "sekolah", "kontak", "periksa"]
STEPS: tuple[Step, ...] = ("siapa", "apa", "sekolah", "kontak", "periksa")
SHORT = 500
"""The longest answer of one line, in characters."""

UNNAMED = "Melapor sendiri, tanpa menyebut nama"
"""Stands in a case for whoever reports about themselves and gives no name: the school reads Indonesian."""

_TOO_LONG = say("Terlalu panjang: paling banyak 500 huruf.")


class Answers(BaseModel):
    """As they were typed. receipt: of the concern that they became; then nothing else is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = ""
    narrative: str = ""
    categories: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    school: str = ""
    description: str = ""
    reply_to: str = ""
    receipt: str = ""

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, typed: object) -> object:
        """Without the one character that no store keeps: a form is not refused for it."""
        if isinstance(typed, tuple):
            return tuple(cls._storable(each) for each in typed)
        return typed.replace("\x00", "") if isinstance(typed, str) else typed

    def with_typed(self, typed: Mapping[str, object]) -> Answers:
        """With the fields of one page."""
        return Answers.model_validate(self.model_dump() | dict(typed))

    def first_wrong(self, schools: Collection[str]) -> Step | None:
        """The first page with something missing or wrong."""
        return next((step for step in STEPS if self.faults(step, schools)), None)

    def faults(self, step: Step, schools: Collection[str]) -> dict[str, str]:
        """What is wrong on a page, by field. schools: the ids that may be chosen."""
        match step:
            case "siapa":
                return {} if self.about in ABOUT else {"about": say("Pilih tentang siapa laporan ini.")}
            case "apa":
                return self._about_narrative()
            case "sekolah":
                return self._about_school(schools)
            case "kontak":
                return {"reply_to": _TOO_LONG} if len(self.reply_to.strip()) > SHORT else {}
            case "periksa":
                return {}

    def _about_narrative(self) -> dict[str, str]:
        told = str(with_plain_line_breaks(self.narrative)).strip()
        if not told:
            return {"narrative": say("Tuliskan apa yang terjadi atau apa yang dibutuhkan.")}
        if len(told) > NARRATIVE:
            too_long = say("Terlalu panjang: paling banyak 20.000 huruf. Kirim bagian pertama dulu; sisanya dapat Anda tambahkan kemudian.")
            return {"narrative": too_long}
        return {}

    def _about_school(self, schools: Collection[str]) -> dict[str, str]:
        found = {} if self.school in schools else {"school": say("Pilih sekolahnya.")}
        described = self.description.strip()
        if not described and self.about != "self":
            return found | {"description": say("Tuliskan siapa murid itu: nama, kelas, atau ciri-cirinya.")}
        return found | ({"description": _TOO_LONG} if len(described) > SHORT else {})

    def concern(self) -> ConcernBody:
        """The concern. A box that is not ticked means unknown, not no. Raises: pydantic.ValidationError: something is missing or wrong."""
        facts = [fact for fact in DANGERS if fact in self.facts]
        return ConcernBody.model_validate(
            {
                "school": self.school,
                "students": [{"description": self.description.strip() or UNNAMED, "role": "affected"}],
                "kind": "need" if self.about == "self" and not facts else "incident",
                "categories": [category for category in CATEGORIES if category in self.categories] or ["other"],
                "narrative": with_plain_line_breaks(self.narrative),
                "facts": dict.fromkeys(facts, True),
                "channel": "web",
                "reporter": {
                    "kind": next((kind for about, (_, kind) in ABOUT.items() if about == self.about), None),
                    "reply_to": self.reply_to.strip() or None,
                },
            }
        )
