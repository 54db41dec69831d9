"""Where files stand, as one reader sees it, and the finding of one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.cases.attached.filing import Place
from services.cases.attached.unsealing import GONE
from services.cases.domain.steps.files import FileAdded
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.errors import NotFound
from shared.pages import Text


@dataclass(frozen=True, slots=True)
class Seen:
    """With what files stand, and those that the reader may read. version: of its history. page: of the files. adds: they may add one.

    back_to: the page from which they came.
    """

    version: int
    files: Sequence[FileAdded]
    place: Place
    title: Text
    page: str
    adds: bool
    back_to: str

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
