"""Which channels a message takes, in which order, and what their outcomes come to together. Pure.

An emergency takes all of a person's channels at once, at any hour. Everything else takes one after the other: the next where one can never
arrive, and beside it where one has failed for a while. Once a channel took the message, the rest is spared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.notifications.domain.outcome import Accepted, Later, Never, Outcome

Channel = Literal["mail", "whatsapp", "sms", "push"]
Kept = Literal["waiting", "never", "sent", "delivered", "read", "returned"]
"""What a channel did with one message. never: at once. returned: it took the message and said later that it did not arrive."""

ARRIVING: frozenset[Kept] = frozenset({"sent", "delivered", "read"})
GONE: frozenset[Kept] = frozenset({"never", "returned"})
FAILURES_EACH = 2
"""How often a channel fails before the next one is tried beside it."""


@dataclass(frozen=True, slots=True)
class Course:
    """channels: of the person, in order. together: all at once. tried: failed attempts before. kept: what became of it on each channel."""

    channels: tuple[Channel, ...]
    together: bool
    tried: int
    kept: Mapping[Channel, Kept]

    @property
    def arriving(self) -> bool:
        """Whether a channel took it and has not given it back."""
        return any(each in ARRIVING for each in self.kept.values())

    @property
    def open(self) -> tuple[Channel, ...]:
        """Channels that may still take it."""
        return tuple(each for each in self.channels if self.kept.get(each, "waiting") == "waiting")

    def now(self) -> tuple[Channel, ...]:
        """The channels to try at this moment; none where it is on its way, or nothing is left."""
        if self.together:
            return self.open
        return () if self.arriving else self.open[: 1 + self.tried // FAILURES_EACH]


def in_order(policy: Sequence[Channel], reachable: Collection[Channel]) -> tuple[Channel, ...]:
    """The person's channels in the order of the policy; those that the policy does not name are not used."""
    return tuple(each for each in dict.fromkeys(policy) if each in reachable)


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of several channels: accepted where one took it, later where one may, else never for the reason of the first.

    An empty sequence is never: there is nobody to send to.
    """
    if any(isinstance(each, Accepted) for each in outcomes):
        return Accepted()
    later = [each for each in outcomes if isinstance(each, Later)]
    if later:
        return min(later, key=lambda each: each.when.timestamp() if each.when else 0)
    return outcomes[0] if outcomes else Never("no-address")


def after(outcome: Outcome) -> Kept:
    """What is kept of an attempt."""
    match outcome:
        case Accepted():
            return "sent"
        case Later():
            return "waiting"
        case Never():
            return "never"


def altogether(course: Sequence[Channel], kept: Mapping[Channel, Kept], tried: Mapping[Channel, Outcome]) -> Outcome:
    """Of all channels: what took it before counts. Where a channel gave it back and no other has it, the reason is that it came back."""
    if Course(tuple(course), together=False, tried=0, kept=kept).arriving:
        return Accepted()
    outcome = together([tried[each] for each in course if each in tried])
    if "returned" not in kept.values():
        return outcome
    return Later("returned", outcome.detail, outcome.when) if isinstance(outcome, Later) else Never("returned")
