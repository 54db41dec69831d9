"""Opens a file that lies at cases itself, once the scanner of viruses has looked at it and its reading is recorded."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass

from services.cases.domain.steps.files import FileAdded
from services.cases.reading.read_log import record_read
from services.cases.rights import ReadingReason
from shared.attachments.boxes import Part, opened
from shared.attachments.keeping import Store
from shared.attachments.kinds import is_picture
from shared.errors import NotFound, Unavailable
from shared.sealed import Erased
from shared.service import Kernel

GONE = "no file of yours has this id"


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads which file, and why. subject: the case, or what stands alone. version: of its history as they saw it."""

    by: str
    subject: str
    version: int
    reason: ReadingReason | None


@dataclass(frozen=True, slots=True)
class Unsealing:
    """Whether the file is the reader's to read was asked before."""

    kernel: Kernel
    store: Store

    async def content(self, file: FileAdded, part: Part, reading: Reading) -> bytes:
        """Raises: NotFound: it ended, or has no such part. FileWithheld. Unavailable: also until the scanner has looked at it."""
        if part == "picture" and not is_picture(file.kind):
            raise NotFound(GONE)
        told = f"attachment-{part}-{file.attachment}"
        await record_read(self.kernel.database, reading.by, reading.subject, told, reading.version, reading.reason)
        box = await self.store.key(file.attachment)
        key = await self.kernel.vault.open(box) if box else None
        if key is None or isinstance(key, Erased):
            raise NotFound(GONE)
        if not await self.store.may_leave(file.attachment):
            raise Unavailable("the file still waits for the scanner of viruses: try again in some minutes")
        return opened(b64decode(key), file.attachment, part, await self.store.boxes(file.attachment, part))
