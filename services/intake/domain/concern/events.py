"""What is stored of one concern."""

from __future__ import annotations

from typing import Literal

from services.intake.domain.files import FileAttached
from services.intake.domain.held import HeldEvent
from services.intake.domain.revealed import Revealed
from shared.events import (
    Channel,
    ConcernAttached,
    ConcernContinued,
    ConcernRaised,
    OutcomeClass,
    ReporterKind,
)
from shared.eventstore.upcasting import Json
from shared.message import Event
from shared.sealed import ConcernText


class ConcernReceived(Event):
    """The reporter's own words, and who said them. Private to intake.

    receipt: SHA-256 of the secret that was given, in hexadecimal; None where an earlier release gave letters.
    """

    type: Literal["concern-received"] = "concern-received"
    version: Literal[2] = 2
    concern: str
    school: str
    narrative: ConcernText
    channel: Channel
    reporter_kind: ReporterKind
    reporter: str | None
    reply_to: ConcernText | None
    receipt: str | None


class ConcernAddedTo(Event):
    type: Literal["concern-added-to"] = "concern-added-to"
    version: Literal[1] = 1
    addition: str
    text: ConcernText


class ConcernAnswered(Event):
    """What was written back, for the holder of the receipt. text: sealed where it was written, under a key of the case."""

    type: Literal["concern-answered"] = "concern-answered"
    version: Literal[1] = 1
    answer: str
    text: ConcernText


class ConcernMovedOn(Event):
    type: Literal["concern-moved-on"] = "concern-moved-on"
    version: Literal[1] = 1
    state: Literal["read", "in_progress"]


class ConcernEnded(Event):
    type: Literal["concern-ended"] = "concern-ended"
    version: Literal[1] = 1
    outcome: OutcomeClass


ConcernEvent = (
    ConcernReceived | ConcernRaised | ConcernAddedTo | ConcernContinued | FileAttached | ConcernAttached
    | ConcernAnswered | ConcernMovedOn | ConcernEnded | Revealed | HeldEvent
)  # fmt: skip


def with_letters(first: Json) -> Json:
    """Version 1 of `concern-received`: its receipt was of letters, and nothing of it was kept here."""
    return {**first, "receipt": None}
