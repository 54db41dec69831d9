"""Who is away, and schools where nobody can be reached."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.message import PublicEvent


class DutyChanged(PublicEvent):
    """Somebody is away from a school, or back (until None); deputy: who stands in on the ladder."""

    type: Literal["duty-changed"] = "duty-changed"
    version: Literal[1] = 1
    school: str
    person: str
    away_from: datetime | None
    away_until: datetime | None
    deputy: str | None

    @property
    def ordering_key(self) -> str:
        return self.school


class NobodyReachable(PublicEvent):
    """Nobody on a school's own ladder is there from a moment on, nor is a deputy. told: coordinators and the district, who hear at once."""

    type: Literal["nobody-reachable"] = "nobody-reachable"
    version: Literal[1] = 1
    school: str
    since: datetime
    told: tuple[str, ...]

    @property
    def ordering_key(self) -> str:
        return self.school
