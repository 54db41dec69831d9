"""From the page behind a letter of referral to the page where its agency answers: notifications keeps the task, and makes the link (ADR 48)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from services.cases.domain.referring.referral import LETTER
from services.cases.letters.issuing import Document
from shared.access import issue_token, service_principal
from shared.errors import NotFound, Unavailable
from shared.events import ReferralSent, read_public
from shared.service import Kernel
from shared.trust import trust

PATIENCE = 3.0
"""Seconds that the page waits for the link."""


class _Link(BaseModel):
    model_config = ConfigDict(extra="ignore")

    path: str


@dataclass(frozen=True, slots=True)
class LetterAnswers:
    """Asks notifications."""

    kernel: Kernel

    @staticmethod
    def is_answered(document: Document) -> bool:
        """Whether this is a letter of referral that holds."""
        return document.issued.issue.name == LETTER.name and document.issued.replaced_by is None

    async def path(self, document: Document) -> str:
        """Of the page where the agency answers. Raises: NotFound: no referral was sent by this letter. Unavailable."""
        issue = document.issued.issue
        events = await self.kernel.store.read_stream(issue.subject, until_version=issue.made_from)
        sent = read_public(events[-1].type, events[-1].body) if events and events[-1].version == issue.made_from else None
        if not isinstance(sent, ReferralSent):
            raise NotFound
        return await self._asked(sent.referral)

    async def _asked(self, referral: str) -> str:
        token = issue_token(self.kernel.keys, service_principal(self.kernel.name), self.kernel.clock.now() + timedelta(minutes=5))
        address = f"{self.kernel.settings.origin('notifications')}/notifications/api/referrals/{referral}/letter-link"
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, verify=trust()) as client:
                answer = await client.post(address, headers={"authorization": f"Bearer {token}"})
            return _Link.model_validate_json(answer.raise_for_status().content).path
        except (httpx.HTTPError, ValidationError) as error:
            raise Unavailable(f"the referral cannot be opened now ({type(error).__name__}); try again") from error
