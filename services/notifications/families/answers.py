"""Takes what a guardian types behind a link: the second factor, and an answer. Words are sealed before they are kept anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifications.domain.notice import AnswerNotice, LinkNotValid, TryNotice
from services.notifications.domain.notice.events import Factor
from services.notifications.families.factors import Factors, owner_of
from services.notifications.families.reading import Behind
from services.notifications.noticing import Notices
from shared.events import GuardianAnswer
from shared.message import TANGGAP, Occasion, derived_id
from shared.pages import Text, say
from shared.sealed import Sealed
from shared.service import Kernel
from shared.typed import moment_of

LONGEST = 20_000
"""Letters of an answer, as of every text that people write here."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was sent. form: its own id, so that one sent twice is one answer. wish: `2026-11-30T08:00`, in the district's zone."""

    form: str
    answer: str = ""
    words: str = ""
    wish: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Decides about what was typed."""

    kernel: Kernel
    notices: Notices
    factors: Factors

    async def tried(self, behind: Behind, code: str, born: str) -> Factor | None:
        """The factor that was right; None where none was, and the try counts. Nothing typed counts as nothing. Raises: Unavailable."""
        due, guardian = behind.due, behind.guardian
        if code.strip():
            return await self._try(behind, "code", right=await self.factors.is_code(due, guardian, code))
        if born.strip() and await self.factors.takes_birth_date(due):
            return await self._try(behind, "birth-date", right=await self.factors.is_birth_date(due, born))
        return None

    async def _try(self, behind: Behind, factor: Factor, *, right: bool) -> Factor | None:
        """A code that is right when the link has just been locked opens nothing."""
        try:
            await self.notices.decide(_stream(behind), TryNotice(guardian=behind.guardian, factor=factor, right=right), self._occasion(behind, None))
        except LinkNotValid:
            return None
        return factor if right else None

    async def given(self, behind: Behind, factor: Factor, typed: Typed) -> Mapping[str, Text]:
        """Gives the answer; what is wrong with it, by field, and then nothing was changed. Raises: NotAsked, Unavailable."""
        offered = [each for each, _ in behind.offered(factor)]
        answer = next((each for each in offered if each == typed.answer), None)
        wish = moment_of(typed.wish, ZoneInfo(self.kernel.settings.time_zone))
        errors = _wrong(answer, typed, wish)
        if answer is None or errors:
            return errors
        form = _form_id(typed.form, _stream(behind))
        words = await self._sealed(behind, form, typed.words.strip())
        command = AnswerNotice(guardian=behind.guardian, factor=factor, answer_id=str(form), answer=answer, words=words, wish=wish)
        await self.notices.decide(_stream(behind), command, self._occasion(behind, form))
        return {}

    async def _sealed(self, behind: Behind, form: UUID, words: str) -> Sealed | None:
        return await self.kernel.vault.seal(owner_of(behind.due), "answer", words, f"{_stream(behind)}/answer-{form}") if words else None

    def _occasion(self, behind: Behind, form: UUID | None) -> Occasion:
        """form: of an answer; a try is no repeat of another, so its cause is a fresh one."""
        now = self.kernel.clock.now()
        cause = form or derived_id(TANGGAP, "try", _stream(behind), behind.guardian, now.isoformat())
        return Occasion(f"guardian:{behind.guardian}", behind.due.school, now, cause, cause)


def _stream(behind: Behind) -> str:
    return f"notice-{behind.due.notice}"


def _form_id(form: str, stream: str) -> UUID:
    """Of this form on this notice, whatever the browser says it is."""
    return derived_id(TANGGAP, "answer", stream, form[:100])


def _wrong(answer: GuardianAnswer | None, typed: Typed, wish: datetime | None) -> Mapping[str, Text]:
    errors: dict[str, Text] = {}
    if answer is None:
        errors["answer"] = say("Pilih satu jawaban.")
    if answer == "words" and not typed.words.strip():
        errors["words"] = say("Tuliskan apa yang ingin Anda sampaikan.")
    if len(typed.words) > LONGEST:
        errors["words"] = say("Tulisan ini terlalu panjang; ringkaslah, atau hubungi sekolah.")
    if typed.wish and wish is None:
        errors["wish"] = say("Waktu ini tidak dapat dibaca. Contoh: 2026-11-30 08:00")
    return errors
