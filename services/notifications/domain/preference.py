"""How one guardian wants to be reached: the order of channels, the language, and whether others read messages on their telephone.

A telephone that is shared gets no messages at all: whoever picks it up first would see that the school writes. A letter or a call is left then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from shared.decider import Decider
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact

FamilyChannel = Literal["mail", "whatsapp", "sms"]
Language = Literal["id", "en"]

_Channel = TypeVar("_Channel", bound=str)

_ON_A_PHONE: frozenset[str] = frozenset({"whatsapp", "sms"})


class SetPreference(Fact):
    """channels: those that come first, in order; the others follow as the district has them. shared_phone: others read messages there."""

    person: str
    channels: tuple[FamilyChannel, ...]
    language: Language
    shared_phone: bool
    by: str


class ContactPreferenceSet(Event):
    """by: the member of staff who was told."""

    type: Literal["contact-preference-set"] = "contact-preference-set"
    version: Literal[1] = 1
    person: str
    channels: tuple[FamilyChannel, ...]
    language: Language
    shared_phone: bool
    by: str


@dataclass(frozen=True, slots=True)
class Preference:
    """What holds for one person; nothing where nobody was told."""

    said: ContactPreferenceSet | None = None

    @property
    def language(self) -> Language | None:
        """None: the district's."""
        return self.said.language if self.said else None

    def order(self, policy: Sequence[_Channel]) -> list[_Channel]:
        """The policy's channels, those of the person first."""
        if self.said is None:
            return list(policy)
        first: dict[str, int] = {channel: place for place, channel in enumerate(self.said.channels)}
        left = [each for each in policy if not (self.said.shared_phone and each in _ON_A_PHONE)]
        return sorted(left, key=lambda each: first.get(each, len(first)))


initial = Preference()


def evolve(_: Preference, event: ContactPreferenceSet) -> Preference:
    return Preference(event)


def decide(command: SetPreference, preference: Preference) -> Sequence[ContactPreferenceSet]:
    told = ContactPreferenceSet(**command.model_dump())
    same = preference.said is not None and preference.said.model_dump(exclude={"by"}) == told.model_dump(exclude={"by"})
    return [] if same else [told]


def preference_stream(person: str) -> str:
    """One for each guardian."""
    return f"contact-preference-{person}"


PREFERENCE: Decider[SetPreference, Preference, ContactPreferenceSet] = Decider(initial, decide, evolve, EventCodec(ContactPreferenceSet))
