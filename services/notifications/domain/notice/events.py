"""What happens to a notice. Some of it is told to the case: that it left or did not (`guardian-told`), and each answer (`guardian-answered`)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.events import GuardianAnswered, GuardianTold, NoticeAsks
from shared.eventstore.upcasting import Json, Upcasters
from shared.message import Event
from shared.sealed import NoticeText

Factor = Literal["code", "birth-date"]
"""What shows that it is the guardian: the code that the school handed over; the child's birth date, which is enough for appointments only."""


class NoticeDue(Event):
    """The notice is to be sent, not before a given time. by: who chose it, None where the first version did not say.

    second: who hears where the guardian cannot be reached or does not answer. words: as the counsellor chose them; None where an older version did
    not keep them. asks, about, meet_at: as in `guardian-to-be-told`.
    """

    type: Literal["notice-due"] = "notice-due"
    version: Literal[3] = 3
    notice: str
    case: str
    student: str | None
    school: str
    guardian: str
    second: str | None
    not_before: datetime
    words: NoticeText | None
    asks: NoticeAsks
    about: str | None
    meet_at: datetime | None
    by: str | None


class NoticePassedOn(Event):
    """The second guardian is to hear."""

    type: Literal["notice-passed-on"] = "notice-passed-on"
    version: Literal[1] = 1
    case: str
    guardian: str


class NoticeRepeated(Event):
    """Nobody has answered yet: the first guardian is to hear over another channel, too."""

    type: Literal["notice-repeated"] = "notice-repeated"
    version: Literal[1] = 1
    case: str
    guardian: str


class NoticeLettered(Event):
    """A letter with the link and a slip to tear off was made for this guardian, to be handed over on paper."""

    type: Literal["notice-lettered"] = "notice-lettered"
    version: Literal[1] = 1
    guardian: str
    by: str


class NoticeTried(Event):
    """Somebody with the link tried to show that they are the guardian. What they typed is kept nowhere."""

    type: Literal["notice-tried"] = "notice-tried"
    version: Literal[1] = 1
    guardian: str
    factor: Factor
    right: bool


class NoticeLocked(Event):
    """Too many wrong tries: this guardian's link opens nothing any more."""

    type: Literal["notice-locked"] = "notice-locked"
    version: Literal[1] = 1
    guardian: str


class NoticeRevoked(Event):
    """A member of staff ended the links: they open nothing any more."""

    type: Literal["notice-revoked"] = "notice-revoked"
    version: Literal[1] = 1
    by: str


class NoticeCalledOff(Event):
    """The appointment that was told to these guardians is off: their calendars hear."""

    type: Literal["notice-called-off"] = "notice-called-off"
    version: Literal[1] = 1
    case: str
    guardians: tuple[str, ...]


NoticeEvent = (
    NoticeDue
    | NoticePassedOn
    | NoticeRepeated
    | NoticeLettered
    | NoticeTried
    | NoticeLocked
    | NoticeRevoked
    | NoticeCalledOff
    | GuardianTold
    | GuardianAnswered
)
EVENTS = (
    NoticeDue, NoticePassedOn, NoticeRepeated, NoticeLettered, NoticeTried, NoticeLocked, NoticeRevoked, NoticeCalledOff, GuardianTold,
    GuardianAnswered,
)  # fmt: skip


def _nobody_said(first: Json) -> Json:
    """Version 1 did not say who had chosen the notice."""
    return {**first, "by": None}


def _without_words(second: Json) -> Json:
    """Version 2 kept no words: whoever followed the link was asked to call the school."""
    return {**second, "second": None, "words": None, "asks": "reading", "about": None, "meet_at": None}


UPCASTERS = Upcasters({("notice-due", 1): _nobody_said, ("notice-due", 2): _without_words})
