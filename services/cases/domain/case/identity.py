"""A reporter who asked to be kept confidential: who asked for their name, who confirmed it, and until when it is shown (domain.md; ADR 59).

No event of a case holds the name: intake alone knows it, and shows it to whoever two people let see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from services.cases.domain.steps.command import ActEvent, Command, SecondAct
from services.cases.domain.steps.filled import Filled
from services.cases.domain.successor import Staff
from shared.errors import Refused
from shared.events import RevealGround
from shared.sealed import CaseText

SHOWN_FOR = timedelta(minutes=60)


# commands ----------------------------------------------------------------------------------------------------------


class AskReporter(Command, called="ask-reporter", permission="reveal"):
    """Asks who reported a concern. ground: from the list. reason: in words."""

    concern: str
    ground: RevealGround
    reason: CaseText
    staff: Annotated[Staff, Filled("staff")] = Staff({})


class ConfirmReporter(Command, called="confirm-reporter", permission="second-decision"):
    """reveal: the act that asked, confirmed by another person. The hour begins now."""

    reveal: str


# events ------------------------------------------------------------------------------------------------------------


class ReporterAsked(ActEvent):
    """leader: who is told at once, and may confirm; None where nobody could be."""

    type: Literal["reporter-asked"] = "reporter-asked"
    version: Literal[1] = 1
    concern: str
    ground: RevealGround
    reason: CaseText
    leader: str | None


class ReporterConfirmed(SecondAct):
    type: Literal["reporter-confirmed"] = "reporter-confirmed"
    version: Literal[1] = 1
    reveal: str


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reveal:
    """concern: whose reporter. by: who asked. confirmed_at: when a second person agreed; None before that."""

    concern: str
    by: str
    ground: RevealGround
    confirmed_at: datetime | None = None

    def shown_to(self, person: str, concern: str, now: datetime) -> bool:
        """Whether this person sees who reported this concern at this moment."""
        return (person, concern) == (self.by, self.concern) and self.confirmed_at is not None and now <= self.confirmed_at + SHOWN_FOR


Reveals = Mapping[str, Reveal]
"""By the act that asked."""

EVENTS = (ReporterAsked, ReporterConfirmed)


def evolve(reveals: Reveals, event: ActEvent) -> Reveals:
    match event:
        case ReporterAsked():
            return {**reveals, event.act: Reveal(event.concern, event.by, event.ground)}
        case ReporterConfirmed(reveal=reveal) if reveal in reveals:
            return {**reveals, reveal: replace(reveals[reveal], confirmed_at=event.at)}
        case _:
            return reveals


# refusals ----------------------------------------------------------------------------------------------------------


class NotKeptConfidential(Refused):
    code = "not-kept-confidential"
    indonesian = "Pelapor laporan ini tidak meminta namanya dirahasiakan, atau melapor tanpa nama: tidak ada nama yang dapat dibuka."
    english = "The reporter of this concern did not ask to be kept confidential, or gave no name: there is no name to reveal."


class SecondPersonReveals(Refused):
    code = "second-person-reveals"
    indonesian = "Nama pelapor dibuka hanya bila orang lain menyetujuinya dari akunnya sendiri."
    english = "A reporter's name is shown only when another person agrees, from their own account."
