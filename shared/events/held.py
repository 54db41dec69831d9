"""That reports come to a school faster than people can read, and are held."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.message import PublicEvent


class ReportsHeld(PublicEvent):
    """Reports wait to be looked at (domain.md, Intake): the first rung of the school's ladder with somebody on it hears, by one mail without content.

    Said again only after hours, however many come. at: when it was seen; no report came at that very moment.
    """

    type: Literal["reports-held"] = "reports-held"
    version: Literal[1] = 1
    school: str
    at: datetime

    @property
    def ordering_key(self) -> str:
        return self.school
