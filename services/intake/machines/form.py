"""The form for a new key, read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.intake.machines.office import Wanted
from services.intake.machines.routes import Days, Holder
from shared.errors import Sentences
from shared.machines.key import HolderKind
from shared.pages import Text

_HOLDER: TypeAdapter[str] = TypeAdapter(Holder)
_DAYS: TypeAdapter[int] = TypeAdapter(Days)

FLAWS: Mapping[str, Text] = {
    "name": Sentences(
        "Pilih lembaga, atau tulis sebutan integrator: huruf, angka, titik, dan tanda hubung.",
        "Choose an agency, or write what the integrator is called: letters, digits, full stops and hyphens.",
    ),
    "agency": Sentences("Pilih lembaga atau tulis sebutan integrator, salah satu saja.", "Choose an agency or write an integrator's name, not both."),
    "scopes": Sentences(
        "Pilih sekurangnya satu izin yang sesuai dengan pemegangnya.",
        "Choose at least one scope that fits its holder.",
    ),
    "days": Sentences("Tulis 1 sampai 400 hari.", "Write 1 to 400 days."),
}


class Typed(NamedTuple):
    """agency: id of the chosen one; empty for an integrator. name: what the integrator is called."""

    agency: str = ""
    name: str = ""
    scopes: tuple[str, ...] = ()
    days: str = "365"

    @property
    def kind(self) -> HolderKind:
        return "agency" if self.agency else "integrator"

    def wanted(self) -> Wanted:
        """To be called where there are no flaws."""
        return Wanted(self.agency or self.name.strip(), self.kind, self.scopes, _DAYS.validate_python(self.days))

    def flaws(self, possible: frozenset[str]) -> dict[str, Text]:
        """What is wrong, by field. possible: scopes that this kind of holder may be given."""
        wrong = {
            "agency": bool(self.agency and self.name.strip()),
            "name": not self.agency and not _fits(_HOLDER, self.name.strip()),
            "scopes": not self.scopes or not possible.issuperset(self.scopes),
            "days": not _fits(_DAYS, self.days),
        }
        return {field: FLAWS[field] for field, is_wrong in wrong.items() if is_wrong}


def _fits(adapter: TypeAdapter[str] | TypeAdapter[int], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True
