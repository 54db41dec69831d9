"""Agencies that could receive a student, as notifications, which keeps the directory, finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.cases.reading.agencies import asked_of_directory
from shared.errors import Invalid
from shared.pages import Text
from shared.service import Kernel

Asks = Literal["need", "words"]
"""A field of a wish that the directory may not know what to do with."""


class Wish(BaseModel):
    """What is looked for; empty and None where it does not matter. It says nothing about the student but the age."""

    need: str = ""
    words: str = ""
    age: int | None = None
    area: str = ""
    unaccompanied: bool = False
    around_the_clock: bool = False


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Pair(_Read):
    """The same in both languages."""

    id: str
    en: str

    @property
    def text(self) -> Text:
        """As a page shows it."""
        return (self.id, self.en)


class Reason(_Read):
    """fit: whether it speaks for the agency."""

    fit: Literal["fits", "unknown", "against"]
    sentence: Pair


class Offer(_Read):
    """What the directory says of the service that fits best."""

    name: str = ""
    description: str = ""
    eligibility: str = ""
    hours: tuple[str, ...] = ()
    around_the_clock: bool = False
    places: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


class OwnWords(_Read):
    """Which words of the offer the agency says itself, and since when."""

    since: datetime
    hours: bool
    phones: bool


class Receiver(_Read):
    """suits: nothing speaks against it. own_words: None where the directory says all of the offer."""

    id: str
    name: str
    description: str = ""
    suits: bool
    offer: Offer
    own_words: OwnWords | None = None
    reasons: tuple[Reason, ...]


class _Need(_Read):
    code: str
    title: Pair


class _Answer(_Read):
    items: tuple[Receiver, ...]
    needs: tuple[_Need, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """receivers: the best first. needs: what may be asked for, by code. refused: what of the wish the directory does not
    understand; it was asked for everybody then.
    """

    receivers: Sequence[Receiver]
    needs: Sequence[tuple[str, Text]]
    refused: Asks | None = None

    def name(self, agency: str) -> str:
        """Empty for one that the directory does not have any more."""
        return next((each.name for each in self.receivers if each.id == agency), "")


@dataclass(frozen=True, slots=True)
class Receivers:
    """Asks notifications."""

    kernel: Kernel

    async def of(self, wish: Wish) -> Found:
        """Raises: Unavailable: the directory does not answer now."""
        try:
            return await self._found(wish)
        except Invalid:
            everybody = await self._found(Wish())
            known = {"", *(code for code, _ in everybody.needs)}
            return replace(everybody, refused="words" if wish.need in known else "need")

    async def _found(self, wish: Wish) -> Found:
        answer = await asked_of_directory(self.kernel, _Answer, "/search", wish.model_dump())
        return Found(answer.items, [(each.code, each.title.text) for each in answer.needs])
