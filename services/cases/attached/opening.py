"""Opens a file for whoever may read the words with which it came; that they did is recorded first."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.attached.kept import AttachedFile, AttachedFiles
from services.cases.reading.case import CaseReader, Moment
from services.cases.reading.read_log import record_read
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.attachments.asked import Wanted
from shared.attachments.boxes import Part, divided, opened
from shared.attachments.checks import FileWithheld
from shared.attachments.kinds import is_picture
from shared.errors import NotFound, Unavailable
from shared.neighbours import Told
from shared.sealed import Erased


@dataclass(frozen=True, slots=True)
class Opening:
    """intake: where the sealed chunks lie."""

    reader: CaseReader
    attached: AttachedFiles
    intake: Told

    async def file(self, principal: Principal, case_id: str, wanted: Wanted, reason: ReadingReason | None) -> tuple[AttachedFile, bytes]:
        """The file and its content.

        Raises: NotFound, NotAllowed, ReadingReasonNeeded, FileWithheld; Unavailable, also until the scanner has looked at it.
        """
        told = await self.reader.case(principal, case_id, Moment(), reason)
        files = await self.attached.of(heard(told), told.get("student"))
        found = next((each for each in files if each.attachment == wanted.attachment), None)
        if found is None or (wanted.part == "picture" and not is_picture(found.kind)):
            raise NotFound("no file of this case has this id")
        await record_read(self.reader.kernel.database, principal.id, case_id, f"attachment-{wanted.part}-{found.attachment}", told["version"], reason)
        return found, await self._content(found, wanted.part)

    async def _content(self, file: AttachedFile, part: Part) -> bytes:
        key = await self.reader.kernel.vault.open(file.key)
        if isinstance(key, Erased):
            raise NotFound("no file of this case has this id")
        chunks = await self.intake.bytes("sealed", Wanted(attachment=file.attachment, part=part), (FileWithheld,))
        if not chunks:
            raise Unavailable("the file still waits for the scanner of viruses: try again in some minutes")
        return opened(b64decode(key), file.attachment, part, divided(chunks))


def heard(told: Mapping[str, Any]) -> Sequence[str]:
    """The concerns whose words the reader of this case was shown. told: the case, as its reader gives it."""
    return [each["concern"] for each in told.get("strands", ()) if isinstance(each.get("text"), str)]
