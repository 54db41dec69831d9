"""A report that came faster than people can read: it is kept, marked, and told to nobody until somebody lets it through (domain.md, Intake; ADR 59).

It is never refused, and never lost: a person may set it aside with a reason, and it can come back; what nobody looks at goes on by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.errors import Refused
from shared.events import ConcernAttached, ConcernContinued, ConcernRaised
from shared.eventstore.upcasting import Json
from shared.message import Event, Fact
from shared.sealed import ConcernText

Junk = Literal["advertising", "trying-out", "not-a-report", "sent-many-times"]
"""Why somebody sets a report aside."""

BY_ITSELF = "service:intake"
"""Who lets through what nobody looked at."""


# commands ----------------------------------------------------------------------------------------------------------


class ReadHeld(Fact):
    """Somebody looks at its words."""

    by: str


class SetAside(Fact):
    """ground: from the list. words: what they say besides, sealed under the concern's own key."""

    by: str
    ground: Junk
    words: ConcernText | None


class BringBack(Fact):
    """What was set aside waits again."""

    by: str


class LetThrough(Fact):
    """It is a report like any other from now on."""

    by: str


HeldCommand = ReadHeld | SetAside | BringBack | LetThrough


# events ------------------------------------------------------------------------------------------------------------


class ConcernHeld(Event):
    """It came over the rate. waiting: what is told of each student once it is let through. alike: how many of the same words came shortly before.

    crowd: how many came from the same network shortly before, and nothing of which network that is. The first version did not say it.
    """

    type: Literal["concern-held"] = "concern-held"
    version: Literal[2] = 2
    concern: str
    school: str
    waiting: tuple[ConcernRaised, ...]
    alike: int
    crowd: int
    at: datetime

    @property
    def danger(self) -> bool:
        """The reporter answered yes to a danger."""
        return any(any(each.facts.values()) for each in self.waiting)


class HeldAddedTo(Event):
    """What the reporter said meanwhile, as it is told afterwards."""

    type: Literal["held-added-to"] = "held-added-to"
    version: Literal[1] = 1
    concern: str
    continued: tuple[ConcernContinued, ...]
    attached: tuple[ConcernAttached, ...]


class HeldRead(Event):
    type: Literal["held-read"] = "held-read"
    version: Literal[1] = 1
    concern: str
    by: str


class HeldSetAside(Event):
    type: Literal["held-set-aside"] = "held-set-aside"
    version: Literal[1] = 1
    concern: str
    by: str
    ground: Junk
    words: ConcernText | None


class HeldBroughtBack(Event):
    """by: None where its reporter wrote again."""

    type: Literal["held-brought-back"] = "held-brought-back"
    version: Literal[1] = 1
    concern: str
    by: str | None


class HeldLetThrough(Event):
    type: Literal["held-let-through"] = "held-let-through"
    version: Literal[1] = 1
    concern: str
    by: str


HeldEvent = ConcernHeld | HeldAddedTo | HeldRead | HeldSetAside | HeldBroughtBack | HeldLetThrough
HELD_EVENTS = (ConcernHeld, HeldAddedTo, HeldRead, HeldSetAside, HeldBroughtBack, HeldLetThrough)


def without_a_crowd(first: Json) -> Json:
    """Version 1 of `concern-held` said nothing of its network."""
    return {**first, "crowd": 0}


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """A concern that waits. aside: why somebody set it aside; None while it waits for somebody. readers: who looked at its words."""

    concern: str
    waiting: tuple[ConcernRaised, ...]
    continued: tuple[ConcernContinued | ConcernAttached, ...] = ()
    aside: Junk | None = None
    readers: frozenset[str] = frozenset()


def evolve(held: Held | None, event: HeldEvent) -> Held | None:
    """held: None before it is held, and after it was let through."""
    if isinstance(event, ConcernHeld):
        return Held(event.concern, event.waiting)
    if held is None or isinstance(event, HeldLetThrough):
        return None
    match event:
        case HeldAddedTo():
            return replace(held, continued=(*held.continued, *event.continued, *event.attached))
        case HeldRead():
            return replace(held, readers=held.readers | {event.by})
        case HeldSetAside():
            return replace(held, aside=event.ground)
        case HeldBroughtBack():
            return replace(held, aside=None)


# decide ------------------------------------------------------------------------------------------------------------


class NotHeld(Refused):
    """Somebody else was faster, or it was never held."""

    code = "not-held"
    indonesian = "Laporan ini sudah diteruskan: ia tampak di daftar kasus."
    english = "This report was let through: it stands among the cases."


def decide(command: HeldCommand, held: Held | None) -> Sequence[HeldEvent | ConcernRaised | ConcernContinued | ConcernAttached]:
    """What happens to a report that waits. Raises: NotHeld: it was let through, and would have to be dealt with as a case."""
    match command:
        case LetThrough():
            return _through(command, held)
        case ReadHeld():
            return [HeldRead(concern=held.concern, by=command.by)] if held and command.by not in held.readers else []
        case SetAside():
            if held is None:
                raise NotHeld
            aside = HeldSetAside(concern=held.concern, by=command.by, ground=command.ground, words=command.words)
            return [] if held.aside else [aside]
        case BringBack():
            return [HeldBroughtBack(concern=held.concern, by=command.by)] if held and held.aside else []


def _through(command: LetThrough, held: Held | None) -> Sequence[HeldEvent | ConcernRaised | ConcernContinued | ConcernAttached]:
    """Everything that waited, in order. Twice is quiet; by itself nothing goes on that a person set aside."""
    if held is None or (held.aside and command.by == BY_ITSELF):
        return []
    return [HeldLetThrough(concern=held.concern, by=command.by), *held.waiting, *held.continued]


def kept_waiting(
    held: Held, told: Sequence[ConcernContinued], files: Sequence[ConcernAttached]
) -> list[HeldEvent]:  # fmt: skip
    """What its reporter says while it waits. Whoever writes again brings back what was set aside."""
    added = HeldAddedTo(concern=held.concern, continued=tuple(told), attached=tuple(files))
    return [added, *([HeldBroughtBack(concern=held.concern, by=None)] if held.aside else [])]
