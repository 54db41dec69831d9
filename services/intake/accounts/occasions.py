"""The occasion of what somebody does to an account."""

from __future__ import annotations

from uuid import UUID, uuid4

from shared.clock import Clock
from shared.message import Occasion


def occasion_of(actor: str, clock: Clock, cause: UUID | None = None) -> Occasion:
    """actor: who acts, now. cause: the request's, so that its repeat derives the same ids; a new one where none is told."""
    told = cause or uuid4()
    return Occasion(actor, None, clock.now(), told, told)
