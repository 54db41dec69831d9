"""Names of people on a page. They are opened when they are shown, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.cases.reading.roster import Roster
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Names:
    """roster: where the sealed names are kept."""

    kernel: Kernel
    roster: Roster

    async def of(self, people: Iterable[str | None]) -> Mapping[str, str]:
        """Names by id. Whose name was erased, or who is not known here, is missing."""
        sealed = await self.roster.names(sorted({person for person in people if person}))
        opened = await self.kernel.vault.open_many(list(sealed.values()))
        return {person: name for person, name in zip(sealed, opened, strict=True) if isinstance(name, str)}
