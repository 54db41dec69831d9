"""What somebody has to read before they take a step: the question that a teacher answers, what an agency will read of a referral that is approved.

Whoever sees it was offered the step just now; that they saw it is kept in the case's record of reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.cases.commands.road import Road
from services.cases.domain.case.state import Case
from services.cases.domain.referring.referral.drafting import ApproveReferral
from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.teacher import AnswerAsTeacher, DeclineAsTeacher, TeacherAsked
from services.cases.domain.streams import case_stream
from services.cases.drafts.kept import Drafts, Place
from services.cases.reading.read_log import record_read
from shared.access import Principal
from shared.eventstore.states import Loaded
from shared.pages import Text, say
from shared.sealed import Erased

_QUESTION = say("Pertanyaan konselor")
_PACKAGE = say("Rancangan paket: masih dapat diubah sampai dikirim")
_NOT_YET = say("Isi paket belum disusun. Yang mengirim menyusunnya sebelum mengirim; mintalah ia menyusunnya dahulu bila Anda ingin membacanya.")


@dataclass(frozen=True, slots=True)
class Before:
    """text: None where there is nothing yet, which `instead` says. due: until when an answer is awaited."""

    title: Text
    text: str | None
    instead: Text = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadingBefore:
    """Opens it. Raises: Unavailable."""

    road: Road

    async def of(self, principal: Principal, case_id: str, now: Loaded[Case], command: type[Command], about: Mapping[str, str]) -> Sequence[Before]:
        """command: of the step; about: what it is about, by id."""
        if command in (AnswerAsTeacher, DeclineAsTeacher):
            found, what = await self._question(case_id, about.get("activity", "")), "question"
        elif command is ApproveReferral:
            found, what = await self._package(case_id, now.state, about.get("referral", "")), "package"
        else:
            return []
        if any(each.text for each in found):
            await record_read(self.road.kernel.database, principal.id, case_id, what, now.version)
        return found

    async def _question(self, case_id: str, activity: str) -> Sequence[Before]:
        events = [each for each in await self.road.kernel.store.read_stream(case_stream(case_id)) if each.type == "teacher-asked"]
        told = [each for each in self.road.casework.case.codec.decode_many(events) if isinstance(each, TeacherAsked) and each.activity == activity]
        return [Before(_QUESTION, await self._opened(each), due=each.respond_by) for each in told]

    async def _opened(self, asked: TeacherAsked) -> str:
        text = await self.road.kernel.vault.open(asked.question)
        return "" if isinstance(text, Erased) else str(text)

    async def _package(self, case_id: str, case: Case, referral: str) -> Sequence[Before]:
        """As it waits in the form of whoever sends it: an approval is of the referral, and binds no words (ADR 53)."""
        known = case.referrals.by_id.get(referral)
        if known is None:
            return []
        for person in dict.fromkeys(each for each in (known.owner, known.drafted_by) if each):
            draft = await Drafts(self.road.kernel).find(Place(person, case_id, f"send-referral?referral={referral}"))
            if draft and (text := "\n".join(draft.typed.get("package", ()))):
                return [Before(_PACKAGE, text)]
        return [Before(_PACKAGE, None, _NOT_YET)]
