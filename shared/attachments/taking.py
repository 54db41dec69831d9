"""Decides about files that came: what each one is, what people will see of it, and what the scanner says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.attachments.keeping import Verdict
from shared.attachments.kinds import Fault, Kind, is_picture, kind_of
from shared.attachments.redrawing import Redrawing
from shared.attachments.scanning import Scanner
from shared.attachments.uploads import Upload


@dataclass(frozen=True, slots=True)
class Taken:
    """content: as it came. picture: what people see of it; None where it can only be downloaded."""

    kind: Kind
    content: bytes = field(repr=False)
    picture: bytes | None = field(repr=False)
    verdict: Verdict


class NotTaken(Exception):
    """fault: the first that was found. The words beside the files are not lost: the page comes back with them."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


@dataclass(frozen=True, slots=True)
class Taking:
    """Looks at files, one after another."""

    redrawing: Redrawing
    scanner: Scanner

    async def all(self, files: Sequence[Upload]) -> list[Taken]:
        """Raises: NotTaken: of one of them, so of none. Unavailable."""
        return [await self._one(each) for each in files]

    async def _one(self, file: Upload) -> Taken:
        if file.fault:
            raise NotTaken(file.fault)
        kind = kind_of(file.content)
        if kind is None:
            raise NotTaken("unknown-kind")
        verdict = await self.scanner.verdict(file.content)
        if verdict == "infected":
            raise NotTaken("infected")
        return Taken(kind, file.content, await self._picture(kind, file.content), verdict)

    async def _picture(self, kind: Kind, content: bytes) -> bytes | None:
        """What people see of it; None of a PDF, which they open as it came."""
        if not is_picture(kind):
            if not await self.redrawing.is_inert(content):
                raise NotTaken("acts")
            return None
        picture = await self.redrawing.of(content)
        if picture is None:
            raise NotTaken("unreadable")
        return picture
