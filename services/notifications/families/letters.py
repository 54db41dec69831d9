"""The letter itself on a guardian's page: cases keeps it, and gives it for a guardian who has shown who they are (ADR 93)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.families.reading import Behind
from shared.errors import Unavailable
from shared.guardian_letters import AskedForGuardian, FileAskedForGuardian, GuardianLetter, GuardianLetters
from shared.neighbours import Told


@dataclass(frozen=True, slots=True)
class LettersBehind:
    """cases: where its letters for guardians are asked for."""

    cases: Told

    async def of(self, behind: Behind) -> Sequence[GuardianLetter] | None:
        """Those for the meeting of which the guardian was told. None: cases does not answer now; the message itself opens all the same."""
        due = behind.due
        if due.asks != "appointment" or due.about is None:
            return ()
        try:
            found = await self.cases.post("find", AskedForGuardian(case=due.case, guardian=behind.guardian, about=due.about), GuardianLetters)
        except Unavailable:
            return None
        return found.letters

    async def file(self, behind: Behind, document: str) -> bytes | None:
        """The kept file; None where it is no letter of theirs. Raises: Unavailable."""
        letters = await self.of(behind)
        if letters is None:
            raise Unavailable("cases does not answer: try again")
        if document not in {each.document for each in letters}:
            return None
        about = behind.due.about or ""
        return await self.cases.bytes("pdf", FileAskedForGuardian(case=behind.due.case, guardian=behind.guardian, about=about, document=document))
