"""Where files stand, as one reader sees it, and the finding of one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.cases.attached.filing import Place
from services.cases.attached.unsealing import GONE
from services.cases.domain.case.files import FileAdded, of
from services.cases.domain.case.state import Case
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.errors import NotFound
from shared.eventstore.states import Loaded
from shared.pages import Text


@dataclass(frozen=True, slots=True)
class Seen:
    """An activity or a letter that the reader may read. adds: they may add a file. back_to: the page from which they came."""

    loaded: Loaded[Case]
    place: Place
    title: Text
    adds: bool
    back_to: str

    @property
    def files(self) -> Sequence[FileAdded]:
        return of(self.loaded.state.files, self.place.activity, self.place.document)

    def file(self, attachment: str) -> FileAdded:
        """Raises: NotFound."""
        found = next((each for each in self.files if each.attachment == attachment), None)
        if found is None:
            raise NotFound(GONE)
        return found


Seeing = Callable[[Principal, str, str, ReadingReason | None], Awaitable[Seen]]
"""The case, and what of it the files stand with. Raises: NotFound, NotAllowed, ReadingReasonNeeded; that it was read is recorded."""


def asked_why(reason: ReadingReason | None) -> str:
    """The query that says why the case is read; empty where nobody asks."""
    return f"?reason={reason}" if reason else ""
