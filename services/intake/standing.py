"""How a concern stands, in the words of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.intake.dialogue import Dialogue
from services.intake.domain.concern.state import Concern, State
from services.intake.rendering import empty_addition
from shared.events import OutcomeClass, RevealGround
from shared.pages import Text, say

STATES: Mapping[State, tuple[Text, Text]] = {
    "received": (say("Diterima, menunggu dibaca"), say("Laporan sudah ada di sekolah, tetapi belum ada yang membacanya.")),
    "read": (say("Sudah dibaca"), say("Seorang petugas sekolah sudah membaca laporan ini.")),
    "in_progress": (say("Sedang ditangani"), say("Seorang petugas sekolah sedang membantu.")),
    "closed": (say("Selesai"), say("Sekolah sudah selesai menanganinya. Bila masih ada masalah, tulis saja di bawah.")),
}
"""What a state is called, and what it means."""
OUTCOMES: Mapping[OutcomeClass, Text] = {
    "helped": say("Murid sudah dibantu."),
    "referred": say("Dilanjutkan ke pihak yang lebih mampu."),
    "no-action-needed": say("Tidak perlu tindakan lebih lanjut."),
    "transferred": say("Diteruskan ke sekolah lain."),
    "not-reached": say("Murid tidak dapat ditemui."),
}


REVEALED: Mapping[RevealGround, Text] = {
    "safety": say("untuk keselamatan murid"),
    "evidence": say("karena ada keterangan yang hanya dapat Anda berikan"),
    "complaint": say("karena ada keluhan tentang laporan ini"),
    "legal-duty": say("karena kewajiban hukum"),
}
"""Why a confidential reporter's name was opened, as the reporter reads it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page of a concern shows to the holder of its receipt."""

    dialogue: Dialogue

    async def shown(self, concern: Concern, receipt: str) -> dict[str, object]:
        """receipt: as it was typed, for the forms of the page."""
        state, meaning = STATES[concern.state]
        outcome = OUTCOMES[concern.outcome] if concern.outcome else ""
        said = await self.dialogue.of(concern)
        told = {"state": state, "meaning": meaning, "outcome": outcome, "said": said, "receipt": receipt}
        return empty_addition() | told | {"opened": [(each.at, REVEALED[each.ground]) for each in concern.opened]}
