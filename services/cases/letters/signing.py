"""Who signs: the places that a document's words name, with the school's own names and positions. Whoever is named in the case, suspended or away is
replaced, by the deputy, then the supervisor, then the district (domain.md, Conflicts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.cases.letters.form import SignatureForm, filled
from services.cases.letters.laid_out import Signature

_IN_PLACE_OF_PRINCIPAL = ("principal", "vice-principal", "supervisor", "district-officer", "district-duty")

_POSITIONS = {
    "principal": "Kepala {school}",
    "vice-principal": "Wakil Kepala {school}",
    "coordinator": "Koordinator Bimbingan dan Konseling",
    "counsellor": "Guru BK/Konselor",
    "supervisor": "Pengawas Sekolah",
    "district-officer": "Pejabat Dinas Pendidikan",
    "district-duty": "Petugas Piket Dinas Pendidikan",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """How the school wants somebody to be printed."""

    name: str
    position: str
    number: str


@dataclass(frozen=True, slots=True)
class Signatories:
    """staff: of the school and the district, by role. unfit: who may not sign this: named in the case, suspended, away. printed: as the school said.

    names: of everybody, as the roster has them. issuer: who issues it. endorser: whom the document names. otherwise: the role of an issuer who
    holds none here.
    """

    school: str
    staff: Mapping[str, Sequence[str]]
    unfit: frozenset[str]
    printed: Mapping[str, Printed]
    names: Mapping[str, str]
    issuer: str
    endorser: str | None = None
    otherwise: str = "counsellor"

    def place(self, form: SignatureForm, values: Mapping[str, str | None]) -> Signature:
        """One place of the document. values: of its fields."""
        if form.who == "other":
            position, name = filled(form.position, values) or "", filled(form.name, values) or ""
            return Signature(caption=form.caption, position=position, name=name, number="")
        return self._of(form.caption, *self._who(form.who))

    def _who(self, who: str) -> tuple[str, str | None]:
        """The role in which somebody signs, and who it is; None where nobody can."""
        match who:
            case "issuer":
                return self._role(self.issuer), self.issuer
            case "endorser" if self.endorser and self.endorser not in self.unfit:
                return self._role(self.endorser), self.endorser
            case "coordinator":
                return self._first(("coordinator", *_IN_PLACE_OF_PRINCIPAL))
            case _:
                return self._first(_IN_PLACE_OF_PRINCIPAL)

    def _first(self, roles: Sequence[str]) -> tuple[str, str | None]:
        found = [(role, person) for role in roles for person in self.staff.get(role, ()) if person not in self.unfit]
        return found[0] if found else (roles[0], None)

    def _role(self, person: str) -> str:
        """The role that somebody signs in, the highest first."""
        return next((role for role in _POSITIONS if person in self.staff.get(role, ())), self.otherwise)

    def _of(self, caption: str, role: str, person: str | None) -> Signature:
        printed = self.printed.get(person or "")
        position = printed.position if printed else _POSITIONS[role].format(school=self.school)
        name = printed.name if printed else self.names.get(person or "", "")
        return Signature(caption=caption, position=position, name=name, number=printed.number if printed else "")
