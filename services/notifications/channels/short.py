"""A message on a telephone: a few fixed words, the organisation and a link."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.channels.texts import Kind, Language, filled, words

LONGEST_ORGANISATION = 40


@dataclass(frozen=True, slots=True)
class Short:
    """link: where it leads, in an emergency to taking it in hand. identifier: the same at every attempt."""

    kind: Kind
    language: Language
    organisation: str
    link: str
    identifier: str

    @property
    def text(self) -> str:
        """What is read."""
        values = {"organisation": self.organisation, "link": self.link, "take": self.link}
        return filled(words()[self.kind].short[self.language], values)


def organisation(district: str) -> str:
    """The district's name as messages carry it: one line, short enough for an SMS."""
    return " ".join(district.split())[:LONGEST_ORGANISATION].strip()
