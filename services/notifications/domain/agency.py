"""A partner agency: who it is, what it offers, and where its webhook is. Secrets are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import Sealed


class RegisterAgency(Fact):
    """url: of its webhook, None where it has none (portal, letter, phone). digest: of the secrets, keyed, so that a repeat is quiet.
    secret, old_secret: both sign while keys rotate.
    """

    agency: str
    name: str
    kind: str
    services: tuple[str, ...]
    url: str | None
    secret: Sealed | None
    old_secret: Sealed | None
    digest: str


class AgencyRegistered(Event):
    type: Literal["agency-registered"] = "agency-registered"
    version: Literal[1] = 1
    agency: str
    name: str
    kind: str
    services: tuple[str, ...]
    url: str | None
    secret: Sealed | None
    old_secret: Sealed | None
    digest: str


@dataclass(frozen=True, slots=True)
class Agency:
    registered: AgencyRegistered | None = None


initial = Agency()


def evolve(_: Agency, event: AgencyRegistered) -> Agency:
    return Agency(event)


def decide(command: RegisterAgency, agency: Agency) -> Sequence[AgencyRegistered]:
    known = agency.registered
    sealed = {"secret", "old_secret"}
    if known and known.model_dump(exclude={"type", "version", *sealed}) == command.model_dump(exclude=sealed):
        return []
    return [AgencyRegistered(**{name: getattr(command, name) for name in RegisterAgency.model_fields})]


AGENCY: Decider[RegisterAgency, Agency, AgencyRegistered] = Decider(initial, decide, evolve, EventCodec(AgencyRegistered))
