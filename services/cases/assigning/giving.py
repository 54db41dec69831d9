"""Giving several cases at once: each is a command of its own, so one that is refused holds up no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.cases.commands.envelope import Envelope
from services.cases.commands.on_case import OnCase
from services.cases.commands.road import Road
from services.cases.domain.case.strands import Assign
from services.cases.forms.faults import sentence_of
from services.cases.forms.giving import Outcome, attempted
from shared.access import Principal
from shared.asked import Asked
from shared.errors import Invalid, NotAllowed, NotFound, Sentences
from shared.message import TANGGAP, derived_id

NOT_YOURS = Sentences("Kasus ini tidak dapat Anda berikan.", "This case is not yours to give.")


class Given(NamedTuple):
    """What became of one case. why: in words; None where it was given."""

    case: str
    why: Sentences | None


@dataclass(frozen=True, slots=True)
class GivingMany:
    """Takes the road of every command."""

    road: Road

    async def give(self, principal: Principal, cases: Sequence[str], to: str, key: str) -> list[Given]:
        """In their order. key: of the form, so that pressing twice gives each once."""
        return [Given(case, await self._one(principal, case, to, key)) for case in dict.fromkeys(cases)]

    async def _one(self, principal: Principal, case: str, to: str, key: str) -> Sentences | None:
        kernel, scope = self.road.kernel, f"{principal.id} assigning {case}"
        asked = Asked(scope, key, await kernel.fingerprints.of(to.encode()), derived_id(TANGGAP, scope, key))
        subject, envelope = OnCase(kernel, self.road.casework.case, case), Envelope(principal, asked.cause, kernel.clock.now(), None, asked)
        try:
            outcome = await attempted(self.road.take(envelope, subject, Assign, {"to": to}), _of_person)
        except (NotAllowed, NotFound):
            return NOT_YOURS
        return None if outcome.saved else _why(outcome)


def _of_person(invalid: Invalid) -> dict[str, Sentences]:
    return {"to": next((fault.sentences or sentence_of(fault.code) for fault in invalid.faults), NOT_YOURS)}


def _why(outcome: Outcome) -> Sentences:
    return outcome.notice or next(iter(outcome.errors.values()), NOT_YOURS)
