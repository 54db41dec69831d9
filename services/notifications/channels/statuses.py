"""What providers report of a message after they took it. Reports come late, doubled and out of order, so the better one stays. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["returned", "sent", "delivered", "read"]

RANK: Mapping[State, int] = {"sent": 1, "returned": 2, "delivered": 3, "read": 4}
"""A phone that was off may get a message that was reported as lost, so *delivered* stands over *returned*, in whatever order they come."""


@dataclass(frozen=True, slots=True)
class Report:
    """reference: the provider's own id of the message, which may hold a telephone number, so only its hash is kept."""

    reference: str
    state: State
    at: datetime


def better(known: State | None, told: State) -> State:
    """Of two reports about one message."""
    return told if known is None or RANK[told] > RANK[known] else known
