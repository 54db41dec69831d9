"""The code with which an agency opens its links: staff hand it over by phone or in person, once for all referrals, and may replace it (ADR 48)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact


class HandOverAgencyCode(Fact):
    """A member of staff looks at the code to hand it over. fresh: it replaces the one before, which opens nothing any more."""

    agency: str
    by: str
    fresh: bool = False


class AgencyCodeReplaced(Event):
    """Another code holds from now on, the first one where there was none. number: counts them; the code itself is kept nowhere."""

    type: Literal["agency-code-replaced"] = "agency-code-replaced"
    version: Literal[1] = 1
    agency: str
    number: int
    by: str


class AgencyCodeHandedOver(Event):
    """Somebody looked at the code in order to hand it over."""

    type: Literal["agency-code-handed-over"] = "agency-code-handed-over"
    version: Literal[1] = 1
    number: int
    by: str


AgencyCodeEvent = AgencyCodeReplaced | AgencyCodeHandedOver


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """number: of the code that holds; 0 where none was handed over yet, and then no code opens anything."""

    number: int = 0


initial = AgencyCode()


def evolve(code: AgencyCode, event: AgencyCodeEvent) -> AgencyCode:
    match event:
        case AgencyCodeReplaced(number=number):
            return AgencyCode(number)
        case AgencyCodeHandedOver():
            return code
        case _:
            assert_never(event)


def decide(command: HandOverAgencyCode, code: AgencyCode) -> Sequence[AgencyCodeEvent]:
    number = code.number + 1 if command.fresh or not code.number else code.number
    handed_over = AgencyCodeHandedOver(number=number, by=command.by)
    return [handed_over] if number == code.number else [AgencyCodeReplaced(agency=command.agency, number=number, by=command.by), handed_over]


def agency_code_stream(agency: str) -> str:
    """One for each agency."""
    return f"agency-code-{agency}"


AGENCY_CODE: Decider[HandOverAgencyCode, AgencyCode, AgencyCodeEvent] = Decider(
    initial, decide, evolve, EventCodec(AgencyCodeReplaced, AgencyCodeHandedOver)
)
