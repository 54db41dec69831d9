"""A family at the end of a link: what the counsellor hands over, and a guardian's browser without scripts."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.events import GuardianToBeTold
from tests.notifications.desk import Desk, Mailbox, text_of
from tests.notifications.scenes import to_be_told

WORDS = "Bu, mohon bertemu saya hari Senin. Ini tentang Rani, dan bukan hal yang memalukan."


@dataclass
class Family:
    """One running service, its mailbox, and the notices of this test."""

    running: Desk
    mailbox: Mailbox
    told: list[GuardianToBeTold] = field(default_factory=list)

    async def tell(self, case: str = "case-1", guardian: str = "ibu", text: str = WORDS, **more: Any) -> GuardianToBeTold:
        """The counsellor chose recipient, moment and words; they are sealed as cases seals them."""
        words = await self.running.kernel.vault.seal("siswa", "guardian-notice", text, f"case-{case}/words")
        told = to_be_told(case, guardian, words=words, **more)
        self.told.append(told)
        await self.running.hear(told)
        return told

    async def code(self, told: GuardianToBeTold, *, fresh: bool = False, guardian: str | None = None) -> str:
        """As the counsellor looks it up to hand it over."""
        body = {"guardian": guardian or told.guardian, "fresh": fresh}
        answer = await self.running.client.post(f"/notifications/api/notices/{told.notice}/code", json=body, headers=self.counsellor)
        assert answer.status_code == 200, answer.text
        code: str = answer.json()["code"]
        return code

    @property
    def counsellor(self) -> dict[str, str]:
        return self.running.as_person("ani", "counsellor", "school-1")

    def link(self, mail: int = -1) -> str:
        """The path of the link in a mail."""
        return next(word for word in text_of(self.mailbox.messages[mail][1]).split() if "/notifications/n/" in word).partition("8000")[2]

    def browser(self) -> httpx.AsyncClient:
        """A phone with cookies of its own."""
        return httpx.AsyncClient(transport=self.running.client._transport, base_url="http://desk")


def form_id(page: httpx.Response) -> str:
    """Of the form that a page shows."""
    return re.findall(r'name="form" value="([^"]+)"', page.text)[0]
