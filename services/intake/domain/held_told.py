"""A school hears that reports are held: once in some hours, however many come, so that a flood of reports is no flood of mail.

One stream a school, `held-<school>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from shared.decider import Decider
from shared.events import ReportsHeld
from shared.eventstore.codec import EventCodec
from shared.message import Fact

AGAIN_AFTER = timedelta(hours=4)
"""A morning or an afternoon at a school: whoever looked then may have gone home."""


class TellHeld(Fact):
    """Reports wait at this school now."""

    school: str
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class HeldTold:
    """told_at: when the school heard last."""

    told_at: datetime | None = None


def decide(command: TellHeld, told: HeldTold) -> Sequence[ReportsHeld]:
    if told.told_at is not None and command.at - told.told_at < AGAIN_AFTER:
        return []
    return [ReportsHeld(school=command.school, at=command.at)]


def evolve(_: HeldTold, event: ReportsHeld) -> HeldTold:
    return HeldTold(event.at)


HELD_TOLD: Decider[TellHeld, HeldTold, ReportsHeld] = Decider(HeldTold(), decide, evolve, EventCodec(ReportsHeld))


def held_stream(school: str) -> str:
    return f"held-{school}"
