"""Breaking the glass: somebody reads an activity that is not theirs to read, with a reason; a conference only when a second person confirms
(domain.md, The nine strategies).
"""

from __future__ import annotations

from typing import Literal

from services.cases.domain.steps.command import ActEvent, Command, SecondAct
from shared.errors import Refused
from shared.sealed import CaseText


class BreakGlass(Command, called="break-glass", permission="break-glass"):
    """Opens an activity's content to a person who may not read it, with a reason; for a conference a second person confirms."""

    activity: str
    reason: CaseText


class GlassBroken(ActEvent):
    type: Literal["glass-broken"] = "glass-broken"
    version: Literal[1] = 1
    activity: str
    reason: CaseText


class ConfirmBreakGlass(Command, called="confirm-break-glass", permission="second-decision"):
    """glass: the act that is confirmed, by another person."""

    glass: str


class BreakGlassConfirmed(SecondAct):
    type: Literal["break-glass-confirmed"] = "break-glass-confirmed"
    version: Literal[2] = 2
    glass: str


class SecondReader(Refused):
    code = "second-reader"
    indonesian = "Pembukaan darurat ini harus dikonfirmasi orang lain."
    english = "Breaking the glass must be confirmed by another person."
