"""Who works a case: handed over to a counsellor from now on, deputised until a day, taken over by an escalated officer (domain.md, Case)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime

from services.cases.domain.steps.command import ActEvent, Command
from services.cases.domain.steps.named import GOES_ON
from shared.sealed import CaseText


class HandOverCase(Command, called="hand-over-case", permission="hand-over"):
    """to: the counsellor from now on. reason: leave, transfer of staff (mutasi), year end, or another."""

    to: Annotated[str, GOES_ON]
    reason: Literal["leave", "mutation", "year-end", "conflict", "other"]


class CaseHandedOver(ActEvent):
    type: Literal["case-handed-over"] = "case-handed-over"
    version: Literal[1] = 1
    to: str
    reason: Literal["leave", "mutation", "year-end", "conflict", "other"]


class DeputiseCase(Command, called="deputise-case", permission="hand-over"):
    """deputy: may do what the counsellor may, until a day."""

    deputy: Annotated[str, GOES_ON]
    until: AwareDatetime


class CaseDeputised(ActEvent):
    type: Literal["case-deputised"] = "case-deputised"
    version: Literal[1] = 1
    deputy: str
    until: AwareDatetime


class TakeOverCase(Command, called="take-over-case", permission="take-over"):
    """An escalated officer reads and decides from now on, with a reason."""

    reason: CaseText


class CaseTakenOver(ActEvent):
    type: Literal["case-taken-over"] = "case-taken-over"
    version: Literal[1] = 1
    reason: CaseText
