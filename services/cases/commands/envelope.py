"""What surrounds a command: who gives it, when it happened, what caused it, and on which version it stands (architecture, decision 17)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.access import Principal
from shared.asked import Asked
from shared.errors import Fault, Invalid
from shared.message import Occasion, derived_id

_CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead of ours a person's clock may be."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One command of one principal.

    cause: id of the request, from which every id is derived, so that a repeat changes nothing. now: when it is given. happened_at: when it
    happened, None for now. asked: the request that it came with, None where nobody can send it again. version: of the subject as the client saw
    it, None for whichever there is.
    """

    principal: Principal
    cause: UUID
    now: datetime
    happened_at: datetime | None = None
    asked: Asked | None = None
    version: int | None = None

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.happened_at or self.now

    @property
    def keyed(self) -> bool:
        """The client named an idempotency key."""
        return self.asked is not None and self.asked.key is not None

    def id(self, name: str) -> str:
        """An id that a repeat of this request gives again."""
        return str(derived_id(self.cause, name))

    def following(self, number: int) -> Envelope:
        """The same for another command of this request, with ids of its own. number: 0 for the first, which names the version."""
        return replace(self, cause=derived_id(self.cause, f"following-{number}"), version=None) if number else self

    def occasion(self, school: str) -> Occasion:
        """The occasion of what is decided: this person, this moment, this request."""
        return Occasion(self.principal.id, school, self.at, self.cause, self.cause)

    def require_past(self) -> None:
        """Raises: Invalid: what happens later is not recorded today."""
        if self.at > self.now + _CLOCKS_DIFFER:
            raise Invalid(Fault("/happened_at", "in-the-future"))
