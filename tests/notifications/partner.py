"""A partner agency without a computer system: its office's mailbox, the code that staff hand over, and a browser without scripts."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.notifications.subscribers import task_of
from shared.events import ReferralSent
from tests.notifications.desk import Desk, Mailbox, text_of
from tests.notifications.scenes import question_answered, sent

PACKAGE = "Rani memerlukan pendampingan psikolog; ia sudah setuju."


@dataclass
class Partner:
    """One running service, its mailbox, and an agency in it."""

    running: Desk
    mailbox: Mailbox
    agency: str = "upt"
    told: dict[str, ReferralSent] = field(default_factory=dict)

    async def refer(self, case: str = "case-1", agency: str = "", **more: Any) -> str:
        """A referral leaves; the id of its task. The package is sealed as cases seals it."""
        package = await self.running.kernel.vault.seal("siswa", "package", PACKAGE, f"case-{case}/package")
        told = sent(case, agency or self.agency, package, **more)
        await self.running.hear(told)
        self.told[task_of(told.referral)] = told
        return task_of(told.referral)

    async def school_answers(self, task: str, words: str) -> None:
        """What the agency asked is answered. It is sealed as cases seals it."""
        sealed = await self.running.kernel.vault.seal("siswa", "package", words, "case-1/answer")
        await self.running.hear(question_answered(self.told[task], sealed))

    async def code(self, task: str, *, replaced: bool = False) -> str:
        """As a counsellor looks it up to hand it over; a coordinator replaces it."""
        body = {"replaced": "1"} if replaced else {}
        who = self.running.as_person("kori", "coordinator", "school-1") | {"accept": "text/html"} if replaced else self.counsellor
        page = await self.running.client.post(f"/notifications/rujukan/{task}/kode", data=body, headers=who)
        assert page.status_code == 200, page.text
        return "".join(re.findall(r"<strong>(\d{3}) (\d{3})</strong>", page.text)[0])

    @property
    def counsellor(self) -> dict[str, str]:
        return self.running.as_person("ani", "counsellor", "school-1") | {"accept": "text/html"}

    def link(self, mail: int = -1) -> str:
        """The path of the link in a mail."""
        return next(word for word in text_of(self.mailbox.messages[mail][1]).split() if "/notifications/r/" in word).partition("8000")[2]

    def browser(self) -> httpx.AsyncClient:
        """A computer at the agency, with cookies of its own."""
        return httpx.AsyncClient(transport=self.running.client._transport, base_url="http://desk", headers={"accept": "text/html"})
