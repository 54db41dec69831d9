"""The history of a case as its page shows it: each event in words, who did it, what was written down with it, and to which strategy it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.cases.domain.casework import Casework, type_of
from services.cases.pages.details import Detail, Details
from services.cases.reading.hours import to_the_hour
from services.cases.reading.words import Words
from shared.pages import Text

_COUNTING = frozenset({"deadlines-set", "deadlines-met", "staff-to-be-told", "case-people-changed"})
"""Events that only say that something is expected, or no longer, or that somebody is told: shown folded."""

_REACHED = ("alert-recorded", "sent")
"""An alert that arrived is one of many and shown folded, too; one that nobody answered is not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. at: in ISO 8601. actor: by id; by: their name, where it is known. chapter: the strategy, or the case itself. subject: the activity
    or referral. counting: it is shown folded. withheld: what was written down is not for this reader. version: its place in the case.
    times: so many of the same in a row.
    """

    at: str
    said: Text
    actor: str
    by: str
    chapter: str
    subject: str
    counting: bool
    withheld: bool
    details: Sequence[Detail]
    version: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Telling:
    """Puts events into words. chapters: by the type of their events."""

    words: Words
    details: Details
    chapters: Mapping[str, str]

    def entries(
        self, history: Sequence[Mapping[str, Any]], strategies: Mapping[str, str], names: Mapping[str, str], *, minutes: bool = True
    ) -> list[Entry]:
        """strategies: of the activities that the reader knows of, by id. names: of whoever and whatever may be named, by id.

        minutes: of what the service itself wrote down, which it does when somebody's words arrive.
        """
        return [_by_the_hour(each, minutes=minutes) for each in (self._entry(event, strategies, names) for event in history)]

    def _entry(self, event: Mapping[str, Any], strategies: Mapping[str, str], names: Mapping[str, str]) -> Entry:
        kind, data, actor = event["type"], event["data"], event["actor"] or ""
        subject = str(data.get("activity") or data.get("referral") or "")
        chapter = strategies.get(subject) or self.chapters.get(kind, "case")
        return Entry(
            event["recorded_at"], self.words.sentence(kind, data), actor, names.get(actor, ""), chapter, subject, _only_counts(kind, data),
            "withheld" in data, self.details.of(kind, data, names), event["version"],
        )  # fmt: skip


def _by_the_hour(entry: Entry, *, minutes: bool) -> Entry:
    if minutes or not entry.actor.startswith("service:"):
        return entry
    return replace(entry, at=to_the_hour(datetime.fromisoformat(entry.at)).isoformat())


def _only_counts(kind: str, data: Mapping[str, Any]) -> bool:
    return kind in _COUNTING or (kind, data.get("outcome")) == _REACHED


def chapters_of(work: Casework) -> dict[str, str]:
    """Which strategy an event belongs to, by its type."""
    return {type_of(event): chapter.name for chapter in work.chapters for event in chapter.tells}


def ids_in(told: object) -> Iterator[str]:
    """Everything in a tree that may be somebody's id: short texts without a space."""
    if isinstance(told, str) and len(told) < _LONGEST_ID and " " not in told:
        yield told
    elif isinstance(told, Mapping):
        yield from (found for each in told.values() for found in ids_in(each))
    elif isinstance(told, list):
        yield from (found for each in told for found in ids_in(each))


_LONGEST_ID = 100
_THINGS = (("goal", "words"), ("commitment", "what"))
"""What an act may be about beside people: its id, and the words that it is known by."""


def things_in(told: object) -> Iterator[tuple[str, str]]:
    """Goals and commitments in a tree, by their words."""
    if isinstance(told, Mapping):
        yield from ((told[key], told[words]) for key, words in _THINGS if isinstance(told.get(words), str) and isinstance(told.get(key), str))
    children: Iterable[object] = told.values() if isinstance(told, Mapping) else told if isinstance(told, list) else ()
    for each in children:
        yield from things_in(each)
