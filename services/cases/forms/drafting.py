"""Drafts of the forms of steps, and what one should know while writing: who else is at the same form, what others saved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from services.cases.commands.envelope import Envelope
from services.cases.commands.on_case import OnCase
from services.cases.commands.road import Road
from services.cases.domain.case.state import Case
from services.cases.drafts.kept import Draft, Drafts, Place, purpose_for
from services.cases.forms.choosing import Choosing
from services.cases.forms.giving import Sent
from services.cases.pages.entries import Entry
from services.cases.pages.since import Since
from shared.access import Principal

LATELY = timedelta(minutes=15)
"""Whoever wrote into the same form since then is still there."""


@dataclass(frozen=True, slots=True)
class StepDrafts:
    """The drafts of the forms of one service."""

    road: Road
    drafts: Drafts
    choosing: Choosing
    since: Since

    async def found(self, principal: Principal, case_id: str, called: str, fixed: Mapping[str, str]) -> Draft | None:
        """What the person was writing."""
        return await self.drafts.find(place_of(principal, case_id, called, fixed))

    async def save(self, principal: Principal, case_id: str, case: Case, sent: Sent) -> datetime:
        """When it was saved. Raises: NotFound, NotAllowed: the person may not give this command here. Unavailable."""
        subject = self.require(principal, case_id, case, sent)
        place = place_of(principal, case_id, sent.form.command.called, sent.fixed)
        return await self.drafts.save(place, subject.owner(case), purpose_for(sent.form.command), sent.typed, sent.key)

    def require(self, principal: Principal, case_id: str, case: Case, sent: Sent) -> OnCase:
        """Nothing of the case is shown to whoever may not give this command here. Raises: NotFound, NotAllowed."""
        subject = OnCase(self.road.kernel, self.road.casework.case, case_id)
        subject.require(Envelope(principal, uuid4(), self.road.kernel.clock.now()), case, sent.form.command, sent.fixed)
        return subject

    async def drop(self, principal: Principal, case_id: str, called: str, fixed: Mapping[str, str]) -> None:
        """The form was sent, or its writer wants to start anew."""
        await self.drafts.forget(place_of(principal, case_id, called, fixed))

    async def others(self, principal: Principal, case_id: str, called: str, fixed: Mapping[str, str]) -> list[tuple[str, datetime]]:
        """Names of whoever else is writing into the same form, and since when it was last saved."""
        rows = await self.drafts.others(place_of(principal, case_id, called, fixed), LATELY)
        names = await self.choosing.names([person for person, _ in rows])
        return [(names[person], at) for person, at in rows if person in names]

    async def meanwhile(self, principal: Principal, case_id: str, sent: Sent) -> list[Entry]:
        """What others saved at the activity since the form was rendered."""
        activity = str(sent.fixed.get("activity", ""))
        if not activity or sent.version is None:
            return []
        return list(await self.since.of(principal, case_id, activity, sent.version))


def place_of(principal: Principal, case_id: str, called: str, fixed: Mapping[str, str]) -> Place:
    """Where the draft of a form lies: each thing that a step is about has its own."""
    return Place(principal.id, case_id, f"{called}?{urlencode(sorted(fixed.items()))}")
