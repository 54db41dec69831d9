"""The outcome of an allegation: substantiated, not proven, unfounded, deliberately false. The last one needs two people (domain.md, Conflicts)."""

from __future__ import annotations

from typing import Annotated, Literal

from services.cases.domain.steps.command import ActEvent, Command, SecondAct
from services.cases.domain.steps.named import NamedBefore
from shared.errors import Refused
from shared.sealed import CaseText

Outcome = Literal["substantiated", "not-proven", "unfounded", "deliberately-false"]

CLEARING = frozenset({"not-proven", "unfounded", "deliberately-false"})
"""Outcomes that take the label off the accused (domain.md, Conflicts)."""


class JudgeAllegation(Command, called="judge-allegation", permission="finding"):
    """accused: person or student. A finding that it was deliberately false counts only when a second person confirms it."""

    accused: Annotated[str, NamedBefore("somebody accused in this case")]
    outcome: Outcome
    reason: CaseText


class AllegationJudged(ActEvent):
    type: Literal["allegation-judged"] = "allegation-judged"
    version: Literal[1] = 1
    accused: str
    outcome: Outcome
    reason: CaseText


class ConfirmAllegation(Command, called="confirm-allegation", permission="finding"):
    """By another person than who judged."""

    accused: Annotated[str, NamedBefore("somebody about whom a finding waits")]


class AllegationConfirmed(SecondAct):
    type: Literal["allegation-confirmed"] = "allegation-confirmed"
    version: Literal[2] = 2
    accused: str


class SamePerson(Refused):
    code = "same-person"
    indonesian = "Langkah ini memerlukan orang kedua."
    english = "This step needs a second person."


class NotAccused(Refused):
    code = "not-accused"
    indonesian = "Orang ini tidak dilaporkan sebagai terlapor."
    english = "This person is not reported as accused."


class NothingToConfirm(Refused):
    code = "nothing-to-confirm"
    indonesian = "Tidak ada penilaian yang menunggu konfirmasi."
    english = "No finding waits for confirmation."
