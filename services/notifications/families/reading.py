"""What stands behind a link. A link that is unknown, expired, used, locked, revoked or forbidden leads nowhere, and nobody learns which it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.domain.notice import NOTICE, Notice, NoticeDue
from services.notifications.domain.notice.events import Factor
from services.notifications.families.forbidding import Forbidding
from services.notifications.links import Links
from shared.clock import Clock
from shared.decider import load
from shared.events import CONSENTS, GuardianAnswer
from shared.pages import Text, say
from shared.sealed import Erased
from shared.sealing import Vault
from shared.settings import Settings

ANSWERS: dict[GuardianAnswer, Text] = {
    "read": say("Saya sudah membaca"),
    "confirmed": say("Ya, saya bersedia pada waktu itu"),
    "another-time": say("Saya minta waktu lain"),
    "consented": say("Saya setuju"),
    "refused": say("Saya tidak setuju"),
    "withdrawn": say("Saya menarik kembali persetujuan saya"),
    "words": say("Saya hanya ingin menulis kepada sekolah"),
    "not-for-me": say("Pesan ini bukan untuk saya"),
}
"""What may be chosen, in this order."""

PURPOSES: dict[str, Text] = {
    "referral-consent": say("Sekolah meminta persetujuan Anda untuk meminta bantuan lembaga lain bagi anak."),
    "visit-consent": say("Sekolah meminta persetujuan Anda untuk kunjungan ke rumah."),
    "group-consent": say("Sekolah meminta persetujuan Anda agar anak mengikuti konseling kelompok."),
}
"""What a consent is for; the counsellor's words say more."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One guardian's link as it stands now."""

    guardian: str
    notice: Notice
    due: NoticeDue

    def offered(self, factor: Factor) -> Sequence[tuple[GuardianAnswer, Text]]:
        """The answers that may be given now."""
        return [(answer, text) for answer, text in ANSWERS.items() if answer in self._fitting(factor)]

    def _fitting(self, factor: Factor) -> frozenset[GuardianAnswer]:
        if self.due.asks == "appointment":
            return frozenset({"confirmed", "another-time", "words", "not-for-me"})
        if factor == "birth-date":
            return frozenset()
        if self.due.asks not in CONSENTS:
            return frozenset({"read", "words", "not-for-me"})
        open_: frozenset[GuardianAnswer] = (
            frozenset({"withdrawn"}) if self.guardian in self.notice.consenting else frozenset({"consented", "refused"})
        )
        return open_ | {"words", "not-for-me"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Finds and opens."""

    links: Links
    forbidding: Forbidding
    vault: Vault
    clock: Clock
    settings: Settings

    async def behind(self, token: str) -> Behind | None:
        """What the link leads to; None where it leads nowhere. Raises: Unavailable."""
        link = await self.links.find(token)
        if link is None or link.until <= self.clock.now():
            return None
        notice = (await load(self.forbidding.store, NOTICE, f"notice-{link.notice}")).state
        if notice.due is None:
            return None
        guardian = link.guardian or notice.due.guardian
        if not notice.opens_for(guardian) or await self.forbidding.of(notice.due, guardian):
            return None
        return Behind(guardian, notice, notice.due)

    async def shown(self, behind: Behind, factor: Factor) -> dict[str, object]:
        """What the page says. The counsellor's words only after the code, an appointment also after the birth date. Raises: Unavailable."""
        words = await self._words(behind.due) if factor == "code" else None
        return {
            "words": words if isinstance(words, str) else None,
            "erased": isinstance(words, Erased),
            "older": factor == "code" and behind.due.words is None,
            "purpose": PURPOSES.get(behind.due.asks),
            "meet_at": behind.due.meet_at,
            "visit": behind.due.asks == "appointment",
            "zone": self.settings.time_zone,
            "last": ANSWERS.get(behind.notice.last[behind.guardian]) if behind.guardian in behind.notice.last else None,
            "offered": behind.offered(factor),
            "may_wish": behind.due.asks == "appointment",
        }

    async def _words(self, due: NoticeDue) -> str | Erased | None:
        return await self.vault.open(due.words) if due.words else None
