"""The answers of all pages lie in one draft, sealed under the student's key, so that each page is shown by GET and *back* sends nothing (ADR 36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from services.cases.domain.case.state import Case
from services.cases.drafts.kept import Drafts, Place
from services.cases.referring.typed import PAGES, Page, Said, Typed
from shared.access import Principal

_FORM = "rujuk?"


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody answered so far. key: of the sending that will follow. at: when it was last saved, None before the first time."""

    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    key: str = field(default_factory=lambda: str(uuid4()))
    at: datetime | None = None

    @property
    def said(self) -> Said:
        return Said(self.typed)

    def with_page(self, page: Page, typed: Typed) -> Kept:
        """The answers of one page in place of what stood there: a box that was unticked is not sent."""
        others = {name: values for name, values in self.typed.items() if name not in PAGES[page]}
        return Kept(others | {name: typed[name] for name in PAGES[page] if name in typed}, self.key, self.at)


@dataclass(frozen=True, slots=True)
class Keeping:
    """The drafts of referrals."""

    drafts: Drafts

    async def find(self, principal: Principal, case_id: str) -> Kept | None:
        """None where nothing was answered yet."""
        draft = await self.drafts.find(_place(principal, case_id))
        return Kept(draft.typed, draft.key, draft.saved_at) if draft else None

    async def save(self, principal: Principal, case_id: str, case: Case, kept: Kept) -> datetime:
        """When it was saved. Raises: Unavailable; NotAllowed: the student was erased."""
        return await self.drafts.save(_place(principal, case_id), case.student or f"case-{case_id}", "case", kept.typed, kept.key)

    async def drop(self, principal: Principal, case_id: str) -> None:
        """The person wants to start anew."""
        await self.drafts.drop(_place(principal, case_id))

    async def sent(self, principal: Principal, case_id: str, case: Case, referral: str, package: str | None) -> None:
        """The answers are no longer needed. package: waits for approval in the form that sends it, None where it was sent."""
        if package is not None:
            place = Place(principal.id, case_id, f"send-referral?referral={referral}")
            await self.drafts.save(place, case.student or f"case-{case_id}", "case", {"package": [package]}, str(uuid4()))
        await self.drafts.forget(_place(principal, case_id))


def _place(principal: Principal, case_id: str) -> Place:
    return Place(principal.id, case_id, _FORM)
