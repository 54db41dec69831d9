"""Which documents a history holds, and what stands in one: of its own strategy's events and its own subject, up to the event that completes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.cases.domain.casework import Casework
from services.cases.domain.steps.tells import Described, Document
from services.cases.letters.gathering import Gathered
from services.cases.letters.material import Happened, Material, NotComplete
from shared.message import Event


@dataclass(frozen=True, slots=True)
class Made:
    """A document that may be issued. version: of the event that completes it; happened: that event. readable: for whoever asked.

    number: that somebody gave it; replaced_by: the number of the one that took its place.
    """

    document: Document[Any]
    chapter: Described
    version: int
    happened: Happened
    readable: bool
    number: str | None = None
    replaced_by: str | None = None

    @property
    def of(self) -> str:
        """The activity, referral or group that it is about."""
        return _subject(self.chapter, self.happened.event)


def made_of(casework: Casework, gathered: Gathered) -> list[Made]:
    """Every document that the history holds, in order; one that is about the whole case once."""
    found: dict[tuple[str, int], Made] = {}
    for version, happened, readable in gathered.history:
        for made in _completed(casework, version, happened, readable):
            whole = made.document.whole
            found.setdefault((made.document.name, 0 if whole else version), made)
            _replace(found, made)
    return list(found.values())


def _completed(casework: Casework, version: int, happened: Happened, readable: bool) -> Iterator[Made]:
    kind = type(happened.event)
    for chapter in casework.chapters:
        for document in chapter.documents:
            if kind in (document.at, *document.also) and document.applies(happened.event):
                yield Made(document, chapter, version, happened, readable, _said(happened.event, document.number) or None)


def _replace(found: dict[tuple[str, int], Made], made: Made) -> None:
    """The one whose number this one names is in force no longer; it stays, because it was issued."""
    replaced = _said(made.happened.event, made.document.replaces)
    for key, each in found.items():
        if replaced and each.number == replaced and each.of == made.of:
            found[key] = replace(each, replaced_by=made.number)


def material_of(made: Made, gathered: Gathered) -> Material:
    """What it is made from: only events that the reader may read. Raises: NotComplete: the one that completes it is not among them."""
    if not made.readable:
        raise NotComplete
    whole, events = made.document.whole, [(version, each) for version, each, may in gathered.history if may]
    alone = gathered.case is None
    mine = [each for version, each in events if whole or (version <= made.version and _belongs(made, each.event, alone=alone))]
    return replace(gathered.material, happened=mine)


def _belongs(made: Made, event: Event, *, alone: bool) -> bool:
    """alone: its stream holds one group or activity and nothing else."""
    return type(event) in made.chapter.tells and (alone or _subject(made.chapter, event) == made.of)


def _subject(chapter: Described, event: Event) -> str:
    return _said(event, chapter.subject)


def _said(event: Event, field: str) -> str:
    """A field of an event, empty where it has none of this name."""
    found: Mapping[str, object] = dict(iter(event))  # an event may have a field `keys`, which `dict` would take for the method
    return str(found.get(field) or "") if field else ""


def find(found: Sequence[Made], name: str, version: int) -> Made:
    """Raises: NotComplete: nothing completes such a document at this version."""
    for each in found:
        if each.document.name == name and (each.document.whole or each.version == version):
            return each
    raise NotComplete
