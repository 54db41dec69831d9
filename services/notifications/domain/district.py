"""The public keys with which another district signs: known here, its messages count only with them (ADR 66)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact


class TrustKeys(Fact):
    """keys: all that hold now, `whpk_…`: old and new while they rotate."""

    district: str
    keys: tuple[str, ...]


class DistrictKeysTrusted(Event):
    type: Literal["district-keys-trusted"] = "district-keys-trusted"
    version: Literal[1] = 1
    district: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class District:
    keys: tuple[str, ...] = ()


def evolve(_: District, event: DistrictKeysTrusted) -> District:
    return District(event.keys)


def decide(command: TrustKeys, district: District) -> Sequence[DistrictKeysTrusted]:
    return [] if command.keys == district.keys else [DistrictKeysTrusted(district=command.district, keys=command.keys)]


DISTRICT: Decider[TrustKeys, District, DistrictKeysTrusted] = Decider(District(), decide, evolve, EventCodec(DistrictKeysTrusted))


def district_stream(district: str) -> str:
    """Where a district's keys are kept; what it is called and where it is reached is an agency's."""
    return f"district-{district}"
