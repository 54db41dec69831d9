"""Whom the roster has as family of the students of an incident, and who works where its case is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.cases.domain.successor import Staff


@dataclass(frozen=True, slots=True)
class Relatives:
    """guardians: by student. staff: who works there now, with who is away."""

    guardians: Mapping[str, Sequence[str]] = field(default_factory=dict)
    staff: Staff = field(default_factory=lambda: Staff({}))

    @property
    def on_the_staff(self) -> frozenset[str]:
        """Guardians who work there."""
        staff = {person for people in self.staff.by_role.values() for person in people}
        return frozenset(guardian for found in self.guardians.values() for guardian in found if guardian in staff)
