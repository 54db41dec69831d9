"""What follows at once from a step that was just taken: the letter that it completes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.domain.casework import Casework, type_of
from services.cases.domain.steps.tells import Document
from services.cases.forms.wording import Form
from services.cases.pages.details import Details
from shared.pages import Text


@dataclass(frozen=True, slots=True)
class Letter:
    """A document that can be issued now. address: where it is looked at and issued."""

    title: Text
    address: str


@dataclass(frozen=True, slots=True)
class After:
    """forms: by the type of the event that they lead to. documents: by the type of the event that always completes them."""

    forms: Mapping[str, Form]
    documents: Mapping[str, Sequence[Document[Any]]]

    def letters(self, place: str, called: str, history: Sequence[Mapping[str, Any]]) -> list[Letter]:
        """place: where documents of this are looked at. called: the step that was taken. history: as the reader may see it."""
        found = (each for each in reversed(history) if (form := self.forms.get(each["type"])) and form.command.called == called)
        newest = next(found, None)
        return list(self._letters(place, newest)) if newest else []

    def _letters(self, place: str, event: Mapping[str, Any]) -> Iterator[Letter]:
        for each in self.documents.get(event["type"], ()):
            yield Letter((each.indonesian, each.english), f"{place}/{each.name}/{event['version']}")


def after_of(work: Casework, details: Details) -> After:
    """A document that only some events of its type complete is found on the page of documents."""
    completing: dict[str, list[Document[Any]]] = {}
    for each in (document for chapter in work.chapters for document in chapter.documents):
        if not each.whole and each.always:
            completing.setdefault(type_of(each.at), []).append(each)
    return After(details.forms, completing)
